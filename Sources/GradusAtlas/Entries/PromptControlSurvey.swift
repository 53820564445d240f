// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// A generator of rows brought to wanted shares without a real row: numbers by control, words by criticism.
///
///     a kind and three attributes of three values, all biased;   15 rounds of 100 rows
///     combined: a number for each value of the attributes, words for the kind;   feedback alone: words for all
///     classifier: naive Bayes on 1,000 rows of the generator as it is and as it was tuned, tried on rows as they are wanted
///
/// What counts is the total variation of the four marginals, exactly. The double proves that deviations arrive as the right
/// corrections; it proves nothing about language models.
public struct PromptControlSurvey: AtlasEntry {
  public static let system = "prompt-control-survey"
  public static let home = "GeneratorTuner, GeneratorTask"
  public static let scale = AtlasScale(
    paper: "a review of six studies, without numbers of its own",
    here: "a simulated generator of rows, 15 rounds of 100")
  public static let claims = [
    AtlasClaim(
      "combined", "With control and criticism the marginals are at most 0.05 from what is wanted.",
      metric: "mean total variation of four marginals", baseline: "the prompt at the start", .atMost, 0.05,
      comparison: .value),
    AtlasClaim(
      "feedback", "With criticism alone they are at most 0.15 from it.",
      metric: "mean total variation of four marginals", baseline: "the prompt at the start", .atMost, 0.15,
      comparison: .value),
    AtlasClaim(
      "untouched", "The prompt at the start is at least 0.20 from it.",
      metric: "mean total variation of four marginals", .atLeast, 0.2, comparison: .value),
    AtlasClaim(
      "classifier", "A classifier that learns from tuned rows is right at least 0.05 more often.",
      metric: "accuracy on wanted rows", baseline: "naive Bayes on rows of the prompt at the start", .atLeast, 0.05,
      comparison: .difference),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("deviations with the wrong sign, a generator without bias")

  public init() {}

  public struct Tuned: Sendable {
    var proportional = 0.0
    var integral = 2.0
  }

  /// The gains, on development seeds.
  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let candidates = [(0.0, 1.0), (0, 2), (1, 2), (0, 4), (1, 4)]
    let best = try await AtlasTuning.best(
      of: Array(candidates.prefix(trial.size(fast: 2, claim: 5))), repeats: trial.size(fast: 1, claim: 4), on: trial
    ) { candidate, random in
      let tuned = Tuned(proportional: candidate.0, integral: candidate.1)
      return try await Self.combined(RowWriter(random), tuned, random, trial).variation
    }.candidate
    return Tuned(proportional: best.0, integral: best.1)
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let count = trial.size(fast: 2, claim: 20)
    var (combined, feedback, start, taught, untaught) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in 0..<count {
      try trial.step(Double(k) / Double(count))
      let random = trial.random.child("generator", k)
      let writer = RowWriter(random)
      let own = try await Self.combined(writer, tuned, random, trial, sign: isHonest ? 1 : -1)
      combined += own.variation / Double(count)
      feedback += try await Self.feedback(writer, random, trial, sign: isHonest ? 1 : -1) / Double(count)
      start += (isHonest ? writer.variation("") : 0.1 * writer.variation("")) / Double(count)
      taught += Self.taught(writer, own.prompt, random) / Double(count)
      untaught += Self.taught(writer, "", random) / Double(count)
    }
    let rows = Double(Self.rounds * Self.rows(trial))
    let budget = AtlasObservation.Budget(system: rows, baseline: rows)
    return [
      AtlasObservation("combined", measured: combined, baseline: start, budget: budget),
      AtlasObservation("feedback", measured: feedback, baseline: start, budget: budget),
      AtlasObservation("untouched", measured: start),
      AtlasObservation("classifier", measured: taught, baseline: untaught),
    ]
  }

  static let rounds = 15
  private static func rows(_ trial: AtlasTrial) -> Int { trial.size(fast: 60, claim: 100) }
  private static let text = "Write a row of data."

  private static func task(_ writer: RowWriter, byWords: Bool, _ trial: AtlasTrial, sign: Double) -> GeneratorTask {
    var rules: [RowRule] = []
    func add(_ attribute: String, _ value: String, _ wanted: Double, _ parameter: String) {
      // With the wrong sign, what is missing seems to be too much.
      rules.append(
        sign > 0
          ? .share(attribute, value, wanted, parameter: parameter)
          : RowRule("\(attribute) is \(value)", parameter: parameter, wanted: 1 - wanted) {
            $0[attribute]?.text != value
          })
    }
    for kind in RowWriter.kinds { add("kind", kind, 0.5, "words") }
    for attribute in writer.attributes {
      for (v, value) in attribute.values.enumerated() {
        let wanted = 0.5 * (attribute.wanted[0][v] + attribute.wanted[1][v])
        add(attribute.name, value, wanted, byWords ? "words" : value)
      }
    }
    let numbers = byWords ? [] : RowWriter.names.flatMap(\.1)
    var task = GeneratorTask(
      "{words} \(numbers.map { "\($0)={\($0)};" }.joined(separator: " "))", model: writer, advisor: writer, rules: rules
    )
    task.rows = rows(trial)
    return task
  }

  private static func combined(
    _ writer: RowWriter, _ tuned: Tuned, _ random: RandomStream, _ trial: AtlasTrial, sign: Double = 1
  ) async throws -> (variation: Double, prompt: String) {
    let task = task(writer, byWords: false, trial, sign: sign)
    let program = task.program(
      [try WorkflowParameter("words", .text(limit: 4000), start: .text(text))]
        + (try RowWriter.names.flatMap(\.1).map { try WorkflowParameter($0, .number(-4...4), start: .number(0)) }))
    var method = GeneratorTuner()
    method.rounds = rounds - 1
    (method.proportional, method.integral) = (tuned.proportional, tuned.integral)
    var stream = random.child("combined")
    let run = try Run(program, by: method, asking: task, seed: stream.next())
    while try await run.step() {}
    let point = run.report.point
    let numbers = RowWriter.names.flatMap(\.1).map { "\($0)=\(point[$0]?.description ?? "0");" }
    let prompt = "\(point["words"]?.text ?? "") \(numbers.joined(separator: " "))"
    return (writer.variation(prompt), prompt)
  }

  private static func feedback(
    _ writer: RowWriter, _ random: RandomStream, _ trial: AtlasTrial, sign: Double
  ) async throws -> Double {
    let task = task(writer, byWords: true, trial, sign: sign)
    var method = GeneratorTuner()
    (method.family, method.rounds) = (.feedback, rounds - 1)
    var stream = random.child("feedback")
    let program = task.program([try WorkflowParameter("words", .text(limit: 4000), start: .text(text))])
    let run = try Run(program, by: method, asking: task, seed: stream.next())
    while try await run.step() {}
    return writer.variation(run.report.point["words"]?.text ?? "")
  }

  /// The accuracy, on wanted rows, of naive Bayes with a count of one for everything, learned from 1,000 rows.
  private static func taught(_ writer: RowWriter, _ prompt: String, _ random: RandomStream) -> Double {
    let own = writer.distribution(writer.told(prompt)), goal = writer.wanted
    var stream = random.child("rows")
    var kinds = [1.0, 1.0]
    var counts = [[[Double]]](repeating: [[1, 1, 1], [1, 1, 1]], count: writer.attributes.count)
    for _ in 0..<1000 {
      let row = RowWriter.draw(own, &stream)
      kinds[row[0]] += 1
      for a in counts.indices { counts[a][row[0]][row[a + 1]] += 1 }
    }
    // Exactly: the sum over all 27 rows of attributes.
    var right = 0.0
    for code in 0..<27 {
      let values = [code % 3, code / 3 % 3, code / 9]
      func weight(_ kind: Int, _ prior: [Double], _ table: (Int, Int, Int) -> Double) -> Double {
        values.indices.reduce(prior[kind]) { $0 * table($1, kind, values[$1]) }
      }
      let learned = [0, 1].map { kind in
        weight(kind, kinds) { counts[$0][$1][$2] / (kinds[$1] + 1) }
      }
      let guess = learned[0] >= learned[1] ? 0 : 1
      right += weight(guess, goal.kinds) { goal.values[$0][$1][$2] }
    }
    return right
  }
}
