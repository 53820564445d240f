// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

extension TrialTable.Order: ExpressibleByArgument {}

struct StudyShowCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "A study: its trials by state, the best of them, parameters, and a table of trials.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions
  @OptionGroup var objective: ObjectiveOptions

  @Option(help: "last: the last trials; best: the best; seconds: those that took longest.")
  var sort = TrialTable.Order.last

  @Option(help: "How many trials are shown.")
  var limit = 20

  mutating func validate() throws {
    if limit < 0 { throw ValidationError("--limit must be a whole number from 0") }
  }

  func execute() async throws -> ExitCode {
    let (storage, study) = try place.open()
    let (summary, now) = (StudySummary(study), Timestamp.now)
    let shown = TrialTable.numbers(
      sort, of: study, objective: try objective.place(in: study), now: now, limit: limit)
    switch output.format {
    case .json: Console.out(json(study, of: storage.name, summary, shown, now).serialized(indented: true) + [0x0A])
    case .text: Console.out(text(study, summary, shown, now))
    }
    return .success
  }

  private func text(_ study: StudyRecord, _ summary: StudySummary, _ shown: [Int], _ now: Timestamp) -> String {
    var lines = ["\(StudyText.plain(study.name)): \(StudyText.directions(study))"]
    func add(_ name: String, _ value: String) {
      lines.append("  \(name)\(String(repeating: " ", count: max(1, 12 - name.count)))\(value)")
    }
    add("trials", StudyText.counts(summary))
    add("changed", StudyText.ago(summary.lastChange, now: now))
    if study.directions.count > 1 {
      add("best", StudyText.best(study, summary))
    } else if let best = summary.best.first.map({ study.trials[$0] }) {
      add("best", "\(StudyText.values(best)), trial \(best.number): \(StudyText.parameters(best, in: study))")
    }
    let columns = StudyColumns(study)
    for (name, distribution) in zip(columns.names, columns.distributions).prefix(40) {
      add("parameter", "\(StudyText.plain(name, limit: 40)): \(StudyText.plain(distribution.words))")
    }
    for trial in study.trials.lazy.filter({ $0.state == .running }).prefix(20) {
      add("running", "trial \(trial.number), \(StudyText.seconds(trial, now: now))")
    }
    guard !shown.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    let table = TrialTable.rows(shown, of: study, now: now)
    let rest = study.trials.count - shown.count
    let more =
      rest > 0 && !output.quiet && sort != .best
      ? "\(Numbers.count(rest)) more; --limit shows them, 'gradus study export' writes all\n" : ""
    return lines.joined(separator: "\n") + "\n\n" + table.text + more
  }

  private func json(_ study: StudyRecord, of storage: String, _ summary: StudySummary, _ shown: [Int], _ now: Timestamp)
    -> JSONValue
  {
    let columns = StudyColumns(study)
    let running = study.trials.lazy.filter { $0.state == .running }.map { trial -> JSONValue in
      [
        "number": .integer(trial.number),
        "seconds": JSONValue(trial.started.map { max(0, now.seconds(since: $0)) }),
      ]
    }
    return [
      "schema": "gradus.study-summary/1", "storage": .string(storage), "name": .string(study.name),
      "directions": JSONValue(strings: study.directions.map(\.name)),
      "objectives": JSONValue(strings: study.objectiveNames), "counts": StudyText.counts(json: summary),
      "lastChange": JSONValue(summary.lastChange?.description),
      "best": .array(summary.best.map { StudyDocument.json(study.trials[$0], in: study) }),
      "parameters": .array(
        zip(columns.names, columns.distributions).map { ["name": .string($0), "distribution": $1.json] }),
      "running": .array(Array(running)),
      "trials": .array(shown.map { StudyDocument.json(study.trials[$0], in: study) }),
    ]
  }
}
