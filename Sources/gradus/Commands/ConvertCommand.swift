// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct ConvertCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Writes a problem in another format, and says what that cannot hold.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "The problem file.")
  var input: String

  @Argument(help: "The file to write; its extension is the format, .gz behind it compresses.")
  var target: String

  @Flag(help: "Write an .nl file in its binary form.")
  var binary = false

  func execute() async throws -> ExitCode {
    let reading = try ModelFile.contents(path: input)
    let losses: [ConversionLoss]
    if binary {
      guard ModelFormat(path: target) == .nl else {
        throw Failure(.usage, "'--binary' is a form of .nl files; leave it out for \(target)")
      }
      losses = try ModelFile.write(reading.program(), to: target, isBinary: true)
    } else {
      losses = try ModelFile.write(reading.problem, to: target)
    }
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.conversion/1", "input": .string(input), "output": .string(target),
        "notes": JSONValue(strings: reading.notes),
        "losses": .array(losses.map { ["part": .string($0.part), "detail": .string($0.detail)] }),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      if output.quiet { break }
      for note in reading.notes { Console.error("gradus: \(note)\n") }
      Console.out("\(target): \(reading.sizes)\n")
      for loss in losses { Console.out("  not held: \(loss.description)\n") }
    }
    return .success
  }
}

extension ModelContents {
  /// What was read, in a few words.
  var sizes: String {
    if let form = try? standardForm() { return form.sizes }
    guard case .program(let program) = problem else { return "" }
    var parts = [Numbers.counted(program.variableCount, "variable")]
    let integers = program.linear.integerCount
    if integers > 0 { parts[0] += " (\(Numbers.count(integers)) integer)" }
    parts.append(Numbers.counted(program.constraintCount, "row"))
    return "\(integers > 0 ? "MINLP" : "NLP") with \(parts.joined(separator: ", "))"
  }
}

extension StandardForm {
  /// `LP with 13 variables, 7 rows, 63 nonzeros`.
  var sizes: String {
    var parts = [Numbers.counted(variableCount, "variable")]
    if integerCount > 0 { parts[0] += " (\(Numbers.count(integerCount)) integer)" }
    parts += [Numbers.counted(constraintCount, "row"), Numbers.counted(matrix.entryCount, "nonzero")]
    return "\(kindName) with \(parts.joined(separator: ", "))"
  }
}
