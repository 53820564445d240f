// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import GradusLanguage

/// `gradus formulate PROBLEMS.jsonl --learn --library FILE`: insights from failures, verified by published answers.
///
/// The library is written after each problem, then the journal: whoever is killed between the two works on one problem again, and
/// finds its lesson in the library. A problem that is broken off leaves nothing.
struct ExperienceLearning {
  let path: String
  let library: String
  let journal: String
  /// Problems at most, from the first; nil: all.
  let first: Int?
  let evolves: Bool
  let formulator: Formulator
  let service: any ModelService
  let isQuiet: Bool

  /// Throws what makes a file unreadable. Failures of a model that end the run stand in the report.
  func run() async throws -> ExperienceReport {
    let all = try FormulationBenchmark.problems(path, first: first)
    let problems = all.filter { if case .unreadable = $0.answer { false } else { true } }
    var file = try LibraryFile(library)
    var done = try ExperienceJournal(journal, problems)
    guard !file.isNew || done.learned == 0 else {
      throw Failure(
        .unreadable,
        "\(journal) tells of \(done.learned) lessons, and there was no library \(library) with them; put it back, or name another --journal"
      )
    }
    let answers = Dictionary(problems.map { ($0.problem, $0.answer) }) { first, _ in first }
    let student = FormulatingStudent(service, formulator: formulator, answers: answers)
    var report = ExperienceReport(library: library, journal: journal, before: file.library.insights.count)
    let line = isQuiet ? nil : CountingLine("problems")
    do {
      for problem in problems where done.outcomes[problem.id] == nil {
        let (outcome, message) = try await learned(problem, &file, student)
        try done.append(problem, outcome, message)
        line?.show(done.outcomes.count, of: problems.count)
      }
      if evolves { try await evolve(problems, &file, &done, student) }
    } catch let failure as ModelFailure {
      report.failure = failure
    }
    line?.clear()
    report.take(file.library, done, problems, unscored: all.count - problems.count)
    return report
  }

  /// What is about one problem alone is its message, and the next one is learned from.
  private func learned(
    _ problem: BenchmarkProblem, _ file: inout LibraryFile, _ student: FormulatingStudent
  ) async throws -> (ExperienceOutcome, String?) {
    var changed = file.library
    let outcome: ExperienceOutcome
    do {
      outcome = try await ExperienceLearner().learn(problem.problem, into: &changed, by: student)
    } catch {
      if BenchmarkRunner.endsRuns(error) { throw error }
      return (ExperienceOutcome(), FormulationReport.plain("\(error)"))
    }
    try file.keep(changed)
    return (outcome, nil)
  }

  private func evolve(
    _ problems: [BenchmarkProblem], _ file: inout LibraryFile, _ done: inout ExperienceJournal,
    _ student: FormulatingStudent
  ) async throws {
    let mark = ExperienceJournal.mark(problems)
    guard done.evolutions[mark] == nil else { return }
    var changed = file.library
    let replaced = try await ExperienceLearner().evolve(&changed, on: problems.map(\.problem), by: student)
    try file.keep(changed)
    try done.append(evolved: mark, replaced: replaced)
  }
}
