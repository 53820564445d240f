// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics

/// AdaBelief beside Adam with the same settings, on two functions of two numbers.
///
///     Beale   (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²       until 10⁻³
///     corner  |x| + |y|                                                       until 0.05
///
/// Eight starts in [0, 2]² a seed; what is compared is the median of the steps, at most 20,000, both with η = 0.01. The rate
/// is the paper's for these functions and not tuned for either side: the claim is about the same rate.
public struct AdaBeliefSystem: AtlasEntry {
  public static let system = "AdaBelief"
  public static let home = "AdaBelief"
  public static let scale = AtlasScale(
    paper: "CIFAR, ImageNet, language models and generative networks; functions of two numbers",
    here: "functions of two numbers, eight starts a seed")
  public static let claims = [
    AtlasClaim(
      "beale", "On Beale's function AdaBelief needs at most 0.6 of Adam's steps.", metric: "median steps to 10⁻³",
      baseline: "Adam with the same rate", .atMost, 0.6),
    AtlasClaim(
      "corner", "On |x| + |y| it needs at most 0.6 of Adam's steps.", metric: "median steps to 0.05",
      baseline: "Adam with the same rate", .atMost, 0.6, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random
    let starts = (0..<8).map { _ in [random.uniform(0, 2), random.uniform(0, 2)] }
    var (belief, adam) = (AdaBelief(), Adam())
    belief.rate = 0.01
    adam.rate = 0.01
    func both(
      _ gradient: ([Double]) -> [Double], _ isThere: ([Double]) -> Bool
    ) throws -> (measured: Double, baseline: Double) {
      var (ours, theirs): ([Double], [Double]) = ([], [])
      for start in starts {
        try trial.step(0)
        var walk = RuleWalk(belief, from: start)
        ours.append(walk.steps(atMost: 20_000, gradient, until: isThere))
        var other = RuleWalk(adam, from: start)
        theirs.append(other.steps(atMost: 20_000, gradient, until: isThere))
      }
      return (Median.lower(ours), Median.lower(theirs))
    }
    let beale = try both(Self.slope) { Self.value($0) < 1e-3 }
    let corner = try both({ $0.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 } }, { abs($0[0]) + abs($0[1]) < 0.05 })
    return [
      AtlasObservation("beale", measured: beale.measured, baseline: beale.baseline),
      AtlasObservation("corner", measured: corner.measured, baseline: corner.baseline),
    ]
  }

  private static func misses(_ p: [Double]) -> [Double] {
    let (x, y) = (p[0], p[1])
    return [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y]
  }

  private static func value(_ p: [Double]) -> Double { misses(p).reduce(0) { $0 + $1 * $1 } }

  private static func slope(_ p: [Double]) -> [Double] {
    let (x, y, r) = (p[0], p[1], misses(p))
    return [
      2 * (r[0] * (y - 1) + r[1] * (y * y - 1) + r[2] * (y * y * y - 1)),
      2 * (r[0] * x + r[1] * 2 * x * y + r[2] * 3 * x * y * y),
    ]
  }
}
