// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusStudy
import Testing

@Suite struct RuleComparisonTests {
  @Test(arguments: WorkloadLaboratory.names)
  func everyWorkloadIsLearned(_ name: String) throws {
    let workload = try #require(try WorkloadLaboratory.workload(named: name))
    let rule = try RuleContestant("adamw").rule(rate: name == "quadratic" || name == "factorization" ? 0.03 : 0.01)
    let steps = 24
    let schedule = Schedule(peak: 1, shape: .linear, warmup: 2, steps: steps)
    let curve = try workload.train(rule, schedule: schedule, steps: steps, stream: RandomStream(seed: 1), looks: 3)
    #expect(!curve.isLost && curve.looks.map(\.step) == [0, 8, 16, 24])
    #expect(min(curve.loss, curve.learnedLoss ?? .infinity) < 0.99 * curve.looks[0].loss)
    #expect(curve.norms.count == steps)
    guard name == "logistic" else { return }
    let again = try workload.train(rule, schedule: schedule, steps: steps, stream: RandomStream(seed: 1), looks: 3)
    #expect(curve == again)
  }

  /// Every variant is learned, differs from its base in the model, and belongs to it.
  @Test(arguments: WorkloadLaboratory.variantNames)
  func everyVariantIsLearned(_ name: String) throws {
    let found = try WorkloadLaboratory.variant(named: name)
    let variant = try #require(found)
    let own = try #require(variant.base)
    let base = try #require(try WorkloadLaboratory.workload(named: own))
    #expect(name.hasPrefix(base.name + "/") && base.base == nil)
    #expect(variant.layout != base.layout || "\(variant.model)" != "\(base.model)")
    let rule = try RuleContestant("adamw").rule(rate: base.name == "quadratic" ? 0.03 : 0.01)
    func looks(_ rule: some UpdateRule) throws -> TrainingCurve {
      try variant.train(rule, steps: 16, stream: RandomStream(seed: 1), looks: 2)
    }
    let curve = try looks(rule)
    #expect(!curve.isLost && min(curve.loss, curve.learnedLoss ?? .infinity) < curve.looks[0].loss)
  }

  @Test func variantsAreDrawnOnceForEachWorkload() throws {
    let names = WorkloadLaboratory.names
    let drawn = WorkloadLaboratory.drawnVariants(of: names, stream: RandomStream(seed: 4))
    #expect(drawn.map { $0.prefix { $0 != "/" } }.map(String.init) == names)
    #expect(drawn == WorkloadLaboratory.drawnVariants(of: names, stream: RandomStream(seed: 4)))
    let others = (5..<10).map { WorkloadLaboratory.drawnVariants(of: names, stream: RandomStream(seed: $0)) }
    #expect(others.contains { $0 != drawn })
    #expect(try WorkloadLaboratory.variant(named: "perceptron") == nil)
  }

  @Test func stepsToATargetAreInterpolated() {
    let curve = TrainingCurve(
      looks: [.init(step: 0, loss: 4), .init(step: 10, loss: 2), .init(step: 20, loss: 1.5)])
    #expect(curve.steps(until: 3) == 5 && curve.steps(until: 2) == 10 && curve.steps(until: 1.75) == 15)
    #expect(curve.steps(until: 1) == .infinity && curve.steps(until: 5) == 1)
  }

  @Test func aTrainingThatIsLostIsNoTarget() throws {
    let workload = try #require(try WorkloadLaboratory.workload(named: "quadratic"))
    let curve = try workload.train(
      try RuleContestant("sgd").rule(rate: 1e6), steps: 100, stream: RandomStream(seed: 1))
    #expect(curve.isLost && curve.loss == .infinity)
  }

  @Test func contestantsAreReadStrictly() throws {
    let tuned = try RuleContestant("adamw")
    let range = try #require(tuned.rates)
    #expect(abs(range.upperBound / range.lowerBound - 900) < 1e-9)
    let rates = (0..<8).compactMap { tuned.rate(ofTrial: $0, shift: 0.3) }
    #expect(Set(rates).count == 8 && rates.allSatisfy { range.contains($0) })
    #expect(try RuleContestant("adamw,rate=0.01").rates == nil)
    #expect(try RuleContestant("adamw", isTuned: false).rates == nil)
    for bad in ["adamww", "adamw,beta", "adamw,=3", "adamw,betta1=0.9", "adamw,beta1=2", ""] {
      #expect(throws: (any Error).self) { _ = try RuleContestant(bad) }
    }
  }

  /// Two rules on two workloads: the same outcome for one and two threads, and the adaptive rule ahead.
  @Test func aComparisonDoesNotDependOnThreads() async throws {
    let workloads = try ["logistic", "quadratic"].map { name in
      let whole = try #require(try WorkloadLaboratory.workload(named: name))
      return Workload(
        name, "shortened", model: whole.model, learned: whole.learned, held: whole.held, batch: 16, steps: 16)
    }
    var comparison = RuleComparison(
      try ["adamw", "sgd"].map { try RuleContestant($0) }, on: workloads, trials: 2, studies: 2)
    comparison.referenceTrials = 2
    comparison.referenceSeeds = 1
    let one = try await comparison.run(threads: 1, seed: 3)
    let two = try await comparison.run(threads: 2, seed: 3)
    #expect(one.trials == two.trials && one.targets == two.targets && one.setBy == two.setBy)
    // Kept trainings are not run again, and a half-written or foreign journal changes nothing.
    let journal = MemoryJournal()
    _ = try await comparison.run(threads: 2, seed: 3, journal: journal)
    let lines = journal.lines()
    #expect(lines.count == 1 + one.trainings && Set(lines).count == lines.count)
    let part = MemoryJournal()
    for line in lines.prefix(12) { part.append(line) }
    let resumed = try await comparison.run(threads: 2, seed: 3, journal: part)
    #expect(resumed.trials == one.trials && resumed.targets == one.targets)
    #expect(Set(part.lines()) == Set(lines))
    await #expect(throws: RuleComparison.ForeignJournal.self) { _ = try await comparison.run(seed: 4, journal: part) }
    let broken = MemoryJournal()
    broken.append(lines[0])
    broken.append(Array("{".utf8))
    await #expect(throws: RuleComparison.ForeignJournal.self) { _ = try await comparison.run(seed: 3, journal: broken) }
    #expect(one.trainings == 2 * 4 * 3 + 2 * 2 * 4)
    #expect(one.targets.allSatisfy { $0.isFinite && $0 > 0 })
  }

  /// One setting for all workloads: chosen by the score among those tried, frozen, and shorter where it says so.
  @Test func oneSettingIsFoundForAllWorkloads() async throws {
    let workloads = try ["logistic", "perceptron", "perceptron/narrow"].map { name in
      let whole = try WorkloadLaboratory.workload(named: name) ?? WorkloadLaboratory.variant(named: name)
      let known = try #require(whole)
      return Workload(
        name, "shortened", model: known.model, learned: known.learned, held: known.held, batch: 16, steps: 20,
        variantOf: known.base)
    }
    var comparison = RuleComparison(
      [try RuleContestant("nadamw"), try RuleContestant("dog,average=8", isTuned: false)], on: workloads, studies: 2)
    (comparison.referenceTrials, comparison.referenceSeeds, comparison.calibration) = (2, 1, 5)
    #expect(comparison.variants == [2: 1])
    let outcome = try await comparison.run(threads: 2, seed: 3)
    #expect(outcome.trainings == 3 * 4 * 3 + 2 * 2 * 5 + 2 * 3 * 2)
    for calibration in outcome.calibrations {
      #expect(calibration.times.count == 5 && calibration.times.allSatisfy { $0.count == 2 })
      #expect(calibration.scores == PerformanceProfiles(times: calibration.times).scores)
      #expect(calibration.scores[calibration.choice] == calibration.scores.max())
      #expect(Set(calibration.settings).count == 5)
      #expect(calibration.settings.allSatisfy { (0..<0.2).contains($0.warmup) && (0.25...1).contains($0.length) })
      #expect(calibration.contestant.frozen == calibration.settings[calibration.choice])
      #expect(calibration.contestant.rates == nil)
    }
    #expect(Set(outcome.calibrations[0].settings[0].changes.map(\.name)) == ["beta1", "beta2", "decay", "rate"])
    #expect(Set(outcome.calibrations[1].settings[0].changes.map(\.name)) == ["decay"])
    // In two steps, with any number of threads, it is the same.
    let targets = try await comparison.targets(seed: 3)
    #expect(targets.losses == outcome.targets && targets.setBy == outcome.setBy)
    let alone = try await comparison.calibrations(targets: targets, seed: 3)
    #expect(alone.map(\.times) == outcome.calibrations.map(\.times))
    let again = try await comparison.run(seed: 3, targets: targets)
    #expect(again.trials == outcome.trials)
    let short = RuleContestant(comparison.contestants[0], frozen: FrozenSetting(warmup: 0.2, length: 0.5))
    let schedule = comparison.schedule(steps: 20, for: short)
    #expect(schedule.steps == 10 && schedule.warmup == 2)
  }

  @Test func averagesAndLearnedFactorsAreContestants() throws {
    let averaged = try RuleContestant("dog,average=8")
    #expect(averaged.average == 8 && averaged.fixed.isEmpty && !averaged.isMechanized)
    #expect(try averaged.rule(rate: 0.5) is Averaged<DoG>)
    let learned = try RuleContestant("lion,mechanic=true,beta1=0.8")
    #expect(learned.isMechanized && learned.rates == nil)
    let opened = try learned.rule(rate: nil)
    let rule = try #require(opened as? Mechanized<Lion>)
    #expect(rule.base.rate == 1 && rule.base.beta1 == 0.8)
    for text in RuleContestant.learningRateFree { _ = try RuleContestant(text) }
    for bad in ["lion,mechanic=2", "lion,average=x", "lion,average=-1"] {
      #expect(throws: RuleContestant.Malformed.self) { _ = try RuleContestant(bad) }
    }
  }

  @Test func anInterruptionEndsAComparison() async throws {
    let workload = try #require(try WorkloadLaboratory.workload(named: "logistic"))
    let comparison = RuleComparison([try RuleContestant("adamw")], on: [workload])
    let interruption = Interruption()
    interruption.raise()
    await #expect(throws: CancellationError.self) { _ = try await comparison.run(interruption: interruption) }
  }
}
