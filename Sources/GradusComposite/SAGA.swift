// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Stochastic averaged gradients: one term a step, at the rate of whole gradients.
///
///     i ~ p,   g = (∇fᵢ(x) − aᵢ)/(npᵢ) + ā,   x⁺ = x − γ g,   aᵢ ← ∇fᵢ(x),   ā = (1/n) Σ aᵢ
///     pᵢ ∝ nm + 4Lᵢ,   γ = 1/(nm + 4L̄)                          L̄: the mean of the Lᵢ
///
/// g is unbiased and its variance vanishes at the minimum, so that the step need not shrink. Where no Lᵢ are known, pᵢ is
/// 1/n and γ = 1/(3L), with L found by the test fᵢ(x − ∇fᵢ/L) ≤ fᵢ(x) − |∇fᵢ|²/(2L) on the terms themselves: doubled until
/// it holds, and lowered by 2^(−1/n) a step. Every few passes the whole gradient is asked for; what is reported is the
/// point of the smallest value.
///
/// **Needs** values and gradients of the terms of a sum. **Keeps** one gradient a term: n·d numbers.
/// **Guarantee** E|x − x*|² falls by 1 − 1/(n + 4L̄/m) a step where f − ½m|x|² is convex; E f − f* = O(n/k) for convex f.
/// **Reference** X. Qian, Z. Qu & P. Richtárik, *SAGA with arbitrary sampling*, ICML 2019; A. Defazio, F. Bach & S. Lacoste-Julien, *SAGA: a fast incremental gradient method with support for
/// non-strongly convex composite objectives*, NIPS 2014; the search for L as in M. Schmidt, N. Le Roux & F. Bach,
/// *Minimizing finite sums with the stochastic average gradient*, Math. Prog. 162 (2017), §4.6.
public struct SAGA: Catalogued {
  /// γ in units of what is said above.
  public var step = 1.0
  /// L of every term; 0 takes the problem's, or searches for it.
  public var smoothness = 0.0
  /// Passes over the terms between two whole gradients.
  public var passes = 2.0

  public init() {}

  public static let card = Card(
    "saga", "one term of a sum a step, with a memory of all gradients",
    guarantee: "linear for strongly convex sums", reference: "Defazio, Bach & Lacoste-Julien 2014",
    trials: [Trial("least-squares-sum,n=5,m=40", answers: 20_000, value: 1e-10)])

  public static let settings: [Setting<Self>] = [
    Setting("step", \.step, in: 1e-6...10, "factor for the step of the theory"),
    Setting("smoothness", \.smoothness, in: 0...1e300, "L of every term; 0: the problem's, or found by search"),
    Setting("passes", \.passes, in: 0.01...1e6, "passes over the terms between two whole gradients"),
  ]

  /// Whole gradients without a better point after which rounding errors are all that is left.
  private static let patience = 100

  /// What the next answer is for.
  enum Phase: Sendable, Codable {
    /// Gradients of the first terms at the start fill the memory.
    case filling(Int)
    case stepping(Int)
    /// L is tested by a step along the term's own gradient.
    case testing(Int, Linearization<Vector>)
    case checking
    case ended(Claim)
  }

  /// The point, the memory of gradients with their mean, and the best point whose value is known.
  public struct State: Sendable, Codable {
    var x: Vector
    var memory: [Vector]
    var mean: Vector
    /// L where all terms share one.
    var smoothness: Double
    /// Σ pⱼ over the terms up to each, and γ, where every term has its Lᵢ.
    var shares: [Double] = []
    var rate = 0.0
    /// Whether L is searched for.
    var isSearching: Bool
    var stream: RandomStream
    var phase = Phase.filling(0)
    /// Steps until the whole gradient is asked for.
    var untilCheck: Int
    var best: Best?
    var termCount: Int
    /// Whole gradients in a row that were no better than the best.
    var idle = 0

    struct Best: Sendable, Codable {
      var point: Vector
      var value: Double
      var measure: Double
    }
  }

  /// At the start, with an empty memory.
  public func start(_ problem: FiniteSum, random: RandomStream) -> State {
    var state = State(
      x: problem.start, memory: [], mean: .zeros(problem.start.count), smoothness: smoothness > 0 ? smoothness : 1,
      isSearching: smoothness == 0 && problem.smoothness == nil, stream: random.child("terms"),
      untilCheck: interval(problem.termCount), termCount: problem.termCount)
    if smoothness == 0, let known = problem.smoothness {
      let n = Double(problem.termCount)
      let weights = known.map { n * problem.strongConvexity + 4 * $0 }
      let total = weights.reduce(0, +)
      var sum = 0.0
      state.shares = weights.map { weight in
        sum += weight / total
        return sum
      }
      state.rate = n / total
    }
    return state
  }

  /// A term at the point, a test step for L, or the whole.
  public func ask(_ s: inout State) -> TermCurve? {
    switch s.phase {
    case .filling(let i), .stepping(let i): .term(i, at: s.x)
    case .testing(let i, let here): .term(i, at: s.x - (1 / s.smoothness) * here.gradient)
    case .checking: .whole(at: s.x)
    case .ended: nil
    }
  }

  /// Fills the memory, makes a step, or keeps a better point.
  public func tell(_ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming TermCurve) {
    guard answer.value.isFinite, answer.gradient.isFinite else {
      if case .testing(let i, let here) = s.phase {
        s.smoothness *= 2
        return retest(&s, i, here)
      }
      s.phase = .ended(.failed)
      return
    }
    switch s.phase {
    case .filling(let i):
      add(1 / Double(s.termCount), answer.gradient, to: &s.mean)
      s.memory.append(answer.gradient)
      s.phase = i + 1 < s.termCount ? .filling(i + 1) : .checking
    case .stepping(let i):
      // Without a gradient nothing can be learned about L.
      if s.isSearching, answer.gradient.norm > 1e-8 {
        s.phase = .testing(i, answer)
      } else {
        move(&s, i, answer.gradient)
      }
    case .testing(let i, let here):
      let norm = here.gradient.norm
      if answer.value <= here.value - norm * norm / (2 * s.smoothness) + 4 * abs(here.value).ulp {
        s.smoothness *= exp2(-1 / Double(s.termCount))
        move(&s, i, here.gradient)
      } else {
        s.smoothness *= 2
        retest(&s, i, here)
      }
    case .checking: check(&s, answer)
    case .ended: preconditionFailure("saga was told an answer after its end")
    }
  }

  /// The best point whose value was asked for.
  public func report(_ s: State) -> Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = s.phase { claim = end }
    return Report(point: s.best?.point ?? s.x, value: s.best?.value, measure: s.best?.measure, claim: claim)
  }

  /// The next test of the same term, unless L has left the numbers.
  private func retest(_ s: inout State, _ i: Int, _ here: Linearization<Vector>) {
    s.phase = s.smoothness < 1e300 ? .testing(i, here) : .ended(.failed)
  }

  private func interval(_ count: Int) -> Int { max(1, Int(min(passes * Double(count), 1e15))) }

  /// x ← x − γ(g − aᵢ + ā), and the memory of term i.
  private func move(_ s: inout State, _ i: Int, _ gradient: Vector) {
    let rate = step * (s.shares.isEmpty ? 1 / (3 * s.smoothness) : s.rate)
    let share = s.shares.isEmpty ? 1 / Double(s.termCount) : s.shares[i] - (i > 0 ? s.shares[i - 1] : 0)
    var change = gradient
    add(-1, s.memory[i], to: &change)
    add(-rate / (Double(s.termCount) * share), change, to: &s.x)
    add(-rate, s.mean, to: &s.x)
    add(1 / Double(s.termCount), change, to: &s.mean)
    s.memory[i] = gradient
    s.untilCheck -= 1
    if s.untilCheck > 0 { draw(&s) } else { s.phase = .checking }
  }

  private func draw(_ s: inout State) {
    guard !s.shares.isEmpty else {
      s.phase = .stepping(s.stream.integer(below: s.termCount))
      return
    }
    let mark = s.stream.uniform()
    var (low, high) = (0, s.termCount - 1)
    while low < high {
      let middle = (low + high) / 2
      if s.shares[middle] > mark { high = middle } else { low = middle + 1 }
    }
    s.phase = .stepping(low)
  }

  private func check(_ s: inout State, _ answer: Linearization<Vector>) {
    let measure = answer.gradient.norm
    if s.best.map({ answer.value < $0.value || answer.value == $0.value && measure < $0.measure }) ?? true {
      s.best = State.Best(point: s.x, value: answer.value, measure: measure)
      s.idle = 0
    } else {
      s.idle += 1
    }
    if measure == 0 || s.idle == Self.patience {
      s.phase = .ended(measure == 0 ? .stationary : .stalled)
      return
    }
    s.untilCheck = interval(s.termCount)
    draw(&s)
  }

  private func add(_ a: Double, _ x: Vector, to y: inout Vector) {
    var target = y.elements.mutableSpan
    axpy(a, x.elements.span, &target)
  }
}
