// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the studies of `gradus tune --method` run for each trial: the settings are in GRADUS_PARAMETERS.
///
/// It prints `{"score": …, "failed": …, "costs": [[…], …]}` where the task has yardsticks, else `{"runs": [[…], …]}`.
struct TuneTrialCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "tune-trial", abstract: "One trial of 'gradus tune --method'.", shouldDisplay: false)

  @Argument(help: "The task, a JSON object.")
  var task: String

  func execute() async throws -> ExitCode {
    guard let json = try? JSONValue(parsing: task), let task = KnobTask(json: json) else {
      throw Failure(.usage, "the task cannot be read; 'gradus tune --method NAME --on FILE…' writes one")
    }
    let text = getenv("GRADUS_PARAMETERS").map { String(cString: $0) } ?? "{}"
    guard let values = (try? JSONValue(parsing: text))?.members else {
      throw Failure(.usage, "GRADUS_PARAMETERS is no JSON object; leave it to 'gradus tune'")
    }
    let runs = try await KnobRunner(task, values: values).runs()
    var told: JSONValue
    if task.yardsticks.isEmpty {
      told = ["runs": .array(runs.map { .array($0.map(\.json)) })]
    } else {
      let (score, failed) = task.score(runs)
      let costs = zip(task.yardsticks, runs).map { yardstick, runs in JSONValue(numbers: runs.map(yardstick.cost)) }
      told = ["score": .number(score), "failed": .integer(failed), "costs": .array(costs)]
    }
    Console.out(told.description + "\n")
    return .success
  }
}
