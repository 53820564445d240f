// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Independent uniform points of the box, the best of them kept.
///
///     xₖ ~ uniform on [l, u],   x̂ = argmin f(xₖ)
///
/// Beyond an infinite side points are drawn as `Box.sample` says. The start, where the problem has one, is asked first.
///
/// **Needs** values. **Keeps** the best point.
/// **Guarantee** P(f(x̂) ≤ q_α) = 1 − (1 − α)ᵏ for the α-quantile q_α of f under the sampling distribution.
/// **Reference** S. H. Brooks, *A discussion of random methods for seeking maxima*, Operations Research 6 (1958).
public struct RandomSearch: Catalogued, BoxMethod, ParallelMethod {
  public init() {}

  public static let card = Card(
    "random-search", "independent uniform points", guarantee: "best quantile 1 - (1 - a)^k", reference: "Brooks 1958",
    trials: [Trial("sphere,n=2", answers: 2_000, value: 0.5)], invariances: [.monotone])

  public static let settings: [Setting<Self>] = []

  /// The stream that points are drawn from, and the best of them.
  public struct State: Sendable, Codable {
    var domain: Box
    var start: Vector?
    var random: RandomStream
    var best: Incumbent
  }

  /// Takes a stream of its own for the points.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    State(
      domain: problem.domain, start: problem.start.map { problem.domain.projection(of: $0) },
      random: random.child("points"), best: Incumbent(problem))
  }

  /// The start where the problem has one, then a new random point each time.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    if let start = s.start {
      s.start = nil
      return Evaluate(point: start)
    }
    // Rounding may carry l + (u − l)·r past u.
    return Evaluate(point: s.domain.projection(of: s.domain.sample(&s.random)))
  }

  /// Keeps the point if it is better than all before.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    s.best.hear(answer, at: question.point)
  }

  /// The best point so far; nothing is ever claimed about it.
  public func report(_ s: State) -> Report<Vector> { s.best.report() }
}
