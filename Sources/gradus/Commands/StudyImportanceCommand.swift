// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyImportanceCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "importance", abstract: "Which parameters matter: their shares of the objective's variance.",
    discussion: """
      Functional ANOVA over a regression forest on the complete trials: the share of the objective's variance over the search \
      space that a parameter explains by itself. What single parameters leave, they do together.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions
  @OptionGroup var objective: ObjectiveOptions

  @Option(help: ArgumentHelp("Only these, on the trials that have all of them; commas between.", valueName: "names"))
  var parameters: String?

  @Option(help: "How many trees the forest has.")
  var trees = 64

  @Option(help: "The seed of the forest.")
  var seed: UInt64 = 0

  mutating func validate() throws {
    try OptionRange.whole("--trees", trees, 1...10_000)
  }

  func execute() async throws -> ExitCode {
    let (_, study) = try place.open()
    let objective = try objective.place(in: study)
    let names = parameters?.split(separator: ",").map(String.init)
    let known = StudyColumns(study).names
    if let unknown = names?.first(where: { !known.contains($0) }) {
      let near = nearest(to: unknown, among: known).map { "did you mean '\(StudyText.plain($0))'?" }
      throw Failure(
        .usage,
        "the study \(StudyText.plain(study.name)) has no parameter '\(StudyText.plain(unknown))'; "
          + (near ?? "'gradus study show' names them"))
    }
    let importance: ParameterImportance
    do {
      importance = try ParameterImportance(study, objective: objective, parameters: names, trees: trees, seed: seed)
    } catch { throw Failure(.unfinished, StudyText.plain(error.description, limit: 300)) }
    switch output.format {
    case .json: Console.out(json(importance, study, objective).serialized(indented: true) + [0x0A])
    case .text: Console.out(text(importance))
    }
    return .success
  }

  private func text(_ importance: ParameterImportance) -> String {
    var table = Table(["parameter", "share", "± from tree to tree"], numeric: [1, 2])
    for entry in importance.entries {
      table.rows.append([
        StudyText.plain(entry.name), StudyPicture.percent(entry.share), StudyPicture.percent(entry.deviation),
      ])
    }
    table.rows.append(["together", StudyPicture.percent(importance.rest), ""])
    guard !output.quiet else { return table.text }
    var remarks = "\(Numbers.counted(importance.trials, "complete trial")), seed \(seed)"
    if importance.isRough { remarks += "; few for \(importance.entries.count) parameters, so shares are rough" }
    if !importance.omitted.isEmpty {
      let names = importance.omitted.map { StudyText.plain($0) }.joined(separator: ", ")
      remarks += "; in too few trials, and left out: \(names) (--parameters judges them)"
    }
    return table.text + remarks + "\n"
  }

  private func json(_ importance: ParameterImportance, _ study: StudyRecord, _ objective: Int) -> JSONValue {
    [
      "schema": "gradus.importance/1", "study": .string(study.name),
      "objective": .string(study.objectiveNames[objective]), "seed": JSONValue(seed), "trees": .integer(trees),
      "trials": .integer(importance.trials), "rough": .bool(importance.isRough),
      "parameters": .array(
        importance.entries.map {
          ["name": .string($0.name), "share": .number($0.share), "deviation": .number($0.deviation)]
        }), "together": .number(importance.rest), "omitted": JSONValue(strings: importance.omitted),
    ]
  }
}
