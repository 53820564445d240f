// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σₛ wageₛ·staffₛ  s.t.  Σ of the shifts s that contain p of staffₛ ≥ needₚ for each period p,  staffₛ ∈ {0, …, mostₛ}
///
/// Each shift can have as many people as any period needs, and each period is in some shift: full shifts are feasible.
struct ShiftSchedulingFamily: DrawnFamily {
  let name = "shift-scheduling"

  let settings = [
    StorySetting(
      ["SHIFT": StoryNames.depots, "PERIOD": ["hour_"]],
      ["who": "A call centre", "SHIFT": "team", "shifts": "teams", "PERIOD": "hour", "people": "agents"]),
    StorySetting(
      [
        "SHIFT": [
          "amber", "blue", "coral", "green", "ivory", "jade", "lilac", "mauve", "olive", "pink", "red", "teal",
        ], "PERIOD": ["block_"],
      ],
      ["who": "A hospital", "SHIFT": "shift", "shifts": "shifts", "PERIOD": "block", "people": "nurses"]),
    StorySetting(
      ["SHIFT": StoryNames.islands, "PERIOD": ["day_"]],
      ["who": "A ferry line", "SHIFT": "roster", "shifts": "rosters", "PERIOD": "day", "people": "sailors"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let n = max(3, size), m = max(4, n * 3 / 4)
    let shifts = story.names("SHIFT", n, &stream)
    let stem = story.names("PERIOD", 1, &stream).first ?? "period_"
    let periods = (1...m).map { "\(stem)\($0)" }
    // Shift s begins at s·m/n, or at random, and lasts long enough to meet the next one; after the last period comes the first.
    var spans: [[String]] = []
    for s in 0..<n {
      let length = max(2, m / n + 1) + stream.integer(below: max(1, min(4, m / 2)))
      for p in Set((0..<length).map { (s * m / n + $0) % m }).sorted() { spans.append([shifts[s], periods[p]]) }
    }
    var model = FiveElementStatement(name: name)
    model.sets = [.init("SHIFT", shifts), .init("PERIOD", periods), .init("SPAN", tuples: spans)]
    model.declare("wage", over: ["SHIFT"], unit: "$")
    model.declare("most", over: ["SHIFT"])
    model.declare("need", over: ["PERIOD"])
    model.variables = [
      .init("staff", over: ["SHIFT"], kind: .integer, lower: "0", upper: "most[s]", indices: ["s"])
    ]
    model.objective = "sum(s in SHIFT) wage[s] * staff[s]"
    model.constraints = [
      .init("manned", for: "p in PERIOD", "sum((s, q) in SPAN where q == p) staff[s] >= need[p]")
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let needs = stream.wholes(model.size("PERIOD"), 2, 8 + Int(12 * difficulty))
    let peak = Int(needs.max() ?? 1)
    let n = model.size("SHIFT")
    model.put("need", needs)
    model.put("most", stream.wholes(n, peak, peak + 5))
    model.put("wage", (0..<n).map { _ in 5 * stream.whole(16, 60) })
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) decides how many \(s["people"]) to put on each \(s["SHIFT"]).",
      "\(s["who"]) staffs \(t.size("SHIFT")) \(s["shifts"]) with \(s["people"]).",
      "How many \(s["people"]) should \(s["who"].lowercased()) have on each of its \(s["shifts"])?")
    t.say(
      "Who works when: \(t.partners(in: "SPAN", of: "SHIFT")).",
      "Each \(s["SHIFT"]) is on duty in these \(s["PERIOD"])s: \(t.partners(in: "SPAN", of: "SHIFT")).",
      "On duty in each \(s["PERIOD"]): \(t.partners(in: "SPAN", of: "PERIOD", at: 1)).")
    t.data(
      [("wage", "wage"), ("most", "places")], "For each \(s["SHIFT"]), the pay of one person and the number of places",
      "What one person on a \(s["SHIFT"]) is paid, and how many it can have at most",
      "Wages per person and greatest numbers of people")
    t.data(
      [("need", "need")], "In every \(s["PERIOD"]) at least so many \(s["people"]) must be on duty",
      "The \(s["people"]) needed at the same time, or more", "No \(s["PERIOD"]) may have fewer \(s["people"]) than")
    t.say(
      "Numbers of \(s["people"]) are whole and not negative.", "People come in whole numbers, zero or more.",
      "Only whole \(s["people"]) count, from zero up.")
    t.say(
      "The total of all wages should be least.", "What does the cheapest staffing look like?",
      "Find the numbers for which the wages are lowest in total.")
  }
}
