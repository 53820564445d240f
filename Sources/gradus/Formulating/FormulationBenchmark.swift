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
  let formulator: Formulator
  let service: any ModelService
  let meter: ModelMeter

  static func isBenchmark(_ argument: String) -> Bool { argument.lowercased().hasSuffix(".jsonl") }

  /// Throws where the file is no list of problems, or the journal is broken; a model's failure that ends the run is thrown, and the
  /// journal keeps what was done.
  func run() async throws -> (report: BenchmarkRunner.Report, usage: JSONValue) {
    let text = String(decoding: try FileBytes.load(path).bytes, as: UTF8.self)
    let problems: [BenchmarkProblem]
    do throws(BenchmarkProblem.ReadFault) {
      problems = try BenchmarkProblem.read(text, path: path)
    } catch { throw Failure(.unreadable, "\(error)") }
    guard !problems.isEmpty else {
      throw Failure(
        .unreadable, "\(path): no problem is in it; expected {\"id\": …, \"problem\": …, \"answer\": …} on each line")
    }
    let chosen = Array(problems.prefix(first ?? problems.count))
    let kept = try journal.map { try FileJournal($0) }
    let (formulator, service) = (formulator, service)
    let report = try await BenchmarkRunner(tolerance: 1e-4, width: width).run(chosen, journal: kept) { words in
      let found = try await formulator.formulate(WordProblem(words), asking: service)
      return found.execution ?? ModelExecution(message: found.rounds.last?.messages.first?.text ?? "no model came")
    }
    return (report, meter.count.json)
  }

  static func text(_ report: BenchmarkRunner.Report) -> String {
    func share(_ interval: WilsonInterval) -> String {
      let bounds = "\(Numbers.short(interval.lower)) to \(Numbers.short(interval.upper))"
      return "\(interval.successes) of \(interval.trials) (\(Numbers.short(interval.share)), 95 %: \(bounds))"
    }
    var lines = report.disagreements.map { FormulationReport.plain($0.text) }
    lines.append("right: \(share(report.accuracy))")
    lines.append("solved: \(share(report.executionRate))")
    if report.unscored > 0 { lines.append("without an answer that can be read: \(report.unscored)") }
    lines.append("published answers may be wrong; the lines above are for reading")
    return lines.joined(separator: "\n") + "\n"
  }

  static func json(_ report: BenchmarkRunner.Report, _ usage: JSONValue, seed: UInt64) -> JSONValue {
    func share(_ interval: WilsonInterval) -> JSONValue {
      [
        "share": .number(interval.share), "count": .integer(interval.successes), "of": .integer(interval.trials),
        "lower": .number(interval.lower), "upper": .number(interval.upper),
      ]
    }
    return [
      "schema": "gradus.benchmark/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "accuracy": share(report.accuracy), "executionRate": share(report.executionRate),
      "unscored": .integer(report.unscored), "use": usage,
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
