// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢⱼ costᵢⱼ·shipᵢⱼ  s.t.  Σⱼ shipᵢⱼ ≤ supplyᵢ,  Σᵢ shipᵢⱼ ≥ demandⱼ,  ship ≥ 0
///
/// Total supply is at least total demand, so there is a plan; costs are positive, so the cost has the bound 0.
struct TransportationFamily: DrawnFamily {
  let name = "transportation"

  let settings = [
    StorySetting(
      ["SOURCE": StoryNames.townsA, "SINK": StoryNames.townsB],
      [
        "who": "A cement maker", "SOURCE": "plant", "SINK": "market", "sources": "plants", "sinks": "markets",
        "what": "cement",
      ]),
    StorySetting(
      ["SOURCE": StoryNames.depots, "SINK": StoryNames.townsA],
      ["who": "A dairy", "SOURCE": "farm", "SINK": "shop", "sources": "farms", "sinks": "shops", "what": "milk"]),
    StorySetting(
      ["SOURCE": StoryNames.islands, "SINK": StoryNames.townsB],
      [
        "who": "A relief agency", "SOURCE": "store", "SINK": "camp", "sources": "stores", "sinks": "camps",
        "what": "flour",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...60, 2...60, &stream) { $0 * $1 }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("SOURCE", story.names("SOURCE", shape.rows, &stream)),
      .init("SINK", story.names("SINK", shape.columns, &stream)),
    ]
    model.declare("supply", over: ["SOURCE"], unit: "t")
    model.declare("demand", over: ["SINK"], unit: "t")
    model.declare("cost", over: ["SOURCE", "SINK"], unit: "$/t")
    model.variables = [.init("ship", over: ["SOURCE", "SINK"], lower: "0", unit: "t")]
    model.objective = "sum(i in SOURCE, j in SINK) cost[i,j] * ship[i,j]"
    model.constraints = [
      .init("stock", for: "i in SOURCE", "sum(j in SINK) ship[i,j] <= supply[i]"),
      .init("need", for: "j in SINK", "sum(i in SOURCE) ship[i,j] >= demand[j]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let m = model.size("SOURCE"), n = model.size("SINK")
    let demand = stream.wholes(n, 20, 150)
    let wanted = demand.reduce(0, +) * (1.4 - 0.35 * difficulty)
    let parts = (0..<m).map { _ in stream.uniform(0.5, 1.5) }
    let whole = parts.reduce(0, +)
    model.put("demand", demand)
    model.put("supply", parts.map { (wanted * $0 / whole).rounded(.up) })
    model.put("cost", stream.tenths(m * n, 2, 30))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) sends \(s["what"]) from \(t.size("SOURCE")) \(s["sources"]) to \(t.size("SINK")) \(s["sinks"]).",
      "\(s["who"]) plans its deliveries of \(s["what"]): it has the \(s["sources"]) \(t.list("SOURCE")) and the "
        + "\(s["sinks"]) \(t.list("SINK")).",
      "\(s["who"]) asks how much \(s["what"]) each of its \(s["sources"]) should send to each of its \(s["sinks"]).")
    t.data(
      [("supply", "supply")], "Each \(s["SOURCE"]) can send at most",
      "The \(s["sources"]) have in stock, and cannot send more",
      "The amounts that can leave the \(s["sources"]) are limited to")
    t.data(
      [("demand", "need")], "Each \(s["SINK"]) needs at least",
      "These amounts, or more, must arrive at the \(s["sinks"])",
      "The \(s["sinks"]) must get no less than")
    t.data(
      [("cost", "cost")], "The cost of sending \(s["what"]), by \(s["SOURCE"]) and \(s["SINK"])",
      "Transport from each \(s["SOURCE"]) to each \(s["SINK"]) costs",
      "The freight rates from \(s["SOURCE"]) to \(s["SINK"])")
    t.say(
      "Any amount, also a fraction of a ton, can be sent, but none below zero.",
      "Amounts need not be whole numbers; they cannot be negative.", "Loads can be split at will and are zero or more.")
    t.say(
      "The total cost of transport is to be least.", "What is the cheapest plan?",
      "Find the amounts for which transport costs the least in total.")
  }
}
