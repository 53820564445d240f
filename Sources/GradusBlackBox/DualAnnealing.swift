// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Generalized simulated annealing: jumps with heavy tails, and a local search from every better place.
///
///     u⁺ = u + j mod box,   j from Tsallis' visiting distribution of index q_v, its temperature falling in rounds:
///     T_k = T₀(2^(q_v−1) − 1)/((k + 2)^(q_v−1) − 1),    |j| ~ T_k^(1/(3−q_v)),   P(|j| > t) ~ t^(−(3−q_v)/(q_v−1))
///     a worse value is accepted with probability [1 − (1 − q_a)(f⁺ − f)(k + 1)/T_k]^(1/(1−q_a)), 0 where [·] < 0
///
/// A round makes n jumps of all coordinates and n of one; u are coordinates relative to the box, and those that leave it come
/// in again on the other side. When a round has found a new best, quasi-Newton descent by differences goes on from there; when
/// `patience` jumps in a row found none, it goes on from the best place of the last round. When T has fallen to `coldest` of
/// T₀ it is raised again, from a random point. Evaluations that fail are never accepted.
///
/// **Needs** values; a box with finite sides. **Keeps** two points, and n² numbers during a local search.
/// **Guarantee** none at a finite budget; local searches end at stationary points of smooth functions.
/// **Reference** C. Tsallis & D. A. Stariolo, Physica A 233 (1996); Y. Xiang, D. Y. Sun, W. Fan & X. G. Gong, Physics
/// Letters A 233 (1997), for the schedule and the constants.
public struct DualAnnealing: Catalogued, BoxMethod {
  /// q_v: how heavy the tails of jumps are.
  public var visit = 2.62
  /// q_a: the lower, the less often a worse value is accepted.
  public var accept = -5.0
  /// T₀.
  public var temperature = 5230.0
  /// The share of T₀ at which it is raised again.
  public var coldest = 2e-5
  /// Whether good places are searched locally.
  public var local = true
  /// Jumps without a new best after which the best place of a round is searched.
  public var patience = 1000

  public init() {}

  public static let card = Card(
    "dual-annealing", "annealing with heavy-tailed jumps and local searches",
    guarantee: "none; local searches end at stationary points of smooth functions", reference: "Xiang et al. 1997",
    trials: [
      Trial("sphere,n=10", answers: 500, value: 1e-10), Trial("rosenbrock,n=5", answers: 4_000, value: 1e-6),
      Trial("rastrigin,n=2", answers: 10_000, value: 1e-6), Trial("himmelblau", answers: 500, value: 1e-8),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("visit", \.visit, in: 1.01...2.99, "index of the distribution of jumps"),
    Setting("accept", \.accept, in: -1e4...(-1e-3), "index of the acceptance of worse values"),
    Setting("temperature", \.temperature, in: 1e-2...1e9, "first temperature"),
    Setting("coldest", \.coldest, in: 1e-12...0.99, "share of the first temperature at which it is raised again"),
    Setting("local", \.local, "search locally from good places"),
    Setting("patience", \.patience, in: 1...1e9, "jumps without a new best before the best of a round is searched"),
  ]

  /// The place, the jump that waits for its value, and the local search where one is under way.
  public struct State: Sendable, Codable {
    let box: UnitBox
    /// Coordinates whose side is not a point.
    let free: [Int]
    var random: RandomStream
    /// Unit coordinates and the value there.
    var current: [Double]
    var value = Double.infinity
    var trial: [Double]
    /// Jumps of this round, −1 for its first point, and rounds since the temperature was raised.
    var jump = -1
    var round = 0
    var hasImproved = false
    var idle = 0
    /// The best place of this round.
    var lowest: [Double]
    var lowestValue = Double.infinity
    var search: DifferenceDescent?
    var best: Incumbent
    var claim: Claim?
  }

  /// Begins at the start, or at a random point. Throws `Unsuitable` when a side is infinite.
  public func start(_ problem: BoxConstrained, random: RandomStream) throws -> State {
    let box = UnitBox(problem)
    guard box.lower.elements.allSatisfy(\.isFinite), box.upper.elements.allSatisfy(\.isFinite) else {
      throw Unsuitable(
        method: Self.card.name, needs: "finite bounds", found: "an infinite side",
        remedy: "Give bounds, or choose cma-es.")
    }
    var random = random.child("jumps")
    let best = Incumbent(problem)
    let first = problem.start == nil ? box.spread(&random) : box.coordinates(of: best.point).elements
    let free = first.indices.filter { box.upper[$0] > box.lower[$0] }
    return State(box: box, free: free, random: random, current: first, trial: first, lowest: first, best: best)
  }

  /// The jump, or the question of the local search.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    guard s.claim == nil else { return nil }
    guard let x = s.search?.question else { return Evaluate(point: s.box.point(at: s.trial)) }
    return Evaluate(point: s.box.point(at: spread(x, over: s)))
  }

  /// Accepts or refuses the jump, or goes on with the local search, and draws the next.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    let value = copy answer
    let isBest = s.best.hear(value, at: question.point)
    if s.free.isEmpty {
      s.claim = s.best.value == nil ? .failed : .exhausted
    } else if s.search != nil {
      hearSearch(&s, value)
    } else {
      hearJump(&s, value, isBest)
    }
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  // MARK: Jumps

  private func hearJump(_ s: inout State, _ value: Double, _ isBest: Bool) {
    s.idle = isBest ? 0 : s.idle + 1
    if isBest { s.hasImproved = true }
    if value.isFinite, value < s.lowestValue {
      s.lowestValue = value
      s.lowest = s.trial
    }
    if s.jump < 0 || isAccepted(value, &s) {
      s.current = s.trial
      s.value = value.isFinite ? value : .infinity
    }
    s.jump += 1
    guard s.jump >= 2 * s.free.count || s.jump == 0 && s.hasImproved && local else { return draw(&s) }
    finishRound(&s)
  }

  private func finishRound(_ s: inout State) {
    if s.jump > 0 { s.round += 1 }
    s.jump = 0
    defer { (s.hasImproved, s.lowestValue) = (false, .infinity) }
    if local, s.hasImproved, let value = s.best.value {
      return beginSearch(&s, at: s.box.coordinates(of: s.best.point).elements, value)
    }
    if local, s.idle >= patience, s.lowestValue.isFinite {
      s.idle = 0
      return beginSearch(&s, at: s.lowest, s.lowestValue)
    }
    goOn(&s)
  }

  /// The next jump, or a random point at the first temperature once this one is low.
  private func goOn(_ s: inout State) {
    guard heat(s.round) < coldest * temperature else { return draw(&s) }
    s.round = 0
    s.jump = -1
    s.trial = s.box.spread(&s.random)
  }

  private func heat(_ round: Int) -> Double {
    temperature * (pow(2, visit - 1) - 1) / (pow(Double(round) + 2, visit - 1) - 1)
  }

  private func isAccepted(_ answer: Double, _ s: inout State) -> Bool {
    guard answer.isFinite else { return false }
    if answer < s.value { return true }
    let rest = 1 - (1 - accept) * (answer - s.value) * Double(s.round + 1) / heat(s.round)
    return rest > 0 && s.random.uniform() <= pow(rest, 1 / (1 - accept))
  }

  /// Jumps from the current place: all coordinates, or one of them in the second half of a round.
  private func draw(_ s: inout State) {
    let n = s.free.count
    s.trial = s.current
    let scale = scale(heat(s.round))
    for i in s.jump < n ? s.free : [s.free[s.jump - n]] {
      let width = s.box.upper[i] - s.box.lower[i]
      var u = s.trial[i] - s.box.lower[i] + jump(scale, &s.random)
      u = u.truncatingRemainder(dividingBy: width)
      s.trial[i] = s.box.lower[i] + (u < 0 ? u + width : u)
    }
  }

  /// The factor of jumps at a temperature: Xiang et al., equation 4, as a quotient of normal numbers.
  private func scale(_ heat: Double) -> Double {
    let q = visit
    let spread = Double.pi.squareRoot() * pow(q - 1, 4 - q) / (pow(2, (2 - q) / (q - 1)) * (3 - q))
    return pow(spread * pow(heat, 1 / (q - 1)) / tgamma(1 / (q - 1) - 0.5), (q - 1) / (3 - q))
  }

  private func jump(_ scale: Double, _ random: inout RandomStream) -> Double {
    let jump = scale * random.normal() / pow(abs(random.normal()), (visit - 1) / (3 - visit))
    // Farther than this nothing is left of the place after the remainder.
    let limit = 1e8
    return abs(jump) < limit ? jump : limit * (2 * random.uniform() - 1)
  }

  // MARK: Local searches

  private func beginSearch(_ s: inout State, at u: [Double], _ value: Double) {
    s.search = DifferenceDescent(
      at: s.free.map { u[$0] }, value: value, lower: s.free.map { s.box.lower[$0] },
      upper: s.free.map { s.box.upper[$0] }, inverses: s.free.map { _ in 1e-4 })
  }

  private func hearSearch(_ s: inout State, _ value: Double) {
    s.search?.hear(value)
    guard let search = s.search, search.isOver else { return }
    if search.value <= s.value {
      s.value = search.value
      s.current = spread(search.x, over: s)
    }
    s.search = nil
    goOn(&s)
  }

  private func spread(_ x: [Double], over s: State) -> [Double] {
    var u = s.current
    for (k, i) in s.free.enumerated() { u[i] = x[k] }
    return u
  }
}
