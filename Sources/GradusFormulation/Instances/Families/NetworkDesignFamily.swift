// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σₐ fixedₐ·buildₐ + costₐ·flowₐ  s.t.  in − out = need at each place,  out − in = Σ need at the hub,
/// flowₐ ≤ capacityₐ·buildₐ
///
/// A ring through all places holds the whole need on each of its arcs, so building the ring is feasible; costs are positive.
struct NetworkDesignFamily: DrawnFamily {
  let name = "network-design"

  let settings = [
    StorySetting(
      ["SOURCE": ["exchange", "datacentre", "teleport"], "SINK": StoryNames.townsA],
      [
        "who": "A telephone company", "what": "traffic", "arc": "cable", "ARC": "cable", "arcs": "cables",
        "SINK": "town",
        "unit": "Gbit",
      ]),
    StorySetting(
      ["SOURCE": ["reservoir", "spring", "lake"], "SINK": StoryNames.townsB],
      [
        "who": "A water board", "what": "water", "arc": "pipe", "ARC": "pipe", "arcs": "pipes", "SINK": "village",
        "unit": "Ml",
      ]),
    StorySetting(
      ["SOURCE": ["mine", "port", "sawmill"], "SINK": StoryNames.projects],
      [
        "who": "A railway", "what": "freight", "arc": "track", "ARC": "track", "arcs": "tracks", "SINK": "yard",
        "unit": "kt",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let n = max(3, Int((Double(size) / 4.4).rounded()))
    let source = story.names("SOURCE", 1, &stream), sinks = story.names("SINK", n - 1, &stream)
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("SOURCE", source), .init("SINK", sinks),
      .init("ARC", tuples: NetworkShape.arcs(source + sinks, max(size / 2, n + 1), &stream)),
    ]
    let unit = story["unit"]
    model.declare("need", over: ["SINK"], unit: unit)
    model.declare("fixed", over: ["ARC"], unit: "$")
    model.declare("cost", over: ["ARC"], unit: "$/\(unit)")
    model.declare("capacity", over: ["ARC"], unit: unit)
    model.variables = [
      .init("flow", over: ["ARC"], lower: "0", unit: unit), .init("build", over: ["ARC"], kind: .binary),
    ]
    model.objective = "sum((a, b) in ARC) (fixed[a,b] * build[a,b] + cost[a,b] * flow[a,b])"
    model.constraints = [
      .init(
        "sent", for: "n in SOURCE",
        "sum((a, b) in ARC where a == n) flow[a,b] - sum((a, b) in ARC where b == n) flow[a,b] == sum(s in SINK) need[s]"
      ),
      .init(
        "received", for: "n in SINK",
        "sum((a, b) in ARC where b == n) flow[a,b] - sum((a, b) in ARC where a == n) flow[a,b] == need[n]"),
      .init("built", for: "(a, b) in ARC", "flow[a,b] <= capacity[a,b] * build[a,b]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let need = stream.wholes(model.size("SINK"), 3, 25)
    let total = need.reduce(0, +)
    let ring = NetworkShape.nodeCount(model), arcs = model.size("ARC")
    model.put("need", need)
    model.put("fixed", (0..<arcs).map { _ in 10 * stream.whole(10, 40 + Int(160 * difficulty)) })
    model.put("cost", stream.tenths(arcs, 1, 12))
    model.put(
      "capacity",
      (0..<arcs).map { k in
        k < ring ? (total * stream.uniform(1, 1.3)).rounded(.up) : (total * stream.uniform(0.3, 0.9)).rounded(.up)
      })
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) plans \(s["arcs"]) that bring \(s["what"]) from the \(t.list("SOURCE")) to \(t.list("SINK")).",
      "\(s["who"]) decides which \(s["arcs"]) to build, so that \(s["what"]) from the \(t.list("SOURCE")) gets to "
        + "each \(s["SINK"]).",
      "All \(s["what"]) of \(s["who"].lowercased()) starts at the \(t.list("SOURCE")); which \(s["arcs"]) should it "
        + "build, and how much should go through each?"
    )
    t.data(
      [("need", "need")], "Each \(s["SINK"]) keeps exactly", "The needs, which must be met exactly",
      "What has to remain at every \(s["SINK"]), arrivals less departures")
    t.data(
      [("fixed", "building"), ("cost", "each \(s["unit"]) sent"), ("capacity", "capacity")],
      "The possible \(s["arcs"]), each in one direction only, with what building costs, what sending costs and what "
        + "they take at most",
      "For each \(s["arc"]) that could be built, and its direction, the price of building, the price of use and the limit",
      "Possible \(s["arcs"]) with direction, costs and capacities")
    t.say(
      "A \(s["arc"]) is built or not, and only one that is built can be used, up to its capacity.",
      "Nothing goes through \(s["arcs"]) that are not built; building is yes or no for each.",
      "Each of the \(s["arcs"]) is either built whole or left out, and carries something only if it is built.")
    t.say(
      "What is sent out in total is the sum of the needs; at every \(s["SINK"]) more may pass through.",
      "A \(s["SINK"]) can pass on what it does not need, and the \(t.list("SOURCE")) sends just the sum of all "
        + "needs, net of what comes back.",
      "From the \(t.list("SOURCE")) comes as much as all need together, and it may travel through any \(s["SINK"]).")
    t.say(
      "Amounts sent are not negative and can be fractions. Building and sending together should cost the least.",
      "Find the cheapest plan, all costs counted; amounts are zero or more, not necessarily whole.",
      "The sum of both kinds of costs is to be as low as possible, with any amounts that are not negative.")
  }
}
