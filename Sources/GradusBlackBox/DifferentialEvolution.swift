// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A population that moves along the differences of its own members, with rates that are remembered from success.
///
///     vᵢ = xᵢ + F(x_p − xᵢ) + F(x_r − x_s),   p among the best, r of the population, s of it and of the last losers
///     uᵢ takes each coordinate from vᵢ with probability CR, and at least one;   xᵢ ← uᵢ when it is no worse
///     F ∼ Cauchy(m_F, 0.1),   CR ∼ N(m_CR, 0.1),   m from a memory of means over what succeeded, weighted by the gain
///
/// A coordinate that leaves the box comes to rest halfway between the bound and its parent. A generation is handed out at
/// once. Evaluations that fail rank last. When all members have become equal up to rounding the population is drawn anew
/// around nothing but its best.
///
/// **Needs** values. **Keeps** two populations.
/// **Guarantee** none.
/// **Reference** R. Storn, K. Price, J. Global Optim. 11 (1997); R. Tanabe, A. Fukunaga, *Success-history based parameter
/// adaptation for differential evolution*, CEC 2013.
public struct DifferentialEvolution: Catalogued, BoxMethod, ParallelMethod {
  /// Members; 0 stands for 10 + 4d, at most 200.
  public var population = 0
  /// The share of the best that x_p is drawn from.
  public var best = 0.11
  /// Pairs of rates that are remembered.
  public var memory = 6

  public init() {}

  public static let card = Card(
    "differential-evolution", "moves along differences of a population, with remembered rates", guarantee: "none",
    reference: "Storn & Price 1997; Tanabe & Fukunaga 2013",
    trials: [
      Trial("sphere,n=10", answers: 12_000, value: 1e-8), Trial("rosenbrock,n=4", answers: 20_000, value: 1e-6),
      Trial("rastrigin,n=5", answers: 20_000, value: 1e-6),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 0...1e6, "members, 0 for 10 + 4d"),
    Setting("best", \.best, in: 0.001...1, "share of the best that members move to"),
    Setting("memory", \.memory, in: 1...1e4, "pairs of rates that are remembered"),
  ]

  /// A member in unit coordinates.
  struct Member: Sendable, Codable {
    var u: [Double]
    var value: Double
  }

  /// The rates of one trial.
  struct Rates: Sendable, Codable {
    var scale: Double
    var crossover: Double
  }

  /// The population, the losers, the memory, and the trials being answered.
  public struct State: Sendable, Codable, GenerationState {
    let box: UnitBox
    var random: RandomStream
    let size: Int
    var members: [Member] = []
    var losers: [[Double]] = []
    var memory: [Rates]
    var slot = 0
    var trials: [[Double]] = []
    var rates: [Rates] = []
    var generation: Generation
    var best: Incumbent
    var claim: Claim?
  }

  /// Spreads the first population over the box, with the start as its first member.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let n = box.dimension
    let size = max(5, population > 0 ? population : min(200, 10 + 4 * n))
    var s = State(
      box: box, random: random.child("moves"), size: size,
      memory: Array(repeating: Rates(scale: 0.5, crossover: 0.5), count: memory), generation: Generation([]),
      best: Incumbent(problem))
    if n == 0 { s.claim = .exhausted }
    spread(&s, first: problem.start.map { box.coordinates(of: problem.domain.projection(of: $0)).elements })
    return s
  }

  /// The next trial; nil while the last ones of a generation are awaited.
  public func ask(_ s: inout State) -> Evaluate<Vector>? { s.next() }

  /// Takes one value in; the last one of a generation selects and makes the next.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    guard s.completes(answer, at: question.point) else { return }
    if s.members.isEmpty {
      s.members = s.trials.indices.map { Member(u: s.trials[$0], value: s.generation.values[$0]) }
    } else {
      select(&s)
    }
    if isSpent(s) { spread(&s, first: s.box.coordinates(of: s.best.point).elements) } else { vary(&s) }
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  private func spread(_ s: inout State, first: [Double]?) {
    s.members = []
    s.losers = []
    s.trials = (0..<s.size).map { _ in s.box.spread(&s.random) }
    if let first { s.trials[0] = first }
    s.generation = Generation(s.trials.map { s.box.point(at: $0) })
  }

  private func select(_ s: inout State) {
    var gains: [(gain: Double, rates: Rates)] = []
    for i in s.members.indices {
      let (old, new) = (s.members[i].value, s.generation.values[i])
      guard new <= old else { continue }
      if new < old {
        s.losers.append(s.members[i].u)
        // From a failed evaluation every value is the same gain.
        gains.append((old.isFinite ? old - new : 1, s.rates[i]))
      }
      s.members[i] = Member(u: s.trials[i], value: new)
    }
    while s.losers.count > s.size { s.losers.remove(at: s.random.integer(below: s.losers.count)) }
    let total = gains.reduce(0) { $0 + $1.gain }
    guard total > 0, total.isFinite else { return }
    func mean(_ power: Double, _ path: (Rates) -> Double) -> Double {
      gains.reduce(0) { $0 + $1.gain / total * pow(path($1.rates), power) }
    }
    // The mean of squares over the mean leans towards large steps, which would die out otherwise.
    let (first, second) = (mean(1, \.scale), mean(2, \.scale))
    s.memory[s.slot] = Rates(scale: first > 0 ? second / first : 0.5, crossover: mean(1, \.crossover))
    s.slot = (s.slot + 1) % s.memory.count
  }

  private func isSpent(_ s: State) -> Bool {
    guard let first = s.members.first else { return false }
    return s.members.allSatisfy { member in
      member.value == first.value || zip(member.u, first.u).allSatisfy { abs($0 - $1) <= 4 * max($0.ulp, $1.ulp) }
    }
  }

  private func vary(_ s: inout State) {
    let n = s.box.dimension
    let order = s.members.indices.sorted { (s.members[$0].value, $0) < (s.members[$1].value, $1) }
    let top = max(2, Int((best * Double(s.size)).rounded()))
    s.trials = []
    s.rates = []
    for i in s.members.indices {
      let rates = drawn(&s)
      let p = order[s.random.integer(below: min(top, s.size))]
      let r = other(than: [i], below: s.size, &s.random)
      let k = other(than: [i, r], below: s.size + s.losers.count, &s.random)
      let loser = k < s.size ? s.members[k].u : s.losers[k - s.size]
      let parent = s.members[i].u
      let kept = s.random.integer(below: n)
      var u = parent
      for j in 0..<n where j == kept || s.random.uniform() < rates.crossover {
        let moved =
          parent[j] + rates.scale * (s.members[p].u[j] - parent[j]) + rates.scale * (s.members[r].u[j] - loser[j])
        let (low, high) = (s.box.lower[j], s.box.upper[j])
        u[j] = moved < low ? 0.5 * (low + parent[j]) : moved > high ? 0.5 * (high + parent[j]) : moved
      }
      s.trials.append(u)
      s.rates.append(rates)
    }
    s.generation = Generation(s.trials.map { s.box.point(at: $0) })
  }

  private func drawn(_ s: inout State) -> Rates {
    let center = s.memory[s.random.integer(below: s.memory.count)]
    var scale = 0.0
    // Cauchy by its quantile, drawn again where it is not positive.
    while scale <= 0 { scale = center.scale + 0.1 * tan(Double.pi * (s.random.uniform() - 0.5)) }
    let crossover = center.crossover + 0.1 * s.random.normal()
    return Rates(scale: min(scale, 1), crossover: min(max(crossover, 0), 1))
  }

  private func other(than taken: [Int], below count: Int, _ random: inout RandomStream) -> Int {
    while true {
      let k = random.integer(below: count)
      if !taken.contains(k) { return k }
    }
  }
}
