// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusAskTell

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct AskTellCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "ask-tell", abstract: "Serves any method to any language, over lines of JSON.",
    discussion: """
      Every line on standard input gets one line on standard output:
        {"start": {"dim": 2, "lower": [-5, -5], "upper": [5, 5], "seed": 7}}
        {"ask": {"max": 8}}     {"points": [[…], …], "ids": [0, …]}
        {"tell": {"f": [[…], …]}}     {"best": {}}     {"save": {}}     {"end": {}}     {"quit": {}}

      Update rules for training (adamw, lion, muon, …) step the parameters of any program, a gradient a step:
        {"start": {"method": "adamw", "x0": [1, 2, 3], "settings": {"lr": 0.01}, \
      "layout": [{"name": "w", "shape": [1, 2]}, {"name": "b", "shape": [1]}]}}
        {"ask": {}}     {"points": [[1.0, 2.0, 3.0]], "ids": [0]}
        {"tell": {"grad": [[0.5, -1, 2]]}}     {"ask": {}}     {"end": {}}     {"recommend": […], …}
      'gradus explain adamw' lists the settings of a rule; 'gradus methods' lists the rules.
      """)

  @Option(name: .customLong("by"), help: "The method of runs that name none.")
  var method: String?

  func execute() async throws -> ExitCode {
    if let method { _ = try MethodChoice.entry(named: method) }
    var service = AskTellService(defaultMethod: method)
    var reader = LineReader(STDIN_FILENO)
    while let line = reader.next() {
      switch line {
      case .content(let bytes):
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
        guard let answer = service.answer(bytes) else { return .success }
        Console.out(answer)
      case .tooLong: Console.out(AskTellService.tooLong(limit: LineReader.limit))
      }
    }
    return .success
  }
}
