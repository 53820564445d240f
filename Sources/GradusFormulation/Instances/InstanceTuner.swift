// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling
public import GradusNumerics

/// Finds the size at which a family's instances have a wanted complexity S (see `InstanceComplexity`).
///
/// S grows with the size, not far from linearly, so the size is multiplied by target/S until it repeats, and its neighbourhood is
/// searched then, since classes such as job shops leap. A size is judged by several draws: by how many of them land within the
/// tolerance, and, where equally many do, by how near the target their S are.
///
/// **Reference** H. Lu et al., *OptMATH*, arXiv 2502.11102, where a language model changes the parameters of the generator.
public struct InstanceTuner: Sendable {
  /// What a size gave.
  public struct Tuned: Sendable, Codable, Hashable {
    /// For `statement(size:difficulty:_:)`.
    public var size: Int
    /// The mean S of the draws.
    public var complexity: Double
    /// The share of the draws within the tolerance.
    public var share: Double

    /// What a size is said to give.
    public init(size: Int, complexity: Double, share: Double) {
      self.size = size
      self.complexity = complexity
      self.share = share
    }

    /// Whether at least 90 % of the draws were near the target. Classes that leap over small targets never reach them.
    public var isReached: Bool { share >= 0.9 }
  }

  /// |S − target| ≤ tolerance·target counts as near.
  public var tolerance: Double
  /// How many instances judge a size.
  public var draws: Int
  /// What each thing counts in S.
  public var weights: InstanceComplexity.Weights

  /// A tuner; no setting depends on a family.
  public init(tolerance: Double = 0.25, draws: Int = 6, weights: InstanceComplexity.Weights = .init()) {
    self.tolerance = tolerance
    self.draws = max(1, draws)
    self.weights = weights
  }

  /// The best size found for a target from 1 to 10⁶, to which others are moved; the stream advances by one draw.
  ///
  /// Throws `ReadError` where a family states what is no model. Cost: at most fourteen sizes with `draws` instances each, which
  /// are read but not solved.
  public func tuned(
    _ family: any InstanceFamily, target: Double, difficulty: Double = 0.5, _ stream: inout RandomStream
  ) throws(ReadError) -> Tuned {
    let base = stream.child("tuning", Int(stream.next() >> 1))
    var tried: [Tuned] = []
    // Small instances say what a variable brings, and are read soon.
    let target = target.isFinite ? min(max(target, 1), 1e6) : 1
    var size = min(5000, max(6, Int((target / 4).rounded())))
    for _ in 0..<8 where !tried.contains(where: { $0.size == size }) {
      let result = try judged(family, size, target, difficulty, base)
      tried.append(result)
      if result.share == 1, abs(result.complexity - target) <= 0.1 * target { return result }
      size = max(1, min(5000, Int((Double(size) * min(8, max(0.125, target / result.complexity))).rounded())))
    }
    var best = self.best(of: tried, target)
    let step = max(1, best.size / 16)
    for offset in [-1, 1, -2, 2, -3, 3] where best.share < 1 {
      let near = max(1, best.size + offset * step)
      guard !tried.contains(where: { $0.size == near }) else { continue }
      tried.append(try judged(family, near, target, difficulty, base))
      best = self.best(of: tried, target)
    }
    return best
  }

  /// S of one statement. Throws `ReadError` where it is no model.
  public func complexity(_ statement: FiveElementStatement) throws(ReadError) -> Double {
    InstanceComplexity(try statement.program()).score(weights)
  }

  private func judged(
    _ family: any InstanceFamily, _ size: Int, _ target: Double, _ difficulty: Double, _ base: RandomStream
  ) throws(ReadError) -> Tuned {
    var total = 0.0, near = 0
    for k in 0..<draws {
      var stream = base.child("draw", size * draws + k)
      let score = try complexity(family.statement(size: size, difficulty: difficulty, &stream))
      total += score
      if abs(score - target) <= tolerance * target { near += 1 }
    }
    return Tuned(size: size, complexity: max(total / Double(draws), 1e-3), share: Double(near) / Double(draws))
  }

  private func best(of tried: [Tuned], _ target: Double) -> Tuned {
    var best = tried[0]
    for next in tried.dropFirst() {
      let (a, b) = (abs(next.complexity - target), abs(best.complexity - target))
      if next.share > best.share || (next.share == best.share && a < b) { best = next }
    }
    return best
  }
}
