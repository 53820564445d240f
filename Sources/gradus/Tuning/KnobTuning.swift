// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusNative

/// A call of `gradus tune --method`: the settings of a catalogued method as the parameters of a study, whose trials are runs
/// on the user's problems with tuning seeds.
struct KnobTuning {
  let options: KnobOptions
  let entry: MethodEntry
  /// Absolute paths, or `problem:NAME`: workers have other working folders.
  let files: [String]
  let heldOut: [String]
  /// Whether the held-out problems were chosen here.
  let isShare: Bool
  let kinds: [String]
  let space: KnobSpace
  let seeds: KnobSeeds
  let seed: UInt64

  static let usualCutoff = 60.0
  static let usualTrials = 60

  /// Reads all problems once. Throws what does not fit together.
  init(_ options: KnobOptions, method: String, seed: UInt64) throws {
    self.options = options
    self.seed = seed
    let entry = try MethodChoice.entry(named: method)
    self.entry = entry
    try Self.check(options.settings, for: entry)
    let on = options.files.map(Self.absolute)
    try Self.refuseTwins(on, options.heldOut.map(Self.absolute))
    let kinds = try (on + options.heldOut.map(Self.absolute)).map { try Self.kind(of: $0, for: entry) }
    self.kinds = Set(kinds).sorted()
    let space = KnobSpace(of: entry, on: Set(kinds), fixed: KnobRunner.names(options.settings))
    guard !space.knobs.isEmpty else {
      throw Failure(
        .usage,
        "\(entry.card.name) has no settings to tune on \(Set(kinds).sorted().joined(separator: ", ")); "
          + "'gradus explain \(entry.card.name)' shows what it has")
    }
    self.space = space
    isShare = options.heldOut.isEmpty
    let share = isShare ? KnobSeeds.heldOut(of: on.count, seed: seed) : []
    files = on.indices.filter { !share.contains($0) }.map { on[$0] }
    heldOut = isShare ? share.map { on[$0] } : options.heldOut.map(Self.absolute)
    // Whether the seed matters shows in two.
    seeds = KnobSeeds(seed: seed, tuning: max(2, options.seeds ?? 5), test: max(2, options.testSeeds ?? 10))
  }

  private static func absolute(_ file: String) -> String {
    file.hasPrefix(Subject.namedPrefix) ? file : FilePath.absolute(file)
  }

  private static func refuseTwins(_ on: [String], _ heldOut: [String]) throws(Failure) {
    func real(_ file: String) -> String {
      file.hasPrefix(Subject.namedPrefix) ? file : FilePath.real(file) ?? file
    }
    var known: Set<String> = []
    for file in on where !known.insert(real(file)).inserted {
      throw Failure(.usage, "\(file) stands in --on twice; name every problem once")
    }
    for file in heldOut {
      if known.insert(real(file)).inserted { continue }
      let what = on.contains { real($0) == real(file) } ? "is tuned on as well" : "stands in --held-out twice"
      throw Failure(.usage, "\(file) \(what); hold out problems that the tuning does not see, each once")
    }
  }

  private static func check(_ settings: [String], for entry: MethodEntry) throws {
    let split = try SettingSplit(settings, for: entry)
    _ = try entry.type.init(settings: split.settings)
  }

  private static func kind(of file: String, for entry: MethodEntry) throws -> String {
    let subject = try Subject.load(file)
    let stated = subject.restated(for: entry)
    guard stated.fits(entry), stated.isSolvable(by: entry) else {
      throw Failure(
        .usage,
        "\(entry.card.name) does not take \(file), which is of kind \(subject.summary.kind); "
          + "'gradus methods --for \(file)' lists the methods that do")
    }
    return subject.summary.kind
  }

  // MARK: The study

  var name: String { options.study ?? entry.card.name }

  /// What is asked for, by which a study that has begun is recognized.
  private var asked: JSONValue {
    let asked: JSONValue = [
      "method": .string(entry.card.name), "on": JSONValue(strings: files), "heldOut": JSONValue(strings: heldOut),
      "settings": JSONValue(strings: options.settings), "measure": JSONValue(options.measure?.rawValue),
      "seeds": .integer(options.seeds ?? 5), "seed": JSONValue(seed),
      "cutoff": .number(options.cutoff ?? Self.usualCutoff), "answers": options.answers.map { .integer($0) } ?? .null,
    ]
    return Self.read(asked)
  }

  /// As it is read back: a number that is whole may change its kind.
  private static func read(_ value: JSONValue) -> JSONValue { (try? JSONValue(parsing: value.description)) ?? value }

  /// The task of the study where it has begun, otherwise one made from runs of the default. nil when it was interrupted.
  func task(in storage: StudyStorage, _ jobs: KnobJobs, say: (String) -> Void) throws -> KnobTask? {
    try storage.refresh()
    if let study = storage.replica.study(named: name), !study.trials.isEmpty {
      return try known(study, storage)
    }
    say("measuring \(entry.card.name) with its default settings on \(Numbers.counted(files.count, "problem"))")
    var task = KnobTask(
      method: entry.card.name, files: files, seeds: Array(seeds.tuning.prefix(2)), kinds: kinds,
      cutoff: options.cutoff ?? Self.usualCutoff)
    (task.fixed, task.answers, task.asked) = (options.settings, options.answers, asked)
    guard var runs = try defaultRuns(task, jobs) else { return nil }
    task.usesSeed = runs.contains { !$0[0].isSame(as: $0[1]) }
    let suiting = KnobMeasure.suiting(runs.flatMap { $0 })
    let measure = options.measure ?? suiting.measure
    task.reason = options.measure == nil ? suiting.reason : "as asked for"
    try refuse(measure, runs.flatMap { $0 })
    if task.usesSeed || !measure.isExact {
      task.seeds = Array(seeds.tuning.prefix(options.seeds ?? 5))
      var rest = task
      rest.seeds = Array(task.seeds.dropFirst(2))
      if !rest.seeds.isEmpty {
        guard let more = try defaultRuns(rest, jobs) else { return nil }
        for place in runs.indices { runs[place] += more[place] }
      }
    } else {
      task.seeds = [seeds.tuning[0]]
    }
    runs = runs.map { Array($0.prefix(task.seeds.count)) }
    task.yardsticks = runs.map { yardstick($0, measure) }
    task.failures = zip(task.yardsticks, runs).reduce(0) { sum, pair in sum + pair.1.count { !pair.0.isSolved($0) } }
    return task
  }

  private func known(_ study: StudyRecord, _ storage: StudyStorage) throws -> KnobTask {
    guard let plan = try StudyPlan(of: study), let task = KnobTask(command: plan.command) else {
      throw Failure(
        .usage,
        "the study '\(name)' of \(storage.name) is about something else; name this one with --study, or choose another --storage"
      )
    }
    guard task.asked == asked else {
      let other = (asked.members ?? []).first { task.asked[$0.name] != $0.value }?.name ?? "plan"
      let words = [
        "on": "other problems", "heldOut": "other held-out problems", "settings": "other --set",
        "measure": "another --measure", "seeds": "another number of --seeds", "seed": "another --seed",
        "cutoff": "another --cutoff", "answers": "another --answers", "method": "another method",
      ]
      throw Failure(
        .usage,
        "the study '\(name)' of \(storage.name) began with \(words[other] ?? "another plan"); go on as it began, or name a new one with --study"
      )
    }
    return task
  }

  /// A yardstick from the default's runs on a problem.
  func yardstick(_ runs: [KnobRun], _ measure: KnobMeasure) -> KnobYardstick {
    let given = measure == .answers || measure == .value ? options.answers.map(Double.init) : nil
    let most = measure == .seconds ? options.cutoff ?? Self.usualCutoff : .infinity
    return KnobYardstick(runs, measure, limit: given, most: most)
  }

  private func refuse(_ measure: KnobMeasure, _ runs: [KnobRun]) throws(Failure) {
    let name = entry.card.name
    switch measure {
    case .operations where !runs.allSatisfy({ $0.operations != nil }):
      throw Failure(.usage, "\(name) counts no operations on these problems; leave out '--measure operations'")
    case .gap where !runs.contains(where: { $0.gap != nil }):
      throw Failure(.usage, "no run of \(name) has a bound, so there is no gap; leave out '--measure gap'")
    case .value where !runs.contains(where: { $0.isChecked && $0.value != nil }):
      throw Failure(.usage, "no run of \(name) has a value that was checked; leave out '--measure value'")
    default: break
    }
    if options.measure == nil, !runs.contains(where: { $0.answer != nil || $0.isChecked && $0.value != nil }) {
      throw Failure(
        .failed,
        "\(name) with its default settings comes to nothing on these problems; raise --cutoff or --answers, or say --measure"
      )
    }
  }

  /// One list of runs for each problem.
  private func defaultRuns(_ task: KnobTask, _ jobs: KnobJobs) throws -> [[KnobRun]]? {
    var found = [[KnobRun]](repeating: [], count: task.files.count)
    let all = task.files.indices.map { place in
      var job = task
      (job.files, job.asked) = ([task.files[place]], .null)
      return KnobJobs.Job(task: job)
    }
    return try jobs.run(all) { found[$0] = $1 } ? found : nil
  }

  /// The study of a task.
  func plan(_ task: KnobTask) throws(Failure) -> StudyPlan {
    var plan = StudyPlan(name: name)
    plan.command = task.command(KnobJobs.program)
    // What the system takes as one word of a command.
    if let word = plan.command.last, word.utf8.count > 120_000 {
      throw Failure(
        .usage, "\(Numbers.counted(files.count, "problem")) are too many for one trial; tune on some of them")
    }
    plan.parameters = space.parameters.map(Self.read)
    plan.objectives = [.init("score", .minimize)]
    plan.trials = Self.usualTrials
    plan.isNoisy = !(task.measure?.isExact ?? false)
    plan.seed = seed
    plan.timeout = KnobJobs.patience(task.files.count * task.seeds.count, cutoff: task.cutoff)
    return plan
  }
}
