// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct DescribeCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Shows kind, sizes, structure, warnings and suitable methods of a problem.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "A problem file, or problem:NAME[,key=value…].")
  var file: String

  func execute() async throws -> ExitCode {
    let subject = try Subject.load(file)
    let methods = Catalog.all.filter { subject.fits($0) && subject.isSolvable(by: $0) }.map(\.card.name)
    switch (subject.content, output.format) {
    case (.form(let form), .text): Console.out(Self.text(subject, FormInspection(form: form), methods))
    case (.form(let form), .json):
      Console.out(Self.json(subject, FormInspection(form: form), methods).serialized(indented: true) + [0x0A])
    case (.named(let problem), .text): Console.out(Self.text(problem, methods))
    case (.named(let problem), .json):
      Console.out(Self.json(subject, problem, methods).serialized(indented: true) + [0x0A])
    case (.fit, _): throw Failure(.usage, "\(file) is data, not a problem; give a problem file or problem:NAME")
    }
    return .success
  }

  private static func text(_ subject: Subject, _ inspection: FormInspection, _ methods: [String]) -> String {
    var text = "\(subject.summary.name): \(inspection.form.sizes), \(inspection.form.sense.rawValue)\n"
    for (name, count) in inspection.structure { text += "  \(pad(name))\(Numbers.count(count))\n" }
    for range in inspection.ranges {
      text += "  \(pad(range.name))\(Numbers.short(range.low)) … \(Numbers.short(range.high)) in magnitude\n"
    }
    for note in subject.notes { text += "  note: \(note)\n" }
    for warning in inspection.warnings { text += "  warning: \(warning)\n" }
    text += "  methods: \(methods.isEmpty ? "none yet" : methods.joined(separator: ", "))\n"
    return text
  }

  private static func json(_ subject: Subject, _ inspection: FormInspection, _ methods: [String]) -> JSONValue {
    [
      "schema": "gradus.description/1", "name": .string(subject.summary.name), "kind": .string(subject.summary.kind),
      "sense": .string(subject.summary.sense.rawValue),
      "structure": .object(inspection.structure.map { .init($0.name, .integer($0.count)) }),
      "magnitudes": .object(inspection.ranges.map { .init($0.name, [.number($0.low), .number($0.high)]) }),
      "notes": JSONValue(strings: subject.notes), "warnings": JSONValue(strings: inspection.warnings),
      "methods": JSONValue(strings: methods),
    ]
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

  private static func pad(_ name: String) -> String { name + String(repeating: " ", count: max(1, 22 - name.count)) }
}
