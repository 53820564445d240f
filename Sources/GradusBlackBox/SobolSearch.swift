// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The points of a Sobol sequence, the best of them kept: random search without its gaps and clusters.
///
///     xₖ = l + (u − l)·sₖ,   s₁, s₂, … ∈ [0, 1)ⁿ with discrepancy O((ln k)ⁿ/k)
///
/// The sequence is shifted digitally by the seed. Beyond an infinite side the coordinate is that of `Box.sample`, by the normal
/// quantile. The start, where the problem has one, is asked first.
///
/// **Needs** values. **Keeps** the best point and 53n integers.
/// **Guarantee** dispersion O(k^(−1/n)): for Lipschitz f the error falls like k^(−1/n).
/// **Reference** I. M. Sobol', *On the distribution of points in a cube*, USSR Comput. Math. Math. Phys. 7 (1967); H. Niederreiter,
/// *Random Number Generation and Quasi-Monte Carlo Methods*, SIAM 1992, section 6.1.
public struct SobolSearch: Catalogued, BoxMethod, ParallelMethod {
  /// Whether the sequence is shifted by the seed; otherwise it begins at the lower corner of the box.
  public var shifted = true

  public init() {}

  public static let card = Card(
    "sobol-search", "evenly spread points", guarantee: "error O(k^(-1/n)) for Lipschitz f", reference: "Sobol' 1967",
    trials: [Trial("sphere,n=2", answers: 1_000, value: 0.5)], invariances: [.monotone])

  public static let settings: [Setting<Self>] = [
    Setting("shifted", \.shifted, "shift the sequence by the seed")
  ]

  /// The place in the sequence, and the best point of it.
  public struct State: Sendable, Codable {
    let domain: Box
    var start: Vector?
    var sequence: SobolSequence
    var best: Incumbent
  }

  /// Begins the sequence, shifted by the seed. Throws `Unsuitable` beyond the dimensions that have direction numbers.
  public func start(_ problem: BoxConstrained, random: RandomStream) throws -> State {
    let n = problem.domain.dimension
    guard n <= SobolDirections.mostDimensions else {
      throw Unsuitable(
        method: Self.card.name, needs: "at most \(SobolDirections.mostDimensions) dimensions", found: "\(n)",
        remedy: "random-search has no such limit.")
    }
    var shift = random.child("shift")
    return State(
      domain: problem.domain, start: problem.start.map { problem.domain.projection(of: $0) },
      sequence: shifted ? SobolSequence(dimension: n, shift: &shift) : SobolSequence(dimension: n),
      best: Incumbent(problem))
  }

  /// The start where the problem has one, then the next point of the sequence.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    if let start = s.start {
      s.start = nil
      return Evaluate(point: start)
    }
    var point = s.sequence.next()
    for i in point.indices { point[i] = s.domain.coordinate(i, at: point[i]) }
    return Evaluate(point: s.domain.projection(of: point))
  }

  /// Keeps the point if it is better than all before.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    s.best.hear(answer, at: question.point)
  }

  /// The best point so far; nothing is ever claimed about it.
  public func report(_ s: State) -> Report<Vector> { s.best.report() }
}

extension Box {
  /// Coordinate i for a uniform number of [0, 1): the quantile of what `sample` draws.
  fileprivate func coordinate(_ i: Int, at p: Double) -> Double {
    let (l, u) = (lower[i], upper[i])
    // The middle of the cell of 2⁻⁵² that p stands for, because the quantile of 0 is infinite.
    let q = p + 0x1p-53
    switch (l.isFinite, u.isFinite) {
    case (true, true): return l + (u - l) * p
    case (true, false): return l + normalQuantile(0.5 + 0.5 * q)
    case (false, true): return u - normalQuantile(0.5 + 0.5 * q)
    case (false, false): return normalQuantile(q)
    }
  }
}
