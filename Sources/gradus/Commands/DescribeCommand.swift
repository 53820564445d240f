// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct DescribeCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Shows kind, sizes, structure, warnings and suitable methods of a problem.")

  @OptionGroup var output: OutputOptions

  @OptionGroup var data: DataOptions

  @Argument(help: "A problem file, or problem:NAME[,key=value…].")
  var file: String

  @Flag(help: "Tell a model file back in plain words, with what it takes for granted.")
  var words = false

  func execute() async throws -> ExitCode {
    if words { return try tellWords() }
    let subject = try Subject.load(file, task: data.task)
    let methods = Catalog.all.filter { subject.fits($0) && subject.isSolvable(by: $0) }.map(\.card.name)
    switch (subject.content, output.format) {
    case (.form(let form), .text):
      var lines = ModelDescription(form).lines.filter { !$0.hasPrefix("method: ") }
      if form.name.isEmpty {
        lines[0].replaceSubrange(..<(lines[0].firstIndex(of: ":") ?? lines[0].startIndex), with: subject.summary.name)
      }
      lines += subject.notes.map { "note: \($0)" }
      if form.kindName == "LP" || form.kindName == "MIP" { lines.append("note: \(Self.lazyRows)") }
      lines.append("methods: \(methods.isEmpty ? "none yet" : methods.joined(separator: ", "))")
      Console.out(lines.joined(separator: "\n  ") + "\n")
    case (.form(let form), .json):
      Console.out(try Self.json(subject, ModelDescription(form), methods).serialized(indented: true) + [0x0A])
    case (.named(let problem), .text): Console.out(Self.text(problem, methods))
    case (.named(let problem), .json):
      Console.out(Self.json(subject, problem, methods).serialized(indented: true) + [0x0A])
    case (.program(let program), .text): Console.out(Self.text(subject, program, methods))
    case (.program(let program), .json):
      Console.out(Self.json(subject, program, methods).serialized(indented: true) + [0x0A])
    case (.training(let training, _), .text): Console.out(Self.text(subject, training, methods))
    case (.training(let training, _), .json):
      Console.out(Self.json(subject, training, methods).serialized(indented: true) + [0x0A])
    case (.fit, _): throw Failure(.usage, "\(file) is data, not a problem; give a problem file or problem:NAME")
    }
    return .success
  }

  private static func json(
    _ subject: Subject, _ description: ModelDescription, _ methods: [String]
  ) throws -> JSONValue {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    let members = try JSONValue(parsing: [UInt8](encoder.encode(description))).members ?? []
    return .object(
      [.init("schema", "gradus.description/1"), .init("name", .string(subject.summary.name))]
        + members.filter { $0.name != "name" && $0.name != "suggestions" }
        + [
          .init(
            "lazyConstraints",
            .string(["LP", "MIP"].contains(description.kind) ? lazyRows : lazyRowsOfFormulas)),
          .init("notes", JSONValue(strings: subject.notes)),
          .init("methods", JSONValue(strings: methods)),
        ])
  }

  private static func text(_ problem: NamedProblem, _ methods: [String]) -> String {
    var text = "\(problem.name): \(problem.summary)\n"
    text += "  \(pad("variables"))\(Numbers.count(problem.dimension))\n"
    text += "  \(pad("classes"))\(problem.forms.map { "\(type(of: $0))" }.joined(separator: ", "))\n"
    text += "  \(pad("known"))\(problem.traits.map(\.rawValue).sorted().joined(separator: ", "))\n"
    if let value = problem.optimum.value { text += "  \(pad("optimum"))\(Numbers.short(value, digits: 12))\n" }
    text += "  \(pad("reference"))\(problem.reference)\n"
    return text + "  methods: \(methods.isEmpty ? "none yet" : methods.joined(separator: ", "))\n"
  }

  private static func json(_ subject: Subject, _ problem: NamedProblem, _ methods: [String]) -> JSONValue {
    [
      "schema": "gradus.description/1", "name": .string(problem.name), "kind": .string(subject.summary.kind),
      "summary": .string(problem.summary), "reference": .string(problem.reference),
      "variables": .integer(problem.dimension),
      "classes": JSONValue(strings: problem.forms.map { "\(type(of: $0))" }),
      "traits": JSONValue(strings: problem.traits.map(\.rawValue).sorted()),
      "optimum": JSONValue(problem.optimum.value), "methods": JSONValue(strings: methods),
    ]
  }

  /// Which methods take rows that are given while they run, and how.
  static let lazyRows =
    "no method takes lazy constraints or user cuts from the command line: highs takes none during its search; in Swift, the "
    + "method HighsCuts asks a function of yours for them between solves"

  /// The same for programs of formulas.
  static let lazyRowsOfFormulas =
    "no method for formulas takes lazy constraints or user cuts: state all rows"

  static func pad(_ name: String) -> String { name + String(repeating: " ", count: max(1, 22 - name.count)) }
}
