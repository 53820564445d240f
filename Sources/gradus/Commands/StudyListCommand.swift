// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyListCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The studies of a storage, with trials by state, best value and last change.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StorageOptions

  func execute() async throws -> ExitCode {
    let storage = try place.open()
    let studies = storage.replica.studies.values.sorted { $0.id < $1.id }
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.studies/1", "storage": .string(storage.name), "studies": .array(studies.map(Self.json)),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      let now = Timestamp.now
      var table = Table(["study", "objectives", "trials", "best", "last change"])
      for study in studies {
        let summary = StudySummary(study)
        table.rows.append([
          StudyText.plain(study.name), StudyText.directions(study), StudyText.counts(summary),
          StudyText.best(study, summary), StudyText.ago(summary.lastChange, now: now),
        ])
      }
      Console.out(table.text)
    }
    return .success
  }

  private static func json(_ study: StudyRecord) -> JSONValue {
    let summary = StudySummary(study)
    return [
      "name": .string(study.name), "directions": JSONValue(strings: study.directions.map(\.name)),
      "objectives": JSONValue(strings: study.objectiveNames), "trials": StudyText.counts(json: summary),
      "best": .array(
        summary.best.map {
          ["number": .integer($0), "values": JSONValue(numbers: study.trials[$0].values)]
        }), "lastChange": JSONValue(summary.lastChange?.description),
    ]
  }
}
