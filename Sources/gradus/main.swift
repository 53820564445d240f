// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

let arguments = Array(CommandLine.arguments.dropFirst())
let code: ExitCode
if arguments == ["version"] || arguments == ["--version"] {
  // Answered before anything is set up: scripts ask for it often.
  Console.out("gradus \(gradusVersion)\n")
  code = .success
} else if arguments.first == "helper-highs" {
  // The other side of a solve: it must be listening before its master has read a large file.
  _exit(HighsHelper.serve(input: STDIN_FILENO, output: STDOUT_FILENO))
} else if AMPLCommand.isAsked(arguments) {
  SignalWatch.block()
  code = CommandThread.wait { await AMPLCommand.run(arguments) }
} else {
  // These answer an interrupt with what they have so far; everything else is ended by it as usual.
  let isHeard =
    arguments.starts(with: ["atlas", "run"])
    || ["solve", "demo", "train", "compare", "tune", "worker", "improve", "formulate", "synthesize"]
      .contains(arguments.first)
  if isHeard { SignalWatch.block() }
  code = CommandThread.wait { await Tool.run(arguments) }
}
Console.end(with: code)
