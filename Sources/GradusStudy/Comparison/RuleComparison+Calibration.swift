// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusFirstOrder
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One setting for all workloads.
///
///     settings k = 0 … N − 1:   quasirandom in (1 − β₁, 1 − β₂, λ, η) by ratios, warm-up and length of the schedule
///     t_{k,w}                   steps of setting k to the target of workload w, one training each
///     chosen                    the k with the largest score among the N settings: see `PerformanceProfiles`
///
/// A dimension that a rule does not have is left out; η is searched where a contestant's rate is to be tuned, around its own.
/// Held-out variants take no part.
///
/// **Reference** P. Kasimbeg et al., *How far away are truly hyperparameter-free learning algorithms?* (2025);
/// the sequence: M. Roberts, *The unreasonable effectiveness of quasirandom sequences* (2018).
extension RuleComparison {
  /// The setting that was chosen for a contestant, and the others.
  public struct Calibration: Sendable {
    /// The contestant with its setting.
    public var contestant: RuleContestant
    public var settings: [FrozenSetting]
    /// The score of each setting among all of the contestant.
    public var scores: [Double]
    /// `times[setting][workload]`, workloads that are no variants.
    public var times: [[Double]]
    /// Which was chosen.
    public var choice: Int
  }

  /// The calibration alone, for targets that are known.
  public func calibrations(
    targets: Targets, threads: Int = 1, seed: UInt64 = 0, interruption: Interruption? = nil,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws -> [Calibration] {
    precondition(targets.losses.count == workloads.count, "every workload has a target")
    let tuned = workloads.indices.filter { variants[$0] == nil }
    let counter = Counter(
      total: contestants.count * tuned.count * calibration, interruption: interruption, journal: nil,
      progress: progress)
    return try await calibrate(contestants, tuned, targets.losses, RandomStream(seed: seed), threads, counter)
  }

  func calibrate(
    _ contestants: [RuleContestant], _ tuned: [Int], _ targets: [Double], _ root: RandomStream, _ threads: Int,
    _ counter: Counter
  ) async throws -> [Calibration] {
    precondition(calibration > 0, "a setting is chosen among some")
    let settings = contestants.map { contestant in (0..<calibration).map { contestant.setting(ofPoint: $0) } }
    let flat = try await Self.all(contestants.count * calibration * tuned.count, threads) { i in
      let (c, k, w) = split(i, calibration, tuned.count)
      let stream = root.child("calibration", c).child("setting", k).child("workload", w)
      return try train(
        RuleContestant(contestants[c], frozen: settings[c][k]), workloads[tuned[w]], trial: 0, shift: 0, stream: stream,
        target: targets[tuned[w]], counter
      ).steps
    }
    return contestants.indices.map { c in
      let times = (0..<calibration).map { k in
        Array(flat[(c * calibration + k) * tuned.count..<(c * calibration + k + 1) * tuned.count])
      }
      let scores = PerformanceProfiles(times: times).scores
      let choice = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
      return Calibration(
        contestant: RuleContestant(contestants[c], frozen: settings[c][choice]), settings: settings[c], scores: scores,
        times: times, choice: choice)
    }
  }
}

extension RuleContestant {
  /// Setting k of the quasirandom sequence.
  func setting(ofPoint k: Int) -> FrozenSetting {
    let names = Set(entry.settings.map(\.name)).subtracting(fixed.map(\.name).filter { $0 != "rate" })
    // Ranges in equal ratios, of what is searched.
    var ranges: [(name: String, from: Double, to: Double, isComplement: Bool)] = []
    if names.contains("beta1") { ranges.append(("beta1", 0.02, 0.3, true)) }
    if names.contains("beta2") { ranges.append(("beta2", 1e-3, 0.2, true)) }
    if names.contains("decay") { ranges.append(("decay", 1e-5, 0.1, false)) }
    if let rates { ranges.append(("rate", rates.lowerBound, rates.upperBound, false)) }
    let place = Self.place(k, dimensions: ranges.count + 2)
    let changes = ranges.enumerated().map { j, range in
      let value = range.from * exp(place[j] * log(range.to / range.from))
      return FrozenSetting.Change(range.name, "\(range.isComplement ? 1 - value : value)")
    }
    return FrozenSetting(
      changes, warmup: 0.2 * place[ranges.count], length: 0.25 + 0.75 * place[ranges.count + 1])
  }

  /// Point k in the unit cube: ½ + (k + 1)/φʲ mod 1 in dimension j, φ the root of x^{d+1} = x + 1.
  static func place(_ k: Int, dimensions: Int) -> [Double] {
    var root = 1.5
    for _ in 0..<60 { root = pow(1 + root, 1 / Double(dimensions + 1)) }
    return (1...dimensions).map { j in
      (0.5 + Double(k + 1) * pow(root, -Double(j))).truncatingRemainder(dividingBy: 1)
    }
  }
}
