// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

/// The command: arguments in, an exit code out.
enum Tool {
  static func run(_ arguments: [String]) async -> ExitCode {
    do {
      var command = try GradusCommand.parseAsRoot(arguments)
      if let command = command as? any GradusSubcommand { return try await command.execute() }
      try command.run()
      return .success
    } catch let failure as Failure {
      return report(failure)
    } catch {
      return report(parsing: error)
    }
  }

  /// Prints the message of a failure and passes its code on.
  static func report(_ failure: Failure) -> ExitCode {
    Console.error(failure.line)
    return failure.code
  }

  /// Help and version requests end well; everything else that argument parsing throws is a wrong use.
  private static func report(parsing error: any Error) -> ExitCode {
    if GradusCommand.exitCode(for: error) == .success {
      Console.out(GradusCommand.fullMessage(for: error) + "\n")
      return .success
    }
    guard GradusCommand.exitCode(for: error) == .validationFailure else { return report(Failure(error)) }
    return report(Failure(.usage, "\(GradusCommand.message(for: error)). See 'gradus help'."))
  }
}

/// A subcommand that says how it ended.
protocol GradusSubcommand: ParsableCommand, Sendable {
  func execute() async throws -> ExitCode
}

extension GradusSubcommand {
  func run() throws { throw Failure(.failed, "\(Self.self) runs only as a command") }
}

/// `gradus`, with all subcommands.
struct GradusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradus",
    abstract: "Solves the model you already have; every answer says what was checked, and by whom.",
    version: "gradus \(gradusVersion)",
    subcommands: [
      SolveCommand.self, TrainCommand.self, TuneCommand.self, ImproveCommand.self, FormulateCommand.self,
      SynthesizeCommand.self,
      WorkerCommand.self,
      CompareCommand.self,
      VerifyCommand.self, DescribeCommand.self,
      ConvertCommand.self,
      MethodsCommand.self,
      ExplainCommand.self, CheckCommand.self, DemoCommand.self,
      StudyCommand.self, ServeCommand.self, TuneTrialCommand.self, AtlasCommand.self, AskTellCommand.self,
      DoctorCommand.self,
      VersionCommand.self,
    ])
}
