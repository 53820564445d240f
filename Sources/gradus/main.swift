// SPDX-License-Identifier: Apache-2.0
import GradusCore

let arguments = Array(CommandLine.arguments.dropFirst())
let code: ExitCode
if arguments == ["version"] || arguments == ["--version"] {
  // Answered before anything is set up: scripts ask for it often.
  Console.out("gradus \(gradusVersion)\n")
  code = .success
} else {
  code = await Tool.run(arguments)
}
Console.end(with: code)
