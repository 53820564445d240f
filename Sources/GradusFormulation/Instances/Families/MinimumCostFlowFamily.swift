// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σ costₐ·flowₐ  s.t.  out − in ≤ supply at sources,  in − out = need at sinks,  in = out elsewhere,  0 ≤ flowₐ ≤ capacityₐ
///
/// A ring through all nodes holds the whole need on each of its arcs, and supplies cover the needs: going round is feasible.
struct MinimumCostFlowFamily: DrawnFamily {
  let name = "minimum-cost-flow"

  let settings = [
    StorySetting(
      ["SOURCE": StoryNames.depots, "SINK": StoryNames.townsA, "TRANSIT": StoryNames.islands],
      [
        "who": "A gas company", "what": "gas", "arcs": "pipes", "arc": "pipe", "ARC": "pipe", "SOURCE": "field",
        "SINK": "town",
        "TRANSIT": "hub",
      ]),
    StorySetting(
      ["SOURCE": StoryNames.townsB, "SINK": StoryNames.projects, "TRANSIT": StoryNames.townsA],
      [
        "who": "A quarry firm", "what": "gravel", "arcs": "roads", "arc": "road", "ARC": "road", "SOURCE": "quarry",
        "SINK": "site",
        "TRANSIT": "yard",
      ]),
    StorySetting(
      ["SOURCE": StoryNames.units, "SINK": StoryNames.townsB, "TRANSIT": StoryNames.depots],
      [
        "who": "A heat supplier", "what": "hot water", "arcs": "mains", "arc": "main", "ARC": "main", "SOURCE": "works",
        "SINK": "suburb", "TRANSIT": "junction",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let n = max(4, Int((Double(size) / 2.2).rounded()))
    let sources = story.names("SOURCE", max(1, n / 4), &stream), sinks = story.names("SINK", max(2, n / 2), &stream)
    let transit = story.names("TRANSIT", max(1, n - sources.count - sinks.count), &stream)
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("SOURCE", sources), .init("SINK", sinks), .init("TRANSIT", transit),
      .init("ARC", tuples: NetworkShape.arcs(sources + transit + sinks, max(size, n + 1), &stream)),
    ]
    model.declare("supply", over: ["SOURCE"], unit: "t")
    model.declare("need", over: ["SINK"], unit: "t")
    model.declare("cost", over: ["ARC"], unit: "$/t")
    model.declare("capacity", over: ["ARC"], unit: "t")
    model.variables = [.init("flow", over: ["ARC"], lower: "0", unit: "t")]
    model.objective = "sum((a, b) in ARC) cost[a,b] * flow[a,b]"
    model.constraints = [
      .init(
        "sent", for: "n in SOURCE",
        "sum((a, b) in ARC where a == n) flow[a,b] - sum((a, b) in ARC where b == n) flow[a,b] <= supply[n]"),
      .init(
        "received", for: "n in SINK",
        "sum((a, b) in ARC where b == n) flow[a,b] - sum((a, b) in ARC where a == n) flow[a,b] == need[n]"),
      .init(
        "passed", for: "n in TRANSIT",
        "sum((a, b) in ARC where b == n) flow[a,b] == sum((a, b) in ARC where a == n) flow[a,b]"),
      .init("width", for: "(a, b) in ARC", "flow[a,b] <= capacity[a,b]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let need = stream.wholes(model.size("SINK"), 5, 40)
    let total = need.reduce(0, +)
    let sources = model.size("SOURCE")
    model.put("need", need)
    model.put(
      "supply", (0..<sources).map { _ in (total / Double(max(1, sources)) * stream.uniform(1.05, 1.6)).rounded(.up) })
    // The ring comes first among the arcs; it is wide and dear.
    let ring = NetworkShape.nodeCount(model)
    let arcs = model.size("ARC")
    model.put("cost", (0..<arcs).map { $0 < ring ? stream.whole(12, 30) : stream.whole(1, 15) })
    model.put(
      "capacity",
      (0..<arcs).map { k in
        k < ring ? (total * stream.uniform(1, 1.3)).rounded(.up) : stream.whole(5, 20 + Int(60 * (1 - difficulty)))
      })
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) sends \(s["what"]) through a network of \(s["arcs"]).",
      "\(s["who"]) asks how much \(s["what"]) should go through each of its \(t.size("ARC")) \(s["arcs"]).",
      "All \(s["what"]) flows in the \(s["arcs"]) of \(s["who"].lowercased()), each of which has one direction."
    )
    t.data(
      [("supply", "supply")], "Each \(s["SOURCE"]) adds at most", "The most that every \(s["SOURCE"]) can add, net",
      "What can be fed in, net of what comes in from elsewhere, is limited to")
    t.data(
      [("need", "need")], "Each \(s["SINK"]) keeps exactly",
      "What must remain, arrivals less departures, at every \(s["SINK"])",
      "The needs, to be met exactly")
    t.say(
      "Nothing is added or kept at \(t.list("TRANSIT")): all that arrives there goes on.",
      "At \(t.list("TRANSIT")) just as much leaves as arrives.",
      "In and out are equal at each \(s["TRANSIT"]), that is at \(t.list("TRANSIT")).")
    t.data(
      [("cost", "cost"), ("capacity", "capacity")], "The \(s["arcs"]) with their directions, costs and capacities",
      "For each \(s["arc"]), from where to where it leads, what a ton costs in it and how many tons it takes at most",
      "What each \(s["arc"]) costs, and what it can carry at most in its direction")
    t.say(
      "Amounts are zero or more and can be fractions; the total cost should be least.",
      "What is the cheapest way? Amounts cannot be negative and need not be whole.",
      "Find amounts, none of them negative, whole or not, with the least total cost.")
  }
}
