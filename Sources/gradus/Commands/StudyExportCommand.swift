// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyExportCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes all trials as a table (.csv), or everything that is known (.json).")

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions

  @Argument(help: "Where to write: FILE.csv or FILE.json.")
  var file: String

  mutating func validate() throws {
    guard Self.parts[Self.ending(file)] != nil else {
      throw ValidationError("\(file): the file must end with .csv or .json")
    }
  }

  private static let parts: [String: @Sendable (StudyRecord) -> [[UInt8]]] = [
    "csv": { StudyTable($0).parts }, "json": { StudyDocument($0).parts },
  ]

  /// What follows the last point, in small letters.
  static func ending(_ file: String) -> String {
    file.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
  }

  func execute() async throws -> ExitCode {
    let (_, study) = try place.open()
    guard let parts = Self.parts[Self.ending(file)] else { return .usage }
    try place.write(parts(study), to: file)
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.written/1", "study": .string(study.name), "file": .string(file),
        "trials": .integer(study.trials.count),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      if !output.quiet { Console.out("\(file): \(Numbers.counted(study.trials.count, "trial"))\n") }
    }
    return .success
  }
}
