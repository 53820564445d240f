// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyBestCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "best",
    abstract: "The best complete trial that keeps the constraints; with several objectives, the Pareto front.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions

  func execute() async throws -> ExitCode {
    let (_, study) = try place.open()
    let best = study.best.map { study.trials[$0] }
    if output.format == .json {
      let document: JSONValue = [
        "schema": "gradus.best/1", "study": .string(study.name),
        "directions": JSONValue(strings: study.directions.map(\.name)),
        "objectives": JSONValue(strings: study.objectiveNames),
        "trials": .array(best.map { StudyDocument.json($0, in: study) }),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
    guard let first = best.first else {
      let complete = study.trials.contains { $0.state == .complete }
      throw Failure(
        .unfinished,
        complete
          ? "no complete trial of \(StudyText.plain(study.name)) keeps the constraints; 'gradus study show' lists them"
          : "the study \(StudyText.plain(study.name)) has no complete trial yet; 'gradus study show' tells how far it is"
      )
    }
    if output.format == .text {
      Console.out(study.directions.count == 1 ? Self.text(first, in: study) : TrialTable.front(best, in: study).text)
    }
    return .success
  }

  private static func text(_ trial: TrialRecord, in study: StudyRecord) -> String {
    var table = Table(["trial", "\(trial.number)"])
    for (name, value) in zip(study.objectiveNames, trial.values) {
      table.rows.append([StudyText.plain(name), Numbers.short(value, digits: 12)])
    }
    for member in study.values(of: trial) {
      table.rows.append([StudyText.plain(member.name), StudyText.value(member.value, digits: 12)])
    }
    for (k, value) in trial.constraints.enumerated() {
      table.rows.append(["constraint \(k + 1)", Numbers.short(value, digits: 12)])
    }
    for member in trial.userAttributes {
      table.rows.append([StudyText.plain(member.name), StudyText.value(member.value, digits: 12)])
    }
    if let seconds = trial.seconds { table.rows.append(["time", Numbers.time(max(0, seconds))]) }
    return table.text
  }
}
