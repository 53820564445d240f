// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct MethodsCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "methods", abstract: "Lists the methods, those that fit a file, or the named problems.")

  @OptionGroup var output: OutputOptions

  @Option(name: .customLong("for"), help: ArgumentHelp("Only methods that fit this problem.", valueName: "file"))
  var file: String?

  @Flag(help: "List the named problems (problem:NAME) instead.")
  var problems = false

  func execute() async throws -> ExitCode {
    if problems {
      let families = ProblemLibrary.families
      switch output.format {
      case .json: Console.out(Self.document(of: families).serialized(indented: true) + [0x0A])
      case .text: Console.out(Self.table(of: families).text)
      }
      return .success
    }
    var entries = Catalog.all
    if let file {
      let subject = try Subject.load(file)
      entries = entries.filter { subject.fits($0) }
      if entries.isEmpty, output.format == .text, !output.quiet {
        Console.error("gradus: no method takes \(file) (\(subject.summary.kind)) yet\n")
      }
    }
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.methods/1", "methods": .array(entries.map(\.json)),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      var table = Table(["method", "problem", "needs", "what it is"])
      for entry in entries { table.rows.append([entry.card.name, entry.problem, entry.needs, entry.card.summary]) }
      Console.out(table.text)
    }
    return .success
  }

  private static func document(of families: [ProblemFamily]) -> JSONValue {
    let problems = families.map { family -> JSONValue in
      [
        "name": .string(family.name), "summary": .string(family.summary), "reference": .string(family.reference),
        "parameters": .array(
          family.parameters.map {
            [
              "name": .string($0.name), "default": .number($0.defaultValue), "lower": .number($0.lower),
              "upper": .number($0.upper), "integer": .bool($0.isInteger), "help": .string($0.help),
            ]
          }),
      ]
    }
    return ["schema": "gradus.problems/1", "problems": .array(problems)]
  }

  private static func table(of families: [ProblemFamily]) -> Table {
    var table = Table(["problem", "parameters", "what it is"])
    for family in families {
      let parameters = family.parameters.map {
        "\($0.name)=\($0.isInteger ? "\(Int($0.defaultValue))" : Numbers.short($0.defaultValue))"
      }
      table.rows.append(["problem:\(family.name)", parameters.joined(separator: ","), family.summary])
    }
    return table
  }
}

extension MethodEntry {
  /// What the catalog knows of a method.
  var json: JSONValue {
    [
      "name": .string(card.name), "summary": .string(card.summary), "page": .string(page),
      "guarantee": .string(card.guarantee), "reference": .string(card.reference), "problem": .string(problem),
      "needs": .string(needs),
      "parallel": .bool(isParallel), "oracle": JSONValue(outsideName),
      "invariances": JSONValue(strings: card.invariances.map(\.rawValue).sorted()),
      "settings": .array(settings.map(\.json)),
      "trials": .array(
        card.trials.map {
          ["problem": .string($0.problem), "answers": .integer($0.answers), "value": .number($0.value)]
        }),
    ]
  }
}

extension SettingDescription {
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(name)), .init("default", .string(defaultValue)), .init("help", .string(help)),
    ]
    if let lower, let upper { members += [.init("lower", .number(lower)), .init("upper", .number(upper))] }
    if let choices { members.append(.init("choices", JSONValue(strings: choices))) }
    return .object(members)
  }
}
