// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Descent by an order of points alone, as a person gives it (ZO-RankSGD).
///
///     ξ₁ … ξ_m ∼ N(0, I);  the k best of x + μξᵢ are known in order
///     d = Σ wᵢξᵢ/|E|,   w = m − 2r + 1 for the r-th best,  −k for the others,   |E| = k(k − 1)/2 + k(m − k)
///     the best of x, x + ηd, x + γηd, … becomes x
///
/// d is the mean of ξ_better − ξ_worse over all pairs whose order is known. Where no step is better than x, d is averaged with
/// the next estimate. With `adaptive` the first step doubles when the longest one was best, and shrinks with the radius when
/// none was.
///
/// **Needs** an order of m points, or of l + 1. **Keeps** those.
/// **Guarantee** E|∇f|² falls like k^(−1/2) for smooth f and a suitable radius.
/// **Reference** Z. Tang, D. Rybin, T.-H. Chang, *Zeroth-order optimization meets human feedback*, ICLR 2024.
public struct RankingDescent: Catalogued {
  /// m.
  public var count = 15
  /// k; 0 stands for all.
  public var known = 0
  /// μ, relative to the box.
  public var radius = 0.01
  /// η, relative to the box.
  public var step = 0.1
  /// l; 0 takes the step η without a search.
  public var trials = 5
  /// γ.
  public var shrinkage = 0.5
  /// Whether η and μ follow what was best.
  public var adaptive = true

  public init() {}

  public static let card = Card(
    "ranking-descent", "descent by an order of points alone", guarantee: "squared gradient like k^(-1/2)",
    reference: "Tang, Rybin & Chang 2024", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("count", \.count, in: 2...1e4, "m, points that are ordered for one direction"),
    Setting("known", \.known, in: 0...1e4, "k, how many of the best are known in order; 0 for all"),
    Setting("radius", \.radius, in: 1e-12...10, "μ, distance of the points relative to the box"),
    Setting("step", \.step, in: 1e-12...10, "η, the longest step relative to the box"),
    Setting("trials", \.trials, in: 0...100, "l, steps that are compared; 0 takes the longest"),
    Setting("shrinkage", \.shrinkage, in: 0.01...0.99, "γ, ratio of the steps that are compared"),
    Setting("adaptive", \.adaptive, "step and radius follow what was best"),
  ]

  /// What the points being ordered are.
  enum Phase: Sendable, Codable {
    /// x + μξ for each of these.
    case estimating([[Double]])
    /// x and steps along this direction.
    case searching([Double])
  }

  /// The point in unit coordinates, the direction that is kept, and the points being ordered.
  public struct State: Sendable, Codable {
    let box: UnitBox
    var random: RandomStream
    var u: [Double]
    var factor = 1.0
    var carried: [Double]?
    var phase: Phase
    var claim: Claim?
  }

  /// Begins at the start, or in the middle of the box.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let u = box.coordinates(of: Incumbent(problem).point).elements
    var s = State(box: box, random: random.child("directions"), u: u, phase: .estimating([]))
    if u.isEmpty { s.claim = .exhausted }
    estimate(&s)
    return s
  }

  /// The points around x, or the steps.
  public func ask(_ s: inout State) -> Rank<Vector>? {
    guard s.claim == nil else { return nil }
    switch s.phase {
    case .estimating(let draws):
      return Rank(points: draws.map { draw in s.box.point(at: moved(s, draw, radius * s.factor)) })
    case .searching(let direction): return Rank(points: steps(s, direction).map { s.box.point(at: $0) })
    }
  }

  /// An order of points gives a direction; an order of steps moves the point.
  public func tell(_ s: inout State, _ answer: consuming [Int], to question: consuming Rank<Vector>) {
    guard s.claim == nil else { return }
    switch s.phase {
    case .estimating(let draws):
      var direction = mean(of: draws, answer)
      if let carried = s.carried { direction = zip(direction, carried).map { 0.5 * ($0 + $1) } }
      guard trials > 0 else {
        s.u = moved(s, direction, step * s.factor)
        return estimate(&s)
      }
      s.phase = .searching(direction)
    case .searching(let direction):
      let winner = answer.first ?? 0
      if winner == 0 {
        s.carried = direction
        if adaptive { s.factor *= shrinkage }
      } else {
        s.u = steps(s, direction)[winner]
        s.carried = nil
        if adaptive, winner == 1 { s.factor /= shrinkage }
        if adaptive, winner == trials { s.factor *= shrinkage }
      }
      if s.factor < 1e-14 { s.claim = .stalled }
      s.factor = min(s.factor, 1 / step)
      estimate(&s)
    }
  }

  /// The point that is moved; no value is known of it.
  public func report(_ s: State) -> Report<Vector> { Report(point: s.box.point(at: s.u), claim: s.claim) }

  private func estimate(_ s: inout State) {
    s.phase = .estimating((0..<count).map { _ in s.u.map { _ in s.random.normal() } })
  }

  private func mean(of draws: [[Double]], _ order: [Int]) -> [Double] {
    let m = draws.count
    let k = known > 0 ? min(known, m) : m
    let pairs = Double(k * (k - 1) / 2 + k * (m - k))
    var sum = [Double](repeating: 0, count: draws.first?.count ?? 0)
    for (place, i) in order.enumerated() {
      let weight = place < k ? Double(m - 2 * (place + 1) + 1) : Double(-k)
      for j in sum.indices { sum[j] += weight * draws[i][j] }
    }
    return sum.map { $0 / max(pairs, 1) }
  }

  private func steps(_ s: State, _ direction: [Double]) -> [[Double]] {
    [s.u] + (0..<trials).map { moved(s, direction, step * s.factor * pow(shrinkage, Double($0))) }
  }

  private func moved(_ s: State, _ direction: [Double], _ length: Double) -> [Double] {
    s.u.indices.map { min(max(s.u[$0] + length * direction[$0], s.box.lower[$0]), s.box.upper[$0]) }
  }
}
