// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tsallis-INF: follow the regularized leader with the ½-Tsallis entropy on importance-weighted costs.
///
///     pᵢ = 4·(η·(kᵢ/s − x))⁻²,   η = 2/√t,   x such that Σ pᵢ = 1
///     kᵢ ← kᵢ + cost/pᵢ          for the chosen arm; s = mean cost so far
///
/// **Guarantee** regret O(√(dt)) against adversarial costs and O(log t) against stochastic ones, without knowing which.
/// **Reference** J. Zimmert, Y. Seldin, JMLR 22 (2021).
public struct TsallisChooser: OnlineChooser {
  public let armCount: Int
  /// Estimated total costs.
  private var totals: [Double]
  private var rounds = 0
  private var spent = 0.0

  public init(armCount: Int) {
    precondition(armCount > 0, "a chooser needs arms")
    self.armCount = armCount
    totals = [Double](repeating: 0, count: armCount)
  }

  /// The probabilities of the next draw.
  public var probabilities: [Double] {
    let scale = rounds > 0 && spent > 0 ? spent / Double(rounds) : 1
    let scaled = totals.map { $0 / scale }
    let eta = 2 / Double(rounds + 1).squareRoot()
    // From here the sum is at least 1, and Newton's steps on the convex sum come down without overshooting.
    var x = (scaled.min() ?? 0) - 2 / eta
    var p = scaled.map { _ in 0.0 }
    for _ in 0..<40 {
      var (sum, slope) = (0.0, 0.0)
      for i in p.indices {
        let root = 2 / (eta * (scaled[i] - x))
        p[i] = root * root
        sum += p[i]
        slope += p[i] * root
      }
      let step = (sum - 1) / (eta * slope)
      x -= step
      if abs(sum - 1) < 1e-12 { break }
    }
    let sum = p.reduce(0, +)
    return p.map { $0 / sum }
  }

  public mutating func choose(context: Double, random: inout RandomStream) -> Choice {
    let p = probabilities
    let arm = random.categorical(p)
    return Choice(arm: arm, probability: p[arm], context: context)
  }

  public mutating func learn(_ choice: Choice, cost: Double) {
    precondition(cost >= 0 && cost.isFinite, "costs are finite and not negative")
    rounds += 1
    spent += cost
    totals[choice.arm] += cost / choice.probability
  }
}
