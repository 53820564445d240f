// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// The best settings of a study against the default, on test seeds and on problems that were held out.
///
/// Every run is written into the study's attribute `gradus:test` when its problem is done, so that a call that was killed goes
/// on and a later one repeats nothing.
struct KnobTest {
  /// One group of problems, and what it shows.
  struct Part {
    let isHeldOut: Bool
    let files: [String]
    let seeds: [UInt64]
    let comparison: KnobComparison
  }

  let tuning: KnobTuning
  let task: KnobTask
  let desk: StudyDesk
  let jobs: KnobJobs
  /// Hears of it when there is something to run.
  let say: (String) -> Void

  static let attribute = "gradus:test"

  /// The trial that was best; nil where none was complete.
  var best: TrialRecord? { desk.record.flatMap { record in record.best.first.map { record.trials[$0] } } }

  /// The values of a trial that differ from the default.
  func values(of trial: TrialRecord) -> [JSONValue.Member] { desk.record?.values(of: trial) ?? [] }

  /// The parts of the test, the problems that were tuned on first; empty where there is nothing new to run on. nil when it
  /// was interrupted.
  func run(_ trial: TrialRecord) throws -> [Part]? {
    guard let measure = task.measure else { return [] }
    guard let usesSeed = try self.usesSeed(trial, measure) else { return nil }
    let test = Array(tuning.seeds.test.prefix(tuning.options.testSeeds ?? 10))
    let seeds = usesSeed ? test : Array(test.prefix(1))
    var parts: [Part] = []
    // Without a use of seeds the problems that were tuned on would show the same once more.
    for (isHeldOut, files) in [(false, usesSeed ? tuning.files : []), (true, tuning.heldOut)] where !files.isEmpty {
      guard let part = try self.part(trial, files, seeds, measure, isHeldOut) else { return nil }
      parts.append(part)
    }
    return parts
  }

  /// Whether runs differ by more than their settings: as the default has shown, or now with what was found.
  private func usesSeed(_ trial: TrialRecord, _ measure: KnobMeasure) throws -> Bool? {
    if task.usesSeed || !measure.isExact { return true }
    let two = Array(tuning.seeds.test.prefix(2))
    guard let runs = try runs(trial, [tuning.files[0]], two, [task.yardsticks[0]])?[0] else { return nil }
    return !runs[0].isSame(as: runs[1])
  }

  private func part(
    _ trial: TrialRecord, _ files: [String], _ seeds: [UInt64], _ measure: KnobMeasure, _ isHeldOut: Bool
  ) throws -> Part? {
    guard let standard = try runs(nil, files, seeds, []) else { return nil }
    let yardsticks = standard.map { tuning.yardstick($0, measure) }
    guard let found = try runs(trial, files, seeds, yardsticks) else { return nil }
    let random = RandomStream(seed: tuning.seed).child("knobs: bootstrap", isHeldOut ? 1 : 0)
    return Part(
      isHeldOut: isHeldOut, files: files, seeds: seeds,
      comparison: KnobComparison(found: found, standard: standard, yardsticks, random: random))
  }

  /// Runs of a trial's settings, or of the default, on problems: known ones, and new ones that are written down.
  private func runs(_ trial: TrialRecord?, _ files: [String], _ seeds: [UInt64], _ yardsticks: [KnobYardstick]) throws
    -> [[KnobRun]]?
  {
    var found = files.map { known(trial?.number, $0, seeds) }
    let missing = files.indices.filter { found[$0] == nil }
    if !missing.isEmpty {
      let what = trial.map { "trial \($0.number)" } ?? "the default settings"
      say("testing \(what) on \(Numbers.counted(missing.count, "problem"))")
    }
    let all = missing.map { place in
      var job = task
      (job.files, job.seeds, job.asked) = ([files[place]], seeds, .null)
      // Cut off as the yardstick says; what the runs cost is found out here.
      job.yardsticks = []
      if !yardsticks.isEmpty { job.limit = yardsticks[place] }
      return KnobJobs.Job(task: job, values: trial.map { values(of: $0) } ?? [])
    }
    let isDone = try jobs.run(all) { place, runs in
      found[missing[place]] = runs
      try keep(trial?.number, files[missing[place]], seeds, runs)
    }
    return isDone ? found.compactMap(\.self) : nil
  }

  // MARK: What is written down

  private var records: [JSONValue] { desk.record?.attribute(.user, Self.attribute)?["runs"]?.elements ?? [] }

  private func known(_ trial: Int?, _ file: String, _ seeds: [UInt64]) -> [KnobRun]? {
    for record in records where record["trial"]?.whole == trial && record["problem"]?.text == file {
      let known = record["seeds"]?.elements?.compactMap { $0.whole.flatMap { UInt64(exactly: $0) } } ?? []
      let runs = record["runs"]?.elements?.compactMap { KnobRun(json: $0) } ?? []
      if known.starts(with: seeds), runs.count == known.count { return Array(runs.prefix(seeds.count)) }
    }
    return nil
  }

  private func keep(_ trial: Int?, _ file: String, _ seeds: [UInt64], _ runs: [KnobRun]) throws {
    let record: JSONValue = [
      "trial": trial.map { .integer($0) } ?? .null, "problem": .string(file),
      "seeds": .array(seeds.map { JSONValue($0) }), "runs": .array(runs.map(\.json)),
    ]
    try desk.storage.change { change in
      let kept = change.replica.studies[desk.study]?.attribute(.user, Self.attribute)?["runs"]?.elements ?? []
      change.append(
        .setStudyAttribute(
          study: desk.study, .user, name: Self.attribute, ["version": 1, "runs": .array(kept + [record])]))
    }
  }

  /// Writes the outcome beside the runs.
  func keep(_ outcome: JSONValue) throws {
    let known = desk.record?.attribute(.user, Self.attribute)
    if known?["outcome"] == outcome { return }
    let whole: JSONValue = ["version": 1, "runs": .array(records), "outcome": outcome]
    try desk.storage.change { change in
      change.append(.setStudyAttribute(study: desk.study, .user, name: Self.attribute, whole))
    }
  }
}
