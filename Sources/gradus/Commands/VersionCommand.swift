// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct VersionCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  @OptionGroup var output: OutputOptions

  func execute() async throws -> ExitCode {
    switch output.format {
    case .text: Console.out("gradus \(gradusVersion)\n")
    case .json:
      let document: JSONValue = ["schema": "gradus.version/1", "version": .string(gradusVersion)]
      Console.out(document.serialized() + [0x0A])
    }
    return .success
  }
}
