// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusMultiObjective
public import GradusNumerics

/// Looks for decoding settings that cost fewer tokens and are right as often.
///
///     search        a method for values under a constraint over `DecodingSettings.space`: `TreeParzen`, or with a design of all trials a random
///                   search, which then has the same first points
///     trial         settings race the ones in use, item by item (`DecodingBench`)
///     front         tokens × accuracy of the trials that were not ended early
///     effects       the share of variance that each setting explains, of tokens and of accuracy (`ParameterImportance`)
///     preset        the cheapest trial whose interval (`caution` deviations) keeps the constraint; else the settings in use
///
/// **Source** Systematic Optimization of Open Source Large Language Models for Mathematical Reasoning (2025).
public struct DecodingStudy: Sendable {
  public var trials: Int
  /// Deviations by which the preset has to keep the constraint.
  public var caution: Double

  public init(trials: Int = 60, caution: Double = 1) {
    self.trials = trials
    self.caution = caution
  }

  /// What a study found.
  public struct Finding: Sendable {
    public var usual: DecodingBench.Trial
    /// In their order.
    public var trials: [DecodingBench.Trial]
    /// The trials that no other is cheaper and more often right than, the cheapest first.
    public var front: [DecodingBench.Trial]
    public var preset: DecodingSettings
    /// nil below ten trials.
    public var effectOnTokens: ParameterImportance?
    public var effectOnAccuracy: ParameterImportance?
    /// Items that were answered by all trials together.
    public var answered: Int { trials.reduce(0) { $0 + $1.race.count } }

    /// How many trials there were when one first cost at most this share of the tokens in use and kept the constraint; nil: never.
    public func trialsUntil(_ share: Double, loss: Double) -> Int? {
      trials.firstIndex { !$0.isDropped && $0.tokens <= share * usual.tokens && $0.race.mean >= -loss }.map { $0 + 1 }
    }
  }

  /// Searches by this method. Throws what the method and the system throw.
  public func run<Method: OptimizationMethod>(
    _ system: any DecodingSystem, usual: DecodingSettings, items: Range<Int>, by method: Method, loss: Double = 0.01,
    z: Double = 2.5, seed: UInt64 = 0, proceed: () throws -> Void = {}
  ) async throws -> Finding
  where Method.Problem == SearchProblem, Method.Question == EvaluateAll<Vector> {
    let bench = try DecodingBench(system, usual: usual, items: items, loss: loss, z: z)
    let problem = SearchProblem(try DecodingSettings.space, constraints: 1, isNoisy: false, budget: trials)
    let run = try Run(problem, by: method, asking: bench, seed: seed)
    while bench.trials.count < trials, try await run.step() { try proceed() }
    return finding(bench)
  }

  /// What the trials of a bench come to.
  public func finding(_ bench: DecodingBench) -> Finding {
    let all = bench.trials
    var archive = ParetoArchive<Int>()
    for (number, trial) in all.enumerated() where !trial.isDropped {
      archive.insert(number, Outcomes(objectives: [trial.tokens, -trial.accuracy]))
    }
    let safe = all.filter { !$0.isDropped && $0.race.isNotBelow(-bench.loss, z: caution) }
    let usual = bench.usualTrial
    let cheapest = safe.min { ($0.tokens, -$0.accuracy) < ($1.tokens, -$1.accuracy) }
    let record = Self.record(all)
    return Finding(
      usual: usual, trials: all, front: archive.members.map { all[$0.point] },
      preset: cheapest.flatMap { $0.tokens < usual.tokens ? $0.settings : nil } ?? usual.settings,
      effectOnTokens: try? record.map { try ParameterImportance($0, objective: 0) },
      effectOnAccuracy: try? record.map { try ParameterImportance($0, objective: 1) })
  }

  /// The trials as a study with the objectives tokens and accuracy.
  private static func record(_ trials: [DecodingBench.Trial]) -> StudyRecord? {
    guard let space = try? DecodingSettings.space else { return nil }
    var study = StudyRecord(id: 0, name: "decoding", directions: [.minimize, .maximize])
    let places = space.parameters.map { parameter -> Int in
      let distribution: ParameterDistribution =
        switch parameter.values {
        case .integer(let low, let high, _, _): .integer(low: low, high: high)
        case .float(let low, let high, _, _): .float(low: low, high: high)
        default: .categorical([])
        }
      return study.place(of: parameter.name, distribution)
    }
    for (number, trial) in trials.enumerated() {
      var one = TrialRecord(id: number, number: number, state: .complete)
      one.parameters = zip(places, trial.settings.point.elements.map { $0 }).map {
        TrialRecord.Setting(parameter: $0, value: $1)
      }
      one.values = [trial.tokens, trial.accuracy]
      study.trials.append(one)
    }
    return study
  }
}
