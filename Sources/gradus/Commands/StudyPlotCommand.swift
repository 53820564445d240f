// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyPlotCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draws a study: a picture (.svg), or a page with one or all of them (.html).")

  enum Choice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case history, parallel, slice, front, importance, intermediate, all
  }

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions
  @OptionGroup var objective: ObjectiveOptions

  @Argument(help: "Where to draw: FILE.svg or FILE.html.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "What is drawn: history, parallel, slice, front, importance, intermediate, all; a page has all if not said.",
      valueName: "kind"))
  var kind: Choice?

  mutating func validate() throws {
    let ending = StudyExportCommand.ending(file)
    guard ["svg", "html"].contains(ending) else {
      throw ValidationError("\(file): the file must end with .svg or .html")
    }
    if ending == "svg", kind == .all { throw ValidationError("--kind all is a page: let the file end with .html") }
  }

  func execute() async throws -> ExitCode {
    let (_, study) = try place.open()
    let objective = try objective.place(in: study)
    let picture = StudyPicture(study, objective: objective)
    let single = kind.flatMap { StudyPicture.Kind(rawValue: $0.rawValue) }
    let text: String
    if StudyExportCommand.ending(file) == "svg" {
      text = try picture.svg(single ?? .history)
    } else if let single {
      var page = HTMLPage(StudyText.plain(study.name), remark: escaped(StudyText.directions(study)))
      page.add(heading: single.heading)
      page.add(picture: try picture.svg(single))
      text = page.text
    } else {
      text = StudyPage(study: study, objective: objective).html
    }
    try place.write([Array(text.utf8)], to: file)
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.written/1", "study": .string(study.name), "file": .string(file),
        "trials": .integer(study.trials.count),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text: if !output.quiet { Console.out("\(file): \(Numbers.counted(study.trials.count, "trial"))\n") }
    }
    return .success
  }
}
