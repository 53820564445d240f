// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σₛ costₛ·openₛ  s.t.  for each district at least one open station that reaches it,  open binary
///
/// Every district is in the reach of a station, so opening all is feasible.
struct SetCoverFamily: DrawnFamily {
  let name = "set-cover"

  let settings = [
    StorySetting(
      ["STATION": StoryNames.depots, "DISTRICT": StoryNames.townsA],
      [
        "who": "A county", "STATION": "fire station", "stations": "fire stations", "DISTRICT": "town",
        "reach": "reaches in time",
      ]),
    StorySetting(
      ["STATION": StoryNames.persons, "DISTRICT": StoryNames.courses],
      ["who": "A college", "STATION": "tutor", "stations": "tutors", "DISTRICT": "subject", "reach": "can teach"]),
    StorySetting(
      ["STATION": StoryNames.islands, "DISTRICT": StoryNames.townsB],
      ["who": "A radio company", "STATION": "mast", "stations": "masts", "DISTRICT": "town", "reach": "is heard in"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let n = max(3, size), m = max(3, n * 3 / 4)
    let stations = story.names("STATION", n, &stream), districts = story.names("DISTRICT", m, &stream)
    // Each district near two or three stations; each station at some district, since an idle one has no place in the story.
    var reached = [Set<Int>](repeating: [], count: n)
    for d in 0..<m {
      for s in stream.permutation(n).prefix(2 + stream.integer(below: 2)) { reached[s].insert(d) }
    }
    for s in 0..<n where reached[s].isEmpty { reached[s].insert(stream.integer(below: m)) }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("STATION", stations), .init("DISTRICT", districts),
      .init("REACH", tuples: (0..<n).flatMap { s in reached[s].sorted().map { [stations[s], districts[$0]] } }),
    ]
    model.declare("cost", over: ["STATION"], unit: "$")
    model.variables = [.init("open", over: ["STATION"], kind: .binary)]
    model.objective = "sum(s in STATION) cost[s] * open[s]"
    model.constraints = [
      .init("covered", for: "d in DISTRICT", "sum((s, e) in REACH where e == d) open[s] >= 1")
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    model.put("cost", stream.wholes(model.size("STATION"), 100, 140 + Int(800 * (1 - difficulty))))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) pays for \(s["stations"]) and wants every \(s["DISTRICT"]) covered.",
      "\(s["who"]) chooses among \(t.size("STATION")) \(s["stations"]) for its \(t.size("DISTRICT")) \(s["DISTRICT"])s.",
      "\(s["who"]) must decide which \(s["stations"]) it needs for the \(s["DISTRICT"])s \(t.list("DISTRICT")).")
    t.data(
      [("cost", "cost")], "Each \(s["STATION"]) costs", "The prices of the \(s["stations"])",
      "What has to be paid for each \(s["STATION"]) that is chosen")
    t.say(
      "Which \(s["DISTRICT"])s each one \(s["reach"]): \(t.partners(in: "REACH", of: "STATION")).",
      "Each \(s["STATION"]) \(s["reach"]) these \(s["DISTRICT"])s: \(t.partners(in: "REACH", of: "STATION")).",
      "For every \(s["DISTRICT"]), the \(s["stations"]) that count for it: \(t.partners(in: "REACH", of: "DISTRICT", at: 1))."
    )
    t.say(
      "For every \(s["DISTRICT"]) at least one of them must be chosen.",
      "No \(s["DISTRICT"]) may be left without one; more than one does no harm.",
      "Each \(s["DISTRICT"]) needs one or more of those that serve it.")
    t.say(
      "A \(s["STATION"]) is chosen or not.", "For each \(s["STATION"]) the answer is yes or no.",
      "Half a \(s["STATION"]) does not exist: each is taken or left.")
    t.say(
      "The total cost should be as small as possible.", "Which choice is the cheapest?",
      "Find the choice that costs least in total.")
  }
}
