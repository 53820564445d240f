// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage
import GradusModeling

/// `gradus formulate PROBLEMS.jsonl`: every problem of a benchmark, and how often the answer is the published one.
struct FormulationBenchmark {
  let path: String
  let journal: String?
  /// Problems at most, from the first; nil: all.
  let first: Int?
  let width: Int
  /// Looked through for each problem.
  let library: ExperienceLibrary
  let formulator: Formulator
  let service: any ModelService
  let meter: ModelMeter

  static func isBenchmark(_ argument: String) -> Bool { argument.lowercased().hasSuffix(".jsonl") }

  /// The first problems of a file. Throws where it is no list of problems, or has none.
  static func problems(_ path: String, first: Int?) throws -> [BenchmarkProblem] {
    let text = String(decoding: try FileBytes.load(path).bytes, as: UTF8.self)
    let problems: [BenchmarkProblem]
    do throws(BenchmarkProblem.ReadFault) {
      problems = try BenchmarkProblem.read(text, path: path)
    } catch { throw Failure(.unreadable, "\(error)") }
    guard !problems.isEmpty else {
      throw Failure(
        .unreadable, "\(path): no problem is in it; expected {\"id\": …, \"problem\": …, \"answer\": …} on each line")
    }
    return Array(problems.prefix(first ?? problems.count))
  }

  /// Throws where the file is no list of problems, or the journal is broken; a model's failure that ends the run is thrown, and the
  /// journal keeps what was done.
  func run() async throws -> (report: BenchmarkRunner.Report, usage: JSONValue) {
    let chosen = try Self.problems(path, first: first)
    let kept = try journal.map { try FileJournal($0) }
    let (formulator, service, library) = (formulator, service, library)
    var runner = BenchmarkRunner(tolerance: 1e-4, width: width)
    if !library.insights.isEmpty { runner.context = library.text }
    let report = try await runner.run(chosen, journal: kept) { words in
      let problem = try WordProblem(words)
      var formulator = formulator
      let applied = try await library.retrieve(
        for: problem.text, by: ModelExperienceGuide(service, seed: formulator.seed))
      formulator.insights = applied.map(\.advice)
      let found = try await formulator.formulate(problem, asking: service)
      return found.execution ?? ModelExecution(message: found.rounds.last?.messages.first?.text ?? "no model came")
    }
    return (report, meter.count.json)
  }

  /// A share with its interval, as people read it.
  static func share(_ interval: WilsonInterval) -> String {
    let bounds = "\(Numbers.short(interval.lower)) to \(Numbers.short(interval.upper))"
    let share = interval.trials == 0 ? "" : "\(Numbers.short(interval.share)), "
    return "\(interval.successes) of \(interval.trials) (\(share)95 %: \(bounds))"
  }

  static func json(_ interval: WilsonInterval) -> JSONValue {
    [
      "share": interval.trials == 0 ? .null : .number(interval.share), "count": .integer(interval.successes),
      "of": .integer(interval.trials), "lower": .number(interval.lower), "upper": .number(interval.upper),
    ]
  }

  func text(_ report: BenchmarkRunner.Report) -> String {
    var lines = report.disagreements.map { FormulationReport.plain($0.text) }
    lines.append("right: \(Self.share(report.accuracy))")
    lines.append("solved: \(Self.share(report.executionRate))")
    if report.unscored > 0 { lines.append("without an answer that can be read: \(report.unscored)") }
    if !library.insights.isEmpty {
      lines.append("with a library of \(Numbers.counted(library.insights.count, "insight"))")
    }
    lines.append("published answers may be wrong; the lines above are for reading")
    return lines.joined(separator: "\n") + "\n"
  }

  func json(_ report: BenchmarkRunner.Report, _ usage: JSONValue, seed: UInt64) -> JSONValue {
    [
      "schema": "gradus.benchmark/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "accuracy": Self.json(report.accuracy), "executionRate": Self.json(report.executionRate),
      "unscored": .integer(report.unscored), "insights": .integer(library.insights.count), "use": usage,
      "disagreements": .array(
        report.disagreements.map { result in
          [
            "id": .string(result.id), "published": .string(result.published.text),
            "status": JSONValue(result.execution.status?.rawValue), "objective": JSONValue(result.execution.objective),
            "message": JSONValue(result.execution.message),
          ]
        }),
    ]
  }
}
