// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Particles that drift to the place on which their values agree, with noise as large as they are apart.
///
///     c = Σ xᵢe^{−αE(xᵢ)}/Σ e^{−αE(xᵢ)}
///     drift     xᵢ ← xᵢ − λΔt(xᵢ − c) + σ√Δt(xᵢ − c)∘ξᵢ,   ξ ∼ N(0, I)
///     hopping   all xᵢ ∼ N(c, σ̃²I): c ≈ argmin E(x) + |x − c|²/(2ασ̃²), an implicit gradient step from values
///
/// α grows by a constant factor each round, so that the consensus moves from the mean to the best. A round is handed out at
/// once. Coordinates are relative to the box; evaluations that fail have no weight.
///
/// **Needs** values. **Keeps** the particles.
/// **Guarantee** in the limit of many particles, convergence in law to a global minimizer under a growth condition on E.
/// **Reference** R. Pinnau et al., Math. Models Methods Appl. Sci. 27 (2017); K. Riedl, T. Klock, C. Geldhauser, M. Fornasier,
/// *Gradient is all you need?*, arXiv:2306.09778 (2023), for hopping.
public struct ConsensusSearch: Catalogued, BoxMethod, ParallelMethod {
  /// N.
  public var population = 200
  /// λ.
  public var drift = 1.0
  /// σ.
  public var noise = 7.0
  /// Δt.
  public var step = 0.02
  /// The first α, relative to the spread of the first values.
  public var weight = 1e4
  /// The factor of α a round.
  public var growth = 1.0
  /// σ̃ relative to the box: all particles are drawn around the consensus each round; 0: they drift.
  public var hop = 0.0
  /// Whether noise is drawn coordinate by coordinate; otherwise it is as long as the distance to the consensus.
  public var anisotropic = true
  /// Particles begin between these shares of each side of the box.
  public var first = 0.0
  public var last = 1.0

  public init() {}

  public static let card = Card(
    "consensus-search", "particles that drift to a consensus weighted by their values",
    guarantee: "in law, for many particles, to a global minimizer", reference: "Pinnau et al. 2017; Riedl et al. 2023",
    trials: [
      Trial("sphere,n=4", answers: 120_000, value: 1e-4), Trial("rastrigin,n=3", answers: 120_000, value: 1e-2),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 2...1e6, "particles"),
    Setting("drift", \.drift, in: 0...1e3, "λ, the pull of the consensus"),
    Setting("noise", \.noise, in: 0...1e3, "σ, noise relative to the distance from the consensus"),
    Setting("step", \.step, in: 1e-6...1, "Δt"),
    Setting("weight", \.weight, in: 1e-6...1e15, "the first α, relative to the spread of the first values"),
    Setting("growth", \.growth, in: 0.5...2, "factor of α a round"),
    Setting(
      "hop", \.hop, in: 0...10, "standard deviation of hops around the consensus, relative to the box; 0 to drift"),
    Setting("anisotropic", \.anisotropic, "noise coordinate by coordinate"),
    Setting("first", \.first, in: 0...1, "share of each side at which particles begin"),
    Setting("last", \.last, in: 0...1, "share of each side up to which particles begin"),
  ]

  /// The particles in unit coordinates, α, and the round being answered.
  public struct State: Sendable, Codable, GenerationState {
    let box: UnitBox
    var random: RandomStream
    var particles: [[Double]]
    /// nil before the first round.
    var alpha: Double?
    var consensus: [Double]
    var generation: Generation
    var best: Incumbent
    var claim: Claim?
  }

  /// Spreads the particles over the box; hops begin at the start.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    var random = random.child("particles")
    let best = Incumbent(problem)
    let center = box.coordinates(of: best.point).elements
    var particles = (0..<population).map { _ in begin(box.spread(&random), box) }
    if problem.start != nil { particles[0] = center }
    var s = State(
      box: box, random: random, particles: particles, consensus: center, generation: Generation([]),
      best: best)
    if box.dimension == 0 { s.claim = .exhausted }
    if hop > 0 { jump(&s) }
    s.generation = Generation(s.particles.map { box.point(at: $0) })
    return s
  }

  /// The next particle's place; nil while the last ones of a round are awaited.
  public func ask(_ s: inout State) -> Evaluate<Vector>? { s.next() }

  /// Takes one value in; the last one of a round moves the particles.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    guard s.completes(answer, at: question.point) else { return }
    let values = s.generation.values.elements
    let sound = values.filter(\.isFinite)
    if let lowest = sound.min(), let highest = sound.max() {
      let spread = highest - lowest
      let alpha = s.alpha.map { $0 * growth } ?? weight / (spread > 0 && spread.isFinite ? spread : 1)
      s.alpha = alpha
      s.consensus = agreement(s.particles, values, lowest, alpha)
    }
    if hop > 0 { jump(&s) } else { move(&s) }
    if isAtRest(s) { s.claim = s.best.value == nil ? .failed : .stalled }
    s.generation = Generation(s.particles.map { s.box.point(at: $0) })
  }

  /// c: the place on which the particles agree; the start before the first round.
  public func consensus(_ s: State) -> Vector { s.box.point(at: s.consensus) }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  private func begin(_ u: [Double], _ box: UnitBox) -> [Double] {
    guard first > 0 || last < 1 else { return u }
    return u.indices.map { j in
      let (l, h) = (box.lower[j], box.upper[j])
      guard l.isFinite, h.isFinite, h > l else { return u[j] }
      let share = min(first, last) + abs(last - first) * (u[j] - l) / (h - l)
      return l + (h - l) * share
    }
  }

  /// c; the least value is subtracted first, so that no weight overflows and one is 1.
  private func agreement(_ particles: [[Double]], _ values: [Double], _ lowest: Double, _ alpha: Double) -> [Double] {
    var (sum, total) = ([Double](repeating: 0, count: particles[0].count), 0.0)
    for (particle, value) in zip(particles, values) where value.isFinite {
      let weight = exp(-alpha * (value - lowest))
      total += weight
      for j in sum.indices { sum[j] += weight * particle[j] }
    }
    return sum.map { $0 / total }
  }

  private func move(_ s: inout State) {
    let spread = noise * step.squareRoot()
    for i in s.particles.indices {
      let gaps = s.particles[i].indices.map { s.particles[i][$0] - s.consensus[$0] }
      let length = anisotropic ? 0 : gaps.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for j in gaps.indices {
        let moved =
          s.particles[i][j] - drift * step * gaps[j] + spread * (anisotropic ? gaps[j] : length) * s.random.normal()
        s.particles[i][j] = min(max(moved, s.box.lower[j]), s.box.upper[j])
      }
    }
  }

  private func jump(_ s: inout State) {
    for i in s.particles.indices {
      for j in s.consensus.indices {
        s.particles[i][j] = min(max(s.consensus[j] + hop * s.random.normal(), s.box.lower[j]), s.box.upper[j])
      }
    }
  }

  private func isAtRest(_ s: State) -> Bool {
    s.particles.allSatisfy { zip($0, s.consensus).allSatisfy { abs($0 - $1) <= 4 * max($0.ulp, $1.ulp) } }
  }
}
