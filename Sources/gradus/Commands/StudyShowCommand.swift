// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct StudyShowCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "A study: its trials by state, the best of them, parameters, and a table of trials.")

  /// What stands on top of the table.
  enum Order: String, ExpressibleByArgument, CaseIterable, Sendable { case last, best, seconds }

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions
  @OptionGroup var objective: ObjectiveOptions

  @Option(help: "last: the last trials; best: the best; seconds: those that took longest.")
  var sort = Order.last

  @Option(help: "How many trials are shown.")
  var limit = 20

  mutating func validate() throws {
    if limit < 0 { throw ValidationError("--limit must be a whole number from 0") }
  }

  func execute() async throws -> ExitCode {
    let (storage, study) = try place.open()
    let (summary, now) = (StudySummary(study), Timestamp.now)
    let shown = chosen(study, try objective.place(in: study), now)
    switch output.format {
    case .json: Console.out(json(study, of: storage.name, summary, shown, now).serialized(indented: true) + [0x0A])
    case .text: Console.out(text(study, summary, shown, now))
    }
    return .success
  }

  /// Numbers of the trials in the table.
  private func chosen(_ study: StudyRecord, _ objective: Int, _ now: Timestamp) -> [Int] {
    let trials = study.trials
    switch sort {
    case .last: return trials.indices.suffix(limit).reversed()
    case .seconds:
      let keys = trials.map { trial -> Double in
        if let seconds = trial.seconds { return seconds }
        return trial.state == .running ? trial.started.map { now.seconds(since: $0) } ?? -1 : -1
      }
      return Array(trials.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }.prefix(limit))
    case .best:
      let sign = study.directions[objective].sign
      let candidates = trials.indices.filter { trials[$0].isCandidate(objectives: study.directions.count) }
      let keys = trials.map { objective < $0.values.count ? sign * $0.values[objective] : .infinity }
      return Array(candidates.sorted { (keys[$0], $0) < (keys[$1], $1) }.prefix(limit))
    }
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
    let names = study.objectiveNames.map { StudyText.plain($0, limit: 20) }
    let values = Set(2..<2 + names.count + columns.names.count)
    var table = Table(
      ["trial", "state"] + names + columns.names.map { StudyText.plain($0, limit: 20) } + ["time"],
      numeric: values.union([0]))
    for number in shown {
      let trial = study.trials[number]
      table.rows.append(
        ["\(number)", trial.state.name]
          + names.indices.map { $0 < trial.values.count ? Numbers.short(trial.values[$0]) : "–" }
          + columns.values(of: trial, in: study).map { StudyText.value($0, digits: 4) }
          + [StudyText.seconds(trial, now: now)])
    }
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
