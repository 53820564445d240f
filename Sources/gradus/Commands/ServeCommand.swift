// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import GradusNative

/// `gradus serve` is a program of its own, in a package of its own: who has no use for an HTTP server does not build one.
struct ServeCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a dashboard of studies and runs, and their interface for programs over HTTP.")

  @Argument(parsing: .captureForPassthrough, help: "What is served, and where: 'gradus serve --help'.")
  var arguments: [String] = []

  func execute() async throws -> ExitCode {
    guard let program = ProgramFile.companion(ServiceProgram.name) else {
      throw Failure(
        .missing,
        "the dashboard is a program of its own, \(ServiceProgram.name), which is not here; 'make service' builds it")
    }
    ProgramFile.become(program, arguments)
    throw Failure(.failed, "cannot start \(program); build it again with 'make service'")
  }
}
