// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage

/// What was learned from problems with published answers, as text and as JSON.
struct ExperienceReport {
  let library: String
  let journal: String
  /// Insights that the library held at the start of this call.
  let before: Int
  private(set) var insights = 0
  private(set) var problems = 0
  /// Problems whose published answer cannot be read; nothing is learned from them.
  private(set) var unscored = 0
  /// Of the problems that were worked on, in their order, those of earlier calls too.
  private(set) var outcomes: [ExperienceOutcome] = []
  private(set) var failures: [(id: String, message: String)] = []
  private(set) var replaced = 0
  /// Why the run ended before its end.
  var failure: ModelFailure?

  init(library: String, journal: String, before: Int) {
    self.library = library
    self.journal = journal
    self.before = before
  }

  mutating func take(
    _ found: ExperienceLibrary, _ done: ExperienceJournal, _ problems: [BenchmarkProblem], unscored: Int
  ) {
    insights = found.insights.count
    self.problems = problems.count
    self.unscored = unscored
    outcomes = problems.compactMap { done.outcomes[$0.id] }
    failures = problems.compactMap { problem in done.messages[problem.id].map { (problem.id, $0) } }
    replaced = done.evolutions.values.reduce(0, +)
  }

  private var atFirst: WilsonInterval { WilsonInterval(outcomes.count { $0.isSolvedAtFirst }, of: outcomes.count) }
  private var learned: Int { outcomes.reduce(0) { $0 + $1.learned } }
  private var merged: Int { outcomes.reduce(0) { $0 + $1.merged } }

  var text: String {
    var lines = failures.map { FormulationReport.plain("\($0.id): \($0.message)") }
    if outcomes.count < problems {
      lines.append("worked on: \(outcomes.count) of \(Numbers.counted(problems, "problem"))")
    }
    lines.append("solved at the first attempt: \(FormulationBenchmark.share(atFirst))")
    lines.append("solved in the end: \(outcomes.count { $0.isSolved }) of \(outcomes.count)")
    if unscored > 0 { lines.append("without an answer that can be read: \(unscored)") }
    lines.append(
      "insights learned: \(learned), merged: \(merged), conditions replaced: \(replaced); \(library) holds \(insights)")
    return lines.joined(separator: "\n") + "\n"
  }

  func json(_ use: JSONValue, seed: UInt64) -> JSONValue {
    [
      "schema": "gradus.experience/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "library": .string(library), "journal": .string(journal), "problems": .integer(problems),
      "done": .integer(outcomes.count), "unscored": .integer(unscored),
      "solvedAtFirst": FormulationBenchmark.json(atFirst), "solved": .integer(outcomes.count { $0.isSolved }),
      "learned": .integer(learned), "merged": .integer(merged), "replaced": .integer(replaced),
      "insights": ["before": .integer(before), "after": .integer(insights)],
      "failures": .array(failures.map { ["id": .string($0.id), "message": .string($0.message)] }),
      "stopped": JSONValue(failure.map { "\($0)" }), "use": use,
    ]
  }
}
