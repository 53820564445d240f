// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σₒ missₒ²  s.t.  missₒ = observedₒ − Σ_f input_of·effect_f,  effect ≥ 0,  effect_f ≥ effect_g for each pair (f, g) in order,
/// Σ_f effect_f ≤ budget
///
/// No effect at all is feasible; a convex quadratic that is bounded below attains its minimum on a polyhedron.
struct ConstrainedRegressionFamily: DrawnFamily {
  let name = "constrained-regression"

  let settings = [
    StorySetting(
      [
        "CAUSE": ["nitrogen", "potash", "phosphate", "lime", "compost", "manure", "humus", "boron"],
        "SAMPLE": ["plot_"],
      ],
      ["who": "An agronomist", "CAUSE": "fertilizer", "causes": "fertilizers", "SAMPLE": "plot", "what": "extra yield"]),
    StorySetting(
      ["CAUSE": ["posters", "radio", "letters", "print", "cinema", "fairs", "web", "samples"], "SAMPLE": ["month_"]],
      [
        "who": "A market researcher", "CAUSE": "channel", "causes": "channels", "SAMPLE": "month",
        "what": "extra sales",
      ]),
    StorySetting(
      ["CAUSE": StoryNames.machines, "SAMPLE": ["day_"]],
      ["who": "An energy auditor", "CAUSE": "machine", "causes": "machines", "SAMPLE": "day", "what": "consumption"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let p = max(2, Int((Double(size) / 4).rounded())), n = max(p + 1, size - p)
    let causes = story.names("CAUSE", p, &stream)
    let stem = story.names("SAMPLE", 1, &stream).first ?? "sample_"
    let ordered = causes.prefix(max(2, (p + 1) / 2))
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("CAUSE", causes), .init("SAMPLE", (1...n).map { "\(stem)\($0)" }),
      .init("ORDER", tuples: zip(ordered, ordered.dropFirst()).map { [$0, $1] }),
    ]
    model.declare("input", over: ["SAMPLE", "CAUSE"])
    model.declare("observed", over: ["SAMPLE"])
    model.declare("budget")
    model.variables = [.init("effect", over: ["CAUSE"], lower: "0"), .init("miss", over: ["SAMPLE"])]
    model.objective = "sum(o in SAMPLE) miss[o]^2"
    model.constraints = [
      .init("error", for: "o in SAMPLE", "miss[o] == observed[o] - sum(f in CAUSE) input[o,f] * effect[f]"),
      .init("stronger", for: "(f, g) in ORDER", "effect[f] >= effect[g]"),
      .init("bounded", "sum(f in CAUSE) effect[f] <= budget"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let p = model.size("CAUSE"), n = model.size("SAMPLE")
    let inputs = stream.tenths(n * p, 0, 9)
    let effects = (0..<p).map { _ in stream.uniform(-0.3, 2) }
    model.put("input", inputs)
    model.put(
      "observed",
      (0..<n).map { o in
        let mean = (0..<p).reduce(0) { $0 + inputs[o * p + $1] * effects[$1] }
        return ((mean + (0.5 + 2 * difficulty) * stream.normal()) * 10).rounded() / 10 + 0
      })
    model.put("budget", max(0.5, (effects.reduce(0) { $0 + max(0, $1) } * stream.uniform(8, 12)).rounded() / 10))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) estimates the effect of one unit of each of \(t.list("CAUSE")) on the \(s["what"]).",
      "\(s["who"]) explains the \(s["what"]) of \(t.size("SAMPLE")) \(s["SAMPLE"])s by the use of \(t.size("CAUSE")) "
        + "\(s["causes"]), each with one effect per unit.",
      "How much \(s["what"]) comes from a unit of each \(s["CAUSE"])? \(s["who"]) has records of \(t.size("SAMPLE")) "
        + "\(s["SAMPLE"])s."
    )
    t.data(
      [("input", "use")], "How many units of each \(s["CAUSE"]) there were",
      "The use of the \(s["causes"]), by \(s["SAMPLE"])",
      "Units of every \(s["CAUSE"]) on each \(s["SAMPLE"])")
    t.data(
      [("observed", "observed")], "The \(s["what"]) that was observed", "Measured \(s["what"])",
      "On each \(s["SAMPLE"]) the \(s["what"]) was")
    t.say(
      "The estimate for a \(s["SAMPLE"]) is the sum of the units times their effects, with nothing added.",
      "What is expected on a \(s["SAMPLE"]) is units times effect, summed over the \(s["causes"]); there is no constant.",
      "On each \(s["SAMPLE"]) the effects, multiplied by the units used, add up to the estimate, and nothing else does."
    )
    let order = t.model.elements("ORDER").filter { $0.count == 2 }.map { "\($0[0]) at least that of \($0[1])" }
      .joined(separator: ", ")
    t.say(
      "No effect is negative, and it is known that the effect is ordered: \(order).",
      "Effects are zero or more and need not be whole. From earlier work it is certain: \(order), each in terms of effect.",
      "Every effect must be nonnegative, and the effect of some cannot be below that of others: \(order).")
    t.say(
      "All effects together cannot exceed \(t.number("budget")).",
      "The sum of the effects is at most \(t.number("budget")).",
      "Added up, the effects may reach \(t.number("budget")) but not more.")
    t.say(
      "The sum of the squared differences between observation and estimate should be least.",
      "Choose the effects so that the squares of all errors, observed less estimated, add up to as little as possible.",
      "Find the effects with the least sum of squared errors.")
  }
}
