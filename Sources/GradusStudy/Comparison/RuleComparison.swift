// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusFirstOrder
public import GradusLearning
import GradusNumerics
import Synchronization

/// Update rules compared by the steps they need to a target, each tuned within the same budget.
///
///     target of a workload:   L + (1 − s)(L₀ − L), s = 0.95 of the way from the loss L₀ at the start to the best L:
///                             for each reference rule the best of its trials, trained again from several seeds, median of
///                             the smallest held-out losses;  L the smallest over the references
///     time of a study:        steps to the target of the fastest of its trials
///     time of a workload:     median over studies;   score: see `PerformanceProfiles`
///
/// Every training has a seed of its own, which none of the tuning of targets uses, and depends on nothing else: the result
/// is the same to the bit for any number of threads.
///
/// **Reference** G. Dahl et al., *Benchmarking neural network training algorithms* (2023), sections 4.2–4.5, with targets on
/// held-out loss, time in steps, and s in the place of 1: with a handful of trials each, the whole way is mostly luck.
public struct RuleComparison: Sendable {
  public var contestants: [RuleContestant]
  public var workloads: [Workload]
  /// Settings tried in each study, and studies for each contestant and workload.
  public var trials: Int
  public var studies: Int
  /// The learning rate over a training; each trial is trained with it.
  public var shape: Schedule.Shape
  /// The share of the steps in which the rate rises.
  public var warmup: Double
  /// Trials of each reference rule, and seeds its best is trained from again.
  public var referenceTrials: Int
  public var referenceSeeds: Int
  /// s, the share of the way to the best reference's loss that makes the target.
  public var share = 0.95
  /// Settings of each contestant of which one is chosen for all workloads; 0: every study tunes the rate for its workload.
  public var calibration = 0

  /// The rules that set the targets.
  public static let references = ["adamw", "nadamw", "sgd,momentum=0.9", "sgd,momentum=0.9,nesterov=true"]

  public init(
    _ contestants: [RuleContestant], on workloads: [Workload], trials: Int = 5, studies: Int = 5,
    shape: Schedule.Shape = .linear, warmup: Double = 0.05
  ) {
    precondition(trials > 0 && studies > 0 && (0..<1).contains(warmup), "\(studies) studies of \(trials) trials")
    self.contestants = contestants
    self.workloads = workloads
    self.trials = trials
    self.studies = studies
    self.shape = shape
    self.warmup = warmup
    referenceTrials = 8
    referenceSeeds = 3
  }

  /// One training of the comparison.
  public struct Trial: Sendable, Codable, Hashable {
    public var rate: Double?
    /// Steps to the target; infinite where it was missed.
    public var steps: Double
    /// The held-out loss at the start, and the smallest.
    public var start: Double
    public var loss: Double
    public var isLost: Bool
  }

  /// A journal that was written by something else.
  public struct ForeignJournal: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// What a training has to reach.
  public struct Targets: Sendable, Codable, Hashable {
    /// One for each workload.
    public var losses: [Double]
    /// The reference rule that set each target.
    public var setBy: [String]
  }

  /// All that was measured.
  public struct Outcome: Sendable {
    /// One for each workload.
    public var targets: [Double]
    /// The reference rule that set each target.
    public var setBy: [String]
    /// One for each contestant, where one setting was to serve all workloads.
    public var calibrations: [Calibration]
    /// `trials[contestant][workload][study]`.
    public var trials: [[[[Trial]]]]
    /// Trainings in all.
    public var trainings: Int

    /// Steps to the target of the fastest trial of each study.
    public var studies: RepeatedStudies {
      RepeatedStudies(
        times: trials.map { workloads in
          workloads.map { $0.map { study in study.reduce(Double.infinity) { min($0, $1.steps) } } }
        })
    }
  }

  /// Which workloads are held-out variants, and of which: those whose base takes part.
  public var variants: [Int: Int] {
    var found: [Int: Int] = [:]
    for (w, workload) in workloads.enumerated() {
      if let base = workload.base, let place = workloads.firstIndex(where: { $0.name == base && $0.base == nil }) {
        found[w] = place
      }
    }
    return found
  }

  /// The schedule of one training: as long as the contestant wants it.
  public func schedule(steps: Int, for contestant: RuleContestant? = nil) -> Schedule {
    let frozen = contestant?.frozen
    let length = max(2, Int(((frozen?.length ?? 1) * Double(steps)).rounded()))
    let warm = min(Int(((frozen?.warmup ?? warmup) * Double(length)).rounded()), length - 1)
    return Schedule(peak: 1, shape: shape, warmup: warm, steps: length)
  }

  /// Trains everything, `threads` trainings at a time. `progress` is told how many of how many are done; when
  /// `interruption` is raised the comparison throws `CancellationError`. `targets` that are known are not found again.
  ///
  /// Finished trainings are kept in `journal`, if there is one, and not run again when it is given once more. Throws
  /// `ForeignJournal` for the journal of another comparison.
  public func run(
    threads: Int = 1, seed: UInt64 = 0, targets known: Targets? = nil, interruption: Interruption? = nil,
    journal: (any Journal)? = nil, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws -> Outcome {
    let root = RandomStream(seed: seed)
    let tries = calibration > 0 ? 1 : trials
    let tuned = workloads.indices.filter { variants[$0] == nil }
    let total =
      (known == nil ? workloads.count * Self.references.count * (referenceTrials + referenceSeeds) : 0)
      + contestants.count * (workloads.count * studies * tries + tuned.count * calibration)
    let kept = try journal.map { try TrialJournal($0, of: identity(seed)) }
    let counter = Counter(total: total, interruption: interruption, journal: kept, progress: progress)
    let targets: Targets
    if let known { targets = known } else { targets = try await findTargets(root, threads, counter) }
    precondition(targets.losses.count == workloads.count, "every workload has a target")
    let calibrations =
      calibration > 0 ? try await calibrate(contestants, tuned, targets.losses, root, threads, counter) : []
    let taking = calibrations.isEmpty ? contestants : calibrations.map(\.contestant)

    let perWorkload = studies * tries
    let flat = try await Self.all(taking.count * workloads.count * perWorkload, threads) { i in
      let (c, w, k) = split(i, workloads.count, perWorkload)
      let (study, trial) = (k / tries, k % tries)
      let stream = root.child("contestant", c).child("workload", w).child("study", study)
      var shift = stream.child("shift")
      return try train(
        taking[c], workloads[w], trial: trial, shift: shift.uniform(), stream: stream.child("trial", trial),
        target: targets.losses[w], counter)
    }
    let nested = taking.indices.map { c in
      workloads.indices.map { w in
        (0..<studies).map { s in
          let first = (c * workloads.count + w) * perWorkload + s * tries
          return Array(flat[first..<first + tries])
        }
      }
    }
    return Outcome(
      targets: targets.losses, setBy: targets.setBy, calibrations: calibrations, trials: nested, trainings: total)
  }

  /// The targets alone.
  public func targets(
    threads: Int = 1, seed: UInt64 = 0, interruption: Interruption? = nil,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws -> Targets {
    let total = workloads.count * Self.references.count * (referenceTrials + referenceSeeds)
    let counter = Counter(total: total, interruption: interruption, journal: nil, progress: progress)
    return try await findTargets(RandomStream(seed: seed), threads, counter)
  }

  /// Trials of the references, then the best of each again from fresh seeds.
  private func findTargets(_ root: RandomStream, _ threads: Int, _ counter: Counter) async throws -> Targets {
    let references = try Self.references.map { try RuleContestant($0) }
    let searches = try await Self.all(workloads.count * references.count * referenceTrials, threads) { i in
      let (w, r, k) = split(i, references.count, referenceTrials)
      let stream = root.child("reference", w).child("rule", r)
      return try train(
        references[r], workloads[w], trial: k, shift: 0.5, stream: stream.child("trial", k), target: nil, counter)
    }
    let repeats = try await Self.all(workloads.count * references.count * referenceSeeds, threads) { i in
      let (w, r, k) = split(i, references.count, referenceSeeds)
      let first = (w * references.count + r) * referenceTrials
      let tried = searches[first..<first + referenceTrials]
      let best = tried.min { $0.loss < $1.loss }?.rate
      let stream = root.child("reference", w).child("rule", r)
      return try train(
        references[r], workloads[w], rate: best, stream: stream.child("repeat", k), target: nil, counter)
    }
    var targets = Targets(losses: [], setBy: [])
    for w in workloads.indices {
      let medians = references.indices.map { r in
        let first = (w * references.count + r) * referenceSeeds
        return Median.lower(repeats[first..<first + referenceSeeds].map(\.loss))
      }
      let best = medians.indices.min { medians[$0] < medians[$1] } ?? 0
      let first = w * references.count * referenceSeeds
      let starts = repeats[first..<first + references.count * referenceSeeds].map(\.start)
      targets.losses.append(medians[best] + (1 - share) * (Median.lower(starts) - medians[best]))
      targets.setBy.append(references[best].name)
    }
    return targets
  }

  /// i as three digits, the last of which has `inner` values, the middle one `middle`.
  func split(_ i: Int, _ middle: Int, _ inner: Int) -> (Int, Int, Int) {
    (i / inner / middle, i / inner % middle, i % inner)
  }

  func train(
    _ contestant: RuleContestant, _ workload: Workload, trial: Int, shift: Double, stream: RandomStream,
    target: Double?,
    _ counter: Counter
  ) throws -> Trial {
    try train(
      contestant, workload, rate: contestant.rate(ofTrial: trial, shift: shift), stream: stream, target: target, counter
    )
  }

  private func train(
    _ contestant: RuleContestant, _ workload: Workload, rate: Double?, stream: RandomStream, target: Double?,
    _ counter: Counter
  ) throws -> Trial {
    if let known = counter.journal?[stream] {
      counter.advance()
      return known
    }
    let rule = try contestant.rule(rate: rate)
    let schedule = schedule(steps: workload.steps, for: contestant)
    let curve = try workload.train(
      rule, schedule: schedule, steps: schedule.steps, stream: stream, looks: 15, until: target,
      proceed: {
        try counter.check()
        return true
      })
    let trial = Trial(
      rate: rate, steps: target.map { curve.steps(until: $0) } ?? .infinity,
      start: curve.looks.first?.loss ?? .infinity,
      loss: curve.looks.map(\.loss).filter(\.isFinite).min() ?? .infinity, isLost: curve.isLost)
    try counter.journal?.keep(trial, of: stream)
    counter.advance()
    return trial
  }

  /// Everything that the outcome depends on, in one line.
  private func identity(_ seed: UInt64) -> String {
    let rules = contestants.map(\.identity)
    let tasks = workloads.map { "\($0.name) \($0.learned.fingerprint) \($0.held.fingerprint) \($0.batch) \($0.steps)" }
    return "comparison \(seed) \(rules) \(tasks) \(trials) \(studies) \(shape.rawValue) \(warmup) \(share) "
      + "\(referenceTrials) \(referenceSeeds) \(calibration)"
  }

  /// The results of `count` pieces of work in order, `width` of them at a time.
  static func all<T: Sendable>(
    _ count: Int, _ width: Int, _ body: @escaping @Sendable (Int) throws -> T
  ) async throws -> [T] {
    try await withThrowingTaskGroup(of: (Int, T).self) { group in
      var results = [T?](repeating: nil, count: count)
      var next = 0
      while next < min(max(1, width), count) {
        let i = next
        group.addTask { (i, try body(i)) }
        next += 1
      }
      while let (i, result) = try await group.next() {
        results[i] = result
        guard next < count else { continue }
        let k = next
        group.addTask { (k, try body(k)) }
        next += 1
      }
      return results.compactMap { $0 }
    }
  }

  /// Counts trainings, and hears of an interruption.
  final class Counter: Sendable {
    private let done = Mutex(0)
    private let total: Int
    private let interruption: Interruption?
    let journal: TrialJournal?
    private let progress: @Sendable (Int, Int) -> Void

    init(
      total: Int, interruption: Interruption?, journal: TrialJournal?,
      progress: @escaping @Sendable (Int, Int) -> Void
    ) {
      self.total = total
      self.interruption = interruption
      self.journal = journal
      self.progress = progress
    }

    func check() throws {
      try Task.checkCancellation()
      if interruption?.isRaised == true { throw CancellationError() }
    }

    func advance() {
      let count = done.withLock { done in
        done += 1
        return done
      }
      progress(count, total)
    }
  }
}
