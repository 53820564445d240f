// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the seeds together say about one claim.
public struct AtlasVerdict: Sendable, Hashable {
  /// One seed: both sides and its margin.
  public struct Seed: Sendable, Hashable {
    public let seed: UInt64
    public let measured: Double
    public let baseline: Double?
    /// measured/baseline, measured − baseline or measured, as the claim compares.
    public let compared: Double
    /// Positive: this seed satisfies the claim, by so much.
    public let margin: Double
  }

  public let claim: AtlasClaim
  public let perSeed: [Seed]
  /// Means over the seeds.
  public let measured: Double
  public let baseline: Double?
  /// The typical compared quantity: geometric mean of ratios, mean of differences and values.
  public let typical: Double
  /// Its 95 % paired bootstrap interval.
  public let interval: ClosedRange<Double>?
  /// One-sided p of the signed-rank test of the margins.
  public let probability: Double
  public let satisfied: Int
  public let holds: Bool

  /// Decides from observations of equal claims, one a seed. Deterministic.
  public init(_ claim: AtlasClaim, _ observations: [(seed: UInt64, observation: AtlasObservation)]) {
    self.claim = claim
    perSeed = observations.map { seed, observation in
      let compared = claim.compared(observation)
      return Seed(
        seed: seed, measured: observation.measured, baseline: observation.baseline, compared: compared,
        margin: claim.margin(of: compared))
    }
    let count = Double(max(1, perSeed.count))
    measured = perSeed.reduce(0) { $0 + $1.measured } / count
    let baselines = perSeed.compactMap(\.baseline)
    baseline = baselines.isEmpty ? nil : baselines.reduce(0, +) / Double(baselines.count)
    let logarithmic = claim.comparison == .ratio
    let sample = perSeed.map { logarithmic ? AtlasClaim.logarithm($0.compared) : $0.compared }
    if sample.isEmpty {
      typical = .nan
      interval = nil
    } else {
      let bootstrap = BootstrapInterval(meanOf: sample, random: RandomStream(seed: 0).child("atlas bootstrap"))
      let back = { logarithmic ? AtlasClaim.exponential($0) : $0 }
      typical = back(bootstrap.mean)
      let (low, high) = (back(bootstrap.lower), back(bootstrap.upper))
      interval = low <= high ? low...high : nil
    }
    let margins = perSeed.map(\.margin)
    probability = SignedRankTest(margins).probability
    satisfied = margins.count { $0 >= 0 }
    switch claim.requirement {
    case .significant: holds = probability <= 0.05
    case .everySeed: holds = !margins.isEmpty && satisfied == margins.count
    case .share(let share): holds = !margins.isEmpty && Double(satisfied) >= share * Double(margins.count)
    }
  }
}

extension AtlasClaim {
  /// What is compared with the threshold; NaN where it cannot be.
  func compared(_ observation: AtlasObservation) -> Double {
    let measured = observation.measured
    switch comparison {
    case .value: return measured
    case .difference: return measured - (observation.baseline ?? .nan)
    case .ratio:
      guard let baseline = observation.baseline, measured >= 0, baseline >= 0 else { return .nan }
      // Both zero: neither better nor worse.
      return measured == baseline ? 1 : measured / baseline
    }
  }

  /// How far on the right side of the threshold; NaN counts as −∞.
  func margin(of compared: Double) -> Double {
    if compared.isNaN { return -.infinity }
    let logarithmic = comparison != .difference && compared > 0 && threshold > 0
    let distance =
      logarithmic ? Self.logarithm(threshold) - Self.logarithm(compared) : threshold - compared
    let signed = direction == .atMost ? distance : -distance
    return signed.isNaN ? (compared == threshold ? 0 : -.infinity) : signed
  }

  /// ln x for x ≥ 0, −∞ at 0.
  static func logarithm(_ x: Double) -> Double {
    if x.isNaN { return .nan }
    return x == .infinity ? .infinity : naturalLogarithm(x)
  }

  /// eˣ.
  static func exponential(_ x: Double) -> Double { exp(x) }
}
