// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

struct TuneCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Finds good values for the knobs of a program.",
    discussion: """
      SPEC is a YAML file. Called again, it goes on where it stopped; no finished trial is lost, whatever is killed.

        study: wing
        command: [python3, train.py, --lr, "{lr}", --layers, "{layers}"]
        parameters:
          lr: {type: float, low: 1e-5, high: 0.1, log: true}
          layers: {type: int, low: 1, high: 4}
          act: {type: categorical, choices: [relu, tanh]}
          slope: {type: float, low: 0, high: 1, when: {act: relu}}
        objectives: {loss: minimize}   # printed as {"loss": 0.3} or loss=0.3
        trials: 60
        parallel: 2
        storage: wing.journal          # sqlite:wing.db, postgresql://…

        constraints: ["latency <= 20"]
        intermediate: epoch            # {"epoch": 3, "loss": 0.5} on the way
        pruning: {rule: median}        # halving; false
        by: gp                         # tpe, cma-es, nsga-ii, random, sobol …
        settings: {candidates: 512}    # of the method
        timeout: 10m                   # of a trial, with all that it started
        time: 8h                       # of the call
        repeats: 3                     # runs a trial; noisy: true
        fidelities: [0.1, 1]           # told as {fidelity}
        protocol: json-lines           # the command stays and hears of trials
        deterministic: true            # the same trials for any number of workers
        start: [{lr: 0.01, layers: 2, act: tanh}]
        from: {study: wing-0, storage: old.journal}
        seed: 0
      """)

  @OptionGroup var output: OutputOptions

  @Argument(help: "What to tune.")
  var spec: String

  @Option(help: ArgumentHelp("Keep the study there in place of the spec's storage.", valueName: "url"))
  var storage: String?

  @Option(help: ArgumentHelp("Finished trials after which the study is done.", valueName: "count"))
  var trials: Int?

  @Option(help: ArgumentHelp("Trials at a time.", valueName: "count"))
  var parallel: Int?

  @Option(help: ArgumentHelp("Begin no trial after so many seconds.", valueName: "seconds"))
  var timeLimit: Double?

  @Option(help: "The seed of the method, in place of the spec's.")
  var seed: UInt64?

  @Option(help: "The method, in place of the spec's.")
  var by: String?

  @Flag(help: "The same trials for any number of workers.")
  var deterministic = false

  mutating func validate() throws {
    if let trials, trials < 1 { throw ValidationError("--trials must be at least 1") }
    if let parallel, !(1...10_000).contains(parallel) { throw ValidationError("--parallel must be from 1 to 10000") }
    if let timeLimit, !(timeLimit > 0) { throw ValidationError("--time-limit must be positive") }
  }

  func execute() async throws -> ExitCode {
    var wanted = try TuneSpec(contentsOf: spec)
    if let storage { wanted.storage = storage }
    if let trials { wanted.plan.trials = trials }
    // In a fixed order the spec says how many trials are open; more or fewer workers change nothing.
    let places = parallel ?? wanted.plan.parallel
    if let parallel, !wanted.plan.isDeterministic, !deterministic { wanted.plan.parallel = parallel }
    if let seed { wanted.plan.seed = seed }
    if let by { wanted.plan.method = by }
    if deterministic { wanted.plan.isDeterministic = true }
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let began = ContinuousClock.now
    let storage = try StudyStorage(wanted.storage)
    var session = try StudySession(storage, wanted.plan, places: places, isQuiet: output.quiet)
    session.seconds = timeLimit ?? wanted.seconds
    try StudyBeginning(wanted).prepare(session.desk)
    let before = session.desk.count()
    if before > 0 { session.show.say("\(wanted.plan.name): going on after \(Numbers.counted(before, "trial"))") }
    for reason in session.desk.suggester.method.reasons { session.show.say("chosen: \(reason)") }
    let result = try session.work(interruption)
    let report = StudyReport(session.desk, seconds: (ContinuousClock.now - began).seconds)
    let code: ExitCode =
      interruption.isRaised
      ? .interrupted : result.isOver ? .unfinished : report.hasSolution ? .success : .unfinished
    Console.out(output.format == .json ? report.json(result.ending) : report.text(result.ending))
    return code
  }
}
