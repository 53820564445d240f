// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Chooses the settings of a method for one instance after another, from what earlier instances cost.
///
/// A round: `propose` a configuration and what it may cost at most, try it, and cut it off there; an attempt that was cut
/// off is followed by the default. What was spent is kept in a ledger,
///
///     spent ≤ (1 + regret) · owed + credit,   credit = six times what the default cost at first,
///
/// owed being what the default costs: measured where it ran, and elsewhere expected from the model at its lower end (one
/// standard deviation below). A configuration that is not the default is tried only with the cap that keeps this true even
/// if the attempt is wasted, so the bound holds surely in what was measured and as far as those expectations are right in
/// what was not. The default runs again every `control` rounds to keep them so.
///
/// The choice is by Thompson sampling: one draw of all effects from their posterior, at half its spread, and the candidate
/// that is then cheapest. A learner is made anew from its experiences, so it has no state of its own to lose.
/// **Reference** D. Russo et al., *A Tutorial on Thompson Sampling* (2018); Y. Wu et al., *Conservative Bandits*, ICML 2016;
/// F. Hutter et al., *ParamILS*, JAIR 36 (2009), §4 (adaptive capping).
public struct SettingLearner: Sendable {
  /// What to try on the next instance.
  public struct Proposal: Sendable, Hashable {
    public var configuration: [Int]
    /// Where the attempt is to be cut off; infinite for the default.
    public var cap: Double
    /// The least that the default is expected to cost.
    public var expected: Double
    /// What the model expects this configuration to cost.
    public var predicted: Double
  }

  /// How one switch changes the cost, other things equal.
  public struct Effect: Sendable, Hashable {
    public var name: String
    public var value: String
    /// Cost with the value divided by cost with the default, at the middle of the posterior.
    public var factor: Double
    /// Standard deviation of the logarithm of the factor.
    public var uncertainty: Double
  }

  public let space: SettingSpace
  public let experiences: [SettingExperience]
  /// Share of the default's cost that learning may waste in all.
  public let regret: Double
  private let random: RandomStream
  private let model: SettingCostModel
  private static let firstDefaults = 2
  private static let control = 16
  /// What learning may waste at once, in costs of the first default runs.
  private static let credit = 6.0
  /// No attempt goes on for longer than this many times what it or the default is expected to cost.
  private static let patience = 2.0
  /// Share of the posterior's spread that a draw has: sequences are short, and what is learned late is used little.
  private static let boldness = 0.5

  /// `experiences` in the order in which they were made.
  public init(_ space: SettingSpace, _ experiences: [SettingExperience], regret: Double = 0.1, seed: UInt64 = 0) {
    self.space = space
    self.experiences = experiences
    self.regret = regret
    random = RandomStream(seed: seed).child("settings")
    model = SettingCostModel(space, experiences)
  }

  /// The next round's number.
  public var round: Int { (experiences.last?.round ?? -1) + 1 }

  /// What was spent, and what the default would have cost, over all rounds so far.
  public var ledger: (spent: Double, owed: Double) {
    var spent = 0.0, owed = 0.0, i = 0
    while i < experiences.count {
      let round = experiences[i].round
      var standard: Double?, expected = 0.0
      while i < experiences.count, experiences[i].round == round {
        spent += experiences[i].cost
        if experiences[i].isStandard, experiences[i].isFinished { standard = experiences[i].cost }
        expected = experiences[i].expected
        i += 1
      }
      owed += standard ?? expected
    }
    return (spent, owed)
  }

  /// What to try on an instance with these features; the switches `held` stay at their default.
  public func propose(in context: [Double], holding held: Set<Int> = []) -> Proposal {
    let standard = space.standard
    let (means, covariance) = model.predict([standard], in: context)
    // The mean of a cost whose logarithm is normal, at the lower end of what is known of it.
    let expected =
      experiences.isEmpty ? 0 : exp(means[0] + 0.5 * model.noise * model.noise - covariance[0, 0].squareRoot())
    let fallback = Proposal(
      configuration: standard, cap: .infinity, expected: expected,
      predicted: experiences.isEmpty ? 0 : exp(means[0]))
    let round = round
    guard round >= Self.firstDefaults, round % Self.control != 0, !space.switches.isEmpty else { return fallback }
    var random = random.child("round", round)
    let candidates = candidates(in: context, holding: held, &random)
    let (means2, covariance2) = model.predict(candidates, in: context)
    let draw = Self.draw(means2, covariance2, &random)
    let chosen = draw.indices.min { draw[$0] < draw[$1] } ?? 0
    guard candidates[chosen] != standard else { return fallback }
    let predicted = exp(means2[chosen])
    let first = experiences.prefix(Self.firstDefaults).reduce(0) { $0 + $1.cost } / Double(Self.firstDefaults)
    let (spent, owed) = ledger
    // Wasted, the attempt costs its cap on top of the default.
    let cap = (1 + regret) * (owed + expected) + Self.credit * first - spent - expected
    guard cap >= 1.2 * predicted else { return fallback }
    return Proposal(
      configuration: candidates[chosen], cap: min(cap, Self.patience * max(expected, predicted)), expected: expected,
      predicted: predicted)
  }

  /// The configuration that the model expects to be cheapest among those tried, and the default.
  public func best(in context: [Double]) -> (configuration: [Int], predicted: Double, standard: Double) {
    let tried = [space.standard] + distinct()
    let means = model.predict(tried, in: context).means
    let best = means.indices.min { means[$0] < means[$1] } ?? 0
    return (tried[best], exp(means[best]), exp(means[0]))
  }

  /// What each value of each switch does by itself.
  public func effects(in context: [Double]) -> [Effect] {
    var effects: [Effect] = []
    for (s, item) in space.switches.enumerated() {
      for value in item.values.indices.dropFirst() {
        var changed = space.standard
        changed[s] = value
        let (means, covariance) = model.predict([space.standard, changed], in: context)
        let variance = covariance[0, 0] + covariance[1, 1] - covariance[0, 1] - covariance[1, 0]
        effects.append(
          Effect(
            name: item.name, value: item.values[value], factor: exp(means[1] - means[0]),
            uncertainty: max(variance, 0).squareRoot()))
      }
    }
    return effects
  }

  /// Configurations other than the default that were tried, in order of first appearance.
  private func distinct() -> [[Int]] {
    var seen = Set<[Int]>()
    return experiences.map(\.configuration).filter { configuration in
      configuration.contains { $0 != 0 } && seen.insert(configuration).inserted
    }
  }

  /// The default, the best tried, neighbors of the very best, and configurations with half of the switches turned.
  private func candidates(
    in context: [Double], holding held: Set<Int>, _ random: inout RandomStream
  ) -> [[Int]] {
    let tried = distinct()
    let means = model.predict(tried, in: context).means
    let ranked = tried.indices.sorted { (means[$0], $0) < (means[$1], $1) }.prefix(16).map { tried[$0] }
    var candidates = [space.standard] + ranked
    func turned(_ configuration: [Int], _ s: Int, _ random: inout RandomStream) -> [Int] {
      var changed = configuration
      let count = space.switches[s].values.count
      changed[s] = (changed[s] + 1 + random.integer(below: count - 1)) % count
      return changed
    }
    for start in [ranked.first ?? space.standard, ranked.dropFirst().first ?? space.standard] {
      for _ in 0..<12 {
        var changed = start
        for _ in 0...random.integer(below: 3) {
          changed = turned(changed, random.integer(below: space.switches.count), &random)
        }
        candidates.append(changed)
      }
    }
    for _ in 0..<16 {
      var changed = space.standard
      for s in space.switches.indices where random.uniform() < 0.5 { changed = turned(changed, s, &random) }
      candidates.append(changed)
    }
    for i in candidates.indices {
      for s in held { candidates[i][s] = 0 }
    }
    var seen = Set<[Int]>()
    return candidates.filter { seen.insert($0).inserted }
  }

  /// One draw from N(means, boldness²·covariance), by a Cholesky factorization that leaves out directions without variance.
  private static func draw(_ means: [Double], _ covariance: Matrix, _ random: inout RandomStream) -> [Double] {
    let normals = random.normals(means.count)
    guard let factor = try? Cholesky.shifting(covariance, smallest: 1e-9, on: .portable).factor else { return means }
    return means.indices.map { i in (0...i).reduce(means[i]) { $0 + boldness * factor[i, $1] * normals[$1] } }
  }
}
