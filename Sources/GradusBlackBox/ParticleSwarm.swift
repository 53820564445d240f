// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Particles that are drawn to the best places they and their neighbors have seen.
///
///     v ← wv + c₁r₁∘(p − x) + c₂r₂∘(g − x),   x ← x + v,   r uniform on [0, 1]
///
/// p is the best place of the particle, g that of its informants: `informants` random ones, drawn anew whenever nobody
/// improved. A particle that meets a bound stops there in that coordinate. A round of the swarm is handed out at once.
///
/// **Needs** values; only their order matters. **Keeps** three vectors a particle.
/// **Guarantee** none for an optimum; the particles come to rest for these constants.
/// **Reference** J. Kennedy, R. Eberhart, ICNN 1995; M. Clerc, J. Kennedy, IEEE Trans. Evol. Comput. 6 (2002), for w and c.
public struct ParticleSwarm: Catalogued, BoxMethod, ParallelMethod {
  /// Particles; 0 stands for 10 + 2√d.
  public var population = 0
  /// w.
  public var inertia = 0.7298
  /// c₁ and c₂.
  public var attraction = 1.49618
  /// Others that a particle hears of.
  public var informants = 3

  public init() {}

  public static let card = Card(
    "particle-swarm", "particles drawn to the best places that they and their neighbors have seen",
    guarantee: "particles come to rest; none for an optimum", reference: "Kennedy & Eberhart 1995",
    trials: [
      Trial("sphere,n=10", answers: 10_000, value: 1e-8), Trial("rosenbrock,n=2", answers: 8_000, value: 1e-4),
    ], invariances: [.monotone])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 0...1e6, "particles, 0 for 10 + 2√d"),
    Setting("inertia", \.inertia, in: 0...1, "w, the share of the velocity that is kept"),
    Setting("attraction", \.attraction, in: 0...4, "c, the pull of the best places"),
    Setting("informants", \.informants, in: 1...1e6, "others that a particle hears of"),
  ]

  /// Place, velocity and best place in unit coordinates.
  struct Particle: Sendable, Codable {
    var x: [Double]
    var v: [Double]
    var p: [Double]
    var value = Double.infinity
  }

  /// The swarm, who hears whom, and the round being answered.
  public struct State: Sendable, Codable, GenerationState {
    let box: UnitBox
    var random: RandomStream
    var particles: [Particle]
    var sources: [[Int]] = []
    var lowest = Double.infinity
    var generation: Generation
    var best: Incumbent
    var claim: Claim?
  }

  /// Spreads the swarm over the box, with one particle at the start.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let n = box.dimension
    let size = max(2, population > 0 ? population : 10 + Int(2 * Double(n).squareRoot()))
    var random = random.child("swarm")
    var particles: [Particle] = []
    for i in 0..<size {
      let x =
        i == 0 && problem.start != nil ? box.coordinates(of: Incumbent(problem).point).elements : box.spread(&random)
      let target = box.spread(&random)
      particles.append(Particle(x: x, v: zip(target, x).map { 0.5 * ($0 - $1) }, p: x))
    }
    var s = State(
      box: box, random: random, particles: particles,
      generation: Generation(particles.map { box.point(at: $0.x) }), best: Incumbent(problem))
    if n == 0 { s.claim = .exhausted }
    connect(&s)
    return s
  }

  /// The next particle's place; nil while the last ones of a round are awaited.
  public func ask(_ s: inout State) -> Evaluate<Vector>? { s.next() }

  /// Takes one value in; the last one of a round moves the swarm.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    guard s.completes(answer, at: question.point) else { return }
    for i in s.particles.indices where s.generation.values[i] < s.particles[i].value {
      s.particles[i].value = s.generation.values[i]
      s.particles[i].p = s.particles[i].x
    }
    let lowest = s.particles.map(\.value).min() ?? .infinity
    if lowest < s.lowest { s.lowest = lowest } else { connect(&s) }
    move(&s)
    if isAtRest(s) { s.claim = s.best.value == nil ? .failed : .stalled }
    s.generation = Generation(s.particles.map { s.box.point(at: $0.x) })
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  private func connect(_ s: inout State) {
    let size = s.particles.count
    var sources = (0..<size).map { [$0] }
    for i in 0..<size {
      for _ in 0..<min(informants, size) { sources[s.random.integer(below: size)].append(i) }
    }
    s.sources = sources
  }

  private func move(_ s: inout State) {
    let places = s.particles.map { (p: $0.p, value: $0.value) }
    for i in s.particles.indices {
      let g = s.sources[i].reduce(i) { places[$1].value < places[$0].value ? $1 : $0 }
      for j in 0..<s.box.dimension {
        let x = s.particles[i].x[j]
        var v =
          inertia * s.particles[i].v[j] + attraction * s.random.uniform() * (places[i].p[j] - x)
          + attraction * s.random.uniform() * (places[g].p[j] - x)
        let moved = min(max(x + v, s.box.lower[j]), s.box.upper[j])
        if moved != x + v { v = 0 }
        s.particles[i].x[j] = moved
        s.particles[i].v[j] = v
      }
    }
  }

  private func isAtRest(_ s: State) -> Bool {
    s.particles.allSatisfy { particle in
      zip(particle.x, particle.v).allSatisfy { abs($1) <= $0.ulp && abs($1) <= 1e-16 * max(1, abs($0)) }
    }
  }
}
