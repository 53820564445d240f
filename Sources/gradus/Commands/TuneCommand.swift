// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct TuneCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Finds good values for the knobs of a program, or the settings of a method.",
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
        grace: 60                      # seconds until a silent worker elsewhere counts as dead
        time: 8h                       # of the call
        repeats: 3                     # runs a trial; noisy: true
        fidelities: [0.1, 1]           # told as {fidelity}
        protocol: json-lines           # the command stays and hears of trials
        deterministic: true            # the same trials for any number of workers
        start: [{lr: 0.01, layers: 2, act: tanh}]
        from: {study: wing-0, storage: old.journal}
        seed: 0

      In place of a SPEC, a method of 'gradus methods' and problems to tune its settings on:

        gradus tune --method cma-es --on a.nl b.nl problem:rosenbrock,n=20 --held-out c.nl

      The default settings are the first trial. What was best is compared with them on other seeds, and on the problems
      that were held out.
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var knobs: KnobOptions

  @Argument(help: "What to tune.")
  var spec: String?

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
    if spec != nil, knobs.method != nil {
      throw ValidationError("a SPEC and --method are two ways to say what is tuned; leave one of them out")
    }
    if spec == nil, knobs.method == nil {
      throw ValidationError("name a SPEC, or a method with --method NAME and problems with --on FILE…")
    }
    try OptionRange.atLeastOne(("--trials", trials))
    try OptionRange.whole("--parallel", parallel, 1...10_000)
    try OptionRange.positiveSeconds("--time-limit", timeLimit)
  }

  func execute() async throws -> ExitCode {
    if let method = knobs.method { return try tune(method) }
    return try tune(try TuneSpec(contentsOf: spec ?? ""), Interruption(), then: nil)
  }

  /// Tunes the settings of a method, then tests what was best.
  private func tune(_ method: String) throws -> ExitCode {
    let tuning = try KnobTuning(knobs, method: method, seed: seed ?? 0)
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let jobs = KnobJobs(places: parallel ?? 1, interruption: interruption)
    let url = storage ?? "\(tuning.name).journal"
    guard let task = try tuning.task(in: try StudyStorage(url), jobs, say: say) else {
      say("stopped before the first trial; call again to begin")
      return .interrupted
    }
    let report = KnobReport(tuning: tuning, task: task)
    for remark in report.remarks { say(remark) }
    let spec = TuneSpec(try tuning.plan(task), storage: url, starts: [tuning.space.start])
    return try tune(spec, interruption) { desk in
      try report.test(KnobTest(tuning: tuning, task: task, desk: desk, jobs: jobs, say: say))
    }
  }

  private func say(_ text: String) {
    if !output.quiet { Console.error("gradus: \(text)\n") }
  }

  /// Works on a study. When it is done, `test` looks at it and has something to add to the report; nil: it was interrupted.
  private func tune(
    _ spec: TuneSpec, _ interruption: Interruption, then test: ((StudyDesk) throws -> KnobReport.Findings?)?
  ) throws -> ExitCode {
    var wanted = spec
    if let storage { wanted.storage = storage }
    if let trials { wanted.plan.trials = trials }
    // In a fixed order the spec says how many trials are open; more or fewer workers change nothing.
    let places = parallel ?? wanted.plan.parallel
    if let parallel, !wanted.plan.isDeterministic, !deterministic { wanted.plan.parallel = parallel }
    if let seed { wanted.plan.seed = seed }
    if let by { wanted.plan.method = by }
    if deterministic { wanted.plan.isDeterministic = true }
    if test == nil { SignalWatch.begin(interruption) }
    let began = ContinuousClock.now
    let storage = try StudyStorage(wanted.storage)
    var session = try StudySession(storage, wanted.plan, places: places, isQuiet: output.quiet)
    session.seconds = timeLimit ?? wanted.seconds
    try StudyBeginning(wanted).prepare(session.desk)
    let before = session.desk.count()
    if before > 0 { session.show.say("\(wanted.plan.name): going on after \(Numbers.counted(before, "trial"))") }
    for reason in session.desk.suggester.method.reasons { session.show.say("chosen: \(reason)") }
    let result = try session.work(interruption)
    var findings: KnobReport.Findings?
    if let test, !interruption.isRaised, !result.isOver { findings = try test(session.desk) }
    let report = StudyReport(session.desk, seconds: (ContinuousClock.now - began).seconds)
    let code: ExitCode =
      interruption.isRaised
      ? .interrupted : result.isOver ? .unfinished : report.hasSolution ? .success : .unfinished
    if output.format == .json {
      Console.out(report.json(result.ending, adding: findings.map { [.init("knobs", $0.json)] } ?? []))
    } else {
      Console.out(report.text(result.ending) + (findings?.text ?? ""))
    }
    return code
  }
}
