// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

/// Whether missing derivatives are made from differences of values.
enum Derivatives: String, ExpressibleByArgument, CaseIterable, Sendable { case exact, finite }

extension Status: ExpressibleByArgument {}

extension LearnedSolve.Unit: ExpressibleByArgument {}

/// Options that say how a problem is solved.
struct SolveOptions: ParsableArguments, Sendable {
  @Option(name: .customLong("by"), help: "The method; without it one is chosen.")
  var method: String?

  @Option(help: "The seed of all random numbers.")
  var seed: UInt64 = 0

  @Option(help: "Answers worked on at once, and threads of outside solvers.")
  var threads = 1

  @Option(help: ArgumentHelp("Stop after this time.", valueName: "seconds"))
  var timeLimit: Double?

  @Option(name: .customLong("set"), help: ArgumentHelp("A setting or tolerance; repeatable.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "Stop after this many answers.")
  var answers: Int?

  @Option(help: "Stop at a value at least this good.")
  var target: Double?

  @Flag(help: "Add ranges (linear programs) or derivatives (formulas) of the optimum.")
  var sensitivity = false

  @Option(help: "Where derivatives come from.")
  var derivatives = Derivatives.exact

  @Flag(help: "Evaluate formulas as they are written, not simplified.")
  var noSimplify = false

  @Option(help: ArgumentHelp("A result, .sol or .bas file to start from.", valueName: "file"))
  var start: String?

  @Option(help: ArgumentHelp("Save the run here every few seconds.", valueName: "file"))
  var checkpoint: String?

  @Option(help: ArgumentHelp("How often it is saved.", valueName: "seconds"))
  var checkpointEvery = 5.0

  @Option(help: ArgumentHelp("Tell here how far the run is, for 'gradus serve --runs'.", valueName: "file.run"))
  var record: String?

  @Option(help: ArgumentHelp("Continue a saved run.", valueName: "file"))
  var resume: String?

  @Option(help: ArgumentHelp("Choose settings by what earlier problems cost; remember it here.", valueName: "store"))
  var learn: String?

  @Option(help: "Share of the default's cost that learning may waste in all.")
  var learnRegret = 0.1

  @Option(help: "In what cost is counted: for files processor, for linear systems operations, else answers.")
  var learnCost: LearnedSolve.Unit?

  mutating func validate() throws {
    try OptionRange.atLeastOne(("--threads", threads), ("--answers", answers))
    try OptionRange.seconds("--time-limit", timeLimit)
    try OptionRange.seconds("--checkpoint-every", checkpointEvery)
    if !(learnRegret >= 0 && learnRegret < 1e6) {
      throw ValidationError("--learn-regret must be a number from 0 to 1e6")
    }
    if learn != nil,
      let (name, _) = [("--resume", resume), ("--checkpoint", checkpoint), ("--start", start)].first(where: {
        $0.1 != nil
      })
    {
      throw ValidationError("\(name) does not go with --learn, which may make several attempts")
    }
    if record != nil, learn != nil {
      throw ValidationError("--record does not go with --learn, which may make several attempts")
    }
    if let record, !record.hasSuffix(".run") {
      throw ValidationError("--record \(record): the file must end with .run")
    }
  }

  func request(_ interruption: Interruption) -> SolveRequest {
    var request = SolveRequest()
    request.method = method
    request.seed = seed
    request.threads = threads
    request.timeLimit = timeLimit
    request.settings = settings
    request.answers = answers
    request.target = target
    request.start = start
    request.checkpoint = checkpoint
    request.checkpointEvery = checkpointEvery
    request.resume = resume
    request.wantsSensitivity = sensitivity
    request.finiteDerivatives = derivatives == .finite
    request.interruption = interruption
    return request
  }
}
