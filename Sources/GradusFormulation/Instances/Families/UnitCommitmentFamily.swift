// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵤₜ idleᵤ·onᵤₜ + fuelᵤ·powerᵤₜ + launchᵤ·startᵤₜ
/// s.t.  Σᵤ powerᵤₜ = demandₜ,  leastᵤ·onᵤₜ ≤ powerᵤₜ ≤ mostᵤ·onᵤₜ,  startᵤₜ ≥ onᵤₜ − onᵤ,ₜ₋₁  (all off before period 1)
///
/// Every demand lies between the sum of the least and of the most outputs, so all units on is feasible; costs are positive.
struct UnitCommitmentFamily: DrawnFamily {
  let name = "unit-commitment"

  let settings = [
    StorySetting(
      ["UNIT": StoryNames.units],
      ["who": "A power company", "UNIT": "plant", "units": "plants", "what": "electricity", "PERIOD": "hour"]),
    StorySetting(
      ["UNIT": StoryNames.depots],
      ["who": "A heat supplier", "UNIT": "boiler house", "units": "boiler houses", "what": "heat", "PERIOD": "hour"]),
    StorySetting(
      ["UNIT": StoryNames.islands],
      ["who": "A grid operator", "UNIT": "generator", "units": "generators", "what": "electricity", "PERIOD": "hour"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...15, 2...24, aspect: 4, &stream) { 3 * $0 * $1 }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("UNIT", story.names("UNIT", shape.rows, &stream)), .init("PERIOD", (1...shape.columns).map { "\($0)" }),
    ]
    model.declare("least", over: ["UNIT"], unit: "MW")
    model.declare("most", over: ["UNIT"], unit: "MW")
    model.declare("fuel", over: ["UNIT"], unit: "$/MW")
    model.declare("idle", over: ["UNIT"], unit: "$")
    model.declare("launch", over: ["UNIT"], unit: "$")
    model.declare("demand", over: ["PERIOD"], unit: "MW")
    let over = ["UNIT", "PERIOD"]
    model.variables = [
      .init("on", over: over, kind: .binary), .init("start", over: over, kind: .binary),
      .init("power", over: over, lower: "0", unit: "MW"),
    ]
    model.objective =
      "sum(u in UNIT, t in PERIOD) (idle[u] * on[u,t] + fuel[u] * power[u,t] + launch[u] * start[u,t])"
    model.constraints = [
      .init("served", for: "t in PERIOD", "sum(u in UNIT) power[u,t] == demand[t]"),
      .init("minimum", for: "u in UNIT, t in PERIOD", "power[u,t] >= least[u] * on[u,t]"),
      .init("maximum", for: "u in UNIT, t in PERIOD", "power[u,t] <= most[u] * on[u,t]"),
      .init("cold", for: "u in UNIT", "start[u,1] >= on[u,1]"),
      .init("begun", for: "u in UNIT, t in PERIOD where t > 1", "start[u,t] >= on[u,t] - on[u,t-1]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let g = model.size("UNIT"), n = model.size("PERIOD")
    let most = (0..<g).map { _ in 10 * stream.whole(5, 30) }
    let least = most.map { ($0 * stream.uniform(0.15, 0.4) / 5).rounded(.up) * 5 }
    let low = least.reduce(0, +), high = most.reduce(0, +)
    model.put("most", most)
    model.put("least", least)
    model.put("fuel", stream.tenths(g, 10, 40))
    model.put("idle", (0..<g).map { _ in 10 * stream.whole(5, 40) })
    model.put("launch", (0..<g).map { _ in 10 * stream.whole(10, 30 + Int(90 * difficulty)) })
    model.put("demand", (0..<n).map { _ in min(high, max(low, (high * stream.uniform(0.4, 0.9)).rounded())) })
  }

  func tell(_ t: inout Telling) {
    let s = t.story, period = s["PERIOD"]
    t.say(
      "\(s["who"]) runs \(t.size("UNIT")) \(s["units"]) over \(t.size("PERIOD")) \(period)s, numbered from 1.",
      "\(s["who"]) decides for each of \(t.size("PERIOD")) \(period)s which of its \(s["units"]) \(t.list("UNIT")) "
        + "are on and how much each gives.",
      "Over \(t.size("PERIOD")) \(period)s, \(s["who"].lowercased()) makes \(s["what"]) with \(t.list("UNIT")).")
    t.data(
      [("least", "least output"), ("most", "greatest output")], "While it is on, a \(s["UNIT"]) gives between",
      "The outputs possible for a \(s["UNIT"]) that is on",
      "Lower and upper limits of the output of \(s["units"]) that are on")
    t.data(
      [("fuel", "each MW in an \(period)"), ("idle", "each \(period) on"), ("launch", "each start")],
      "The costs of output, of being on and of starting", "What each \(s["UNIT"]) costs",
      "For every \(s["UNIT"]) three costs are paid")
    t.data(
      [("demand", "demand")], "The demand by \(period), which must be met exactly",
      "In every \(period) the outputs together must be just", "What is needed in each \(period), no more and no less")
    t.say(
      "A \(s["UNIT"]) that is off gives nothing; on and off are the only states.",
      "In each \(period) a \(s["UNIT"]) is on or off, and without being on it has no output.",
      "Being on is a matter of yes or no in every \(period), and output needs it.")
    t.say(
      "All are off beforehand, and a start is paid whenever one is on that was off in the \(period) before.",
      "Turning on a \(s["UNIT"]) that was off the \(period) before counts as a start, and at the beginning all are off.",
      "Before the first \(period) nothing is on, so being on in it is a start too, as is every later change from off to on."
    )
    t.say(
      "Outputs can be any numbers in their limits. All costs together should be least.",
      "What is the cheapest plan? Outputs need not be whole.",
      "Find the plan of least total cost; fractions of output are fine.")
  }
}
