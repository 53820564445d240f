// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Particles that find a minimum outside of where they began, and hops that step like gradients.
///
///     Rastrigin in 10 dimensions,  200 particles uniform in [1, 4]¹⁰,  σ = 7, Δt = 0.02, 600 rounds; found: |x|_∞ < 0.1
///     descent: restarts in [1, 4]¹⁰, 100 steps each, as many gradients as there were values; step tuned
///     hops on ½xᵀAx in the plane, condition up to 5: cosine of c⁺ − c with −Ac over 40 places
///
/// A seed makes 20 runs of each.
public struct ConsensusSystem: AtlasEntry {
  public static let system = "CBO and consensus hopping"
  public static let home = "consensus-search"
  public static let scale = AtlasScale(
    paper: "convergence in the limit of many particles, and a shallow network on MNIST",
    here: "Rastrigin in 10 dimensions, 20 runs of 120,000 values a seed (fast: 4 dimensions, 5 runs of 20,000)")
  public static let claims = [
    AtlasClaim(
      "found", "It finds the minimum outside of where its particles began in at least 19 of 20 runs.",
      metric: "share of runs", baseline: "gradient descent with restarts", .atLeast, 0.95, comparison: .value,
      requirement: .share(0.8)),
    AtlasClaim(
      "ahead", "Gradient descent with restarts finds it in at least 18 runs of 20 fewer.", metric: "share of runs",
      baseline: "gradient descent with restarts, tuned step", .atLeast, 0.9, comparison: .difference,
      requirement: .everySeed),
    AtlasClaim(
      "gradient", "A hop points along the negative gradient.", metric: "mean cosine", .atLeast, 0.95,
      comparison: .value, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("particles without noise, and a consensus that ignores values")

  public init() {}

  public func tune(_ trial: AtlasTrial) async throws -> Double {
    let steps = [3e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 3e-2, 0.1, 0.3]
    return try await AtlasTuning.best(of: steps, repeats: 1, on: trial) { step, random in
      try Self.descend(step, trial, random.child("descent")).value
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Double, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let runs = trial.size(fast: 5, claim: 20)
    let isHonest = subject == .system
    var (found, descended) = (0, 0)
    for k in 0..<runs {
      if try Self.gather(isHonest, trial, trial.random.child("consensus", k)) < 0.1 { found += 1 }
      if try Self.descend(tuned, trial, trial.random.child("descent", k)).distance < 0.1 { descended += 1 }
    }
    let (share, other) = (Double(found) / Double(runs), Double(descended) / Double(runs))
    let answers = Double(Self.rounds(trial) * 200)
    let budget = AtlasObservation.Budget(system: answers, baseline: answers)
    return [
      AtlasObservation("found", measured: share, baseline: other, budget: budget),
      AtlasObservation("ahead", measured: share, baseline: other, budget: budget),
      AtlasObservation("gradient", measured: try Self.cosine(isHonest, trial, trial.random.child("hops"))),
    ]
  }

  private static func dimension(_ trial: AtlasTrial) -> Int { trial.size(fast: 4, claim: 10) }
  private static func rounds(_ trial: AtlasTrial) -> Int { trial.size(fast: 100, claim: 600) }

  private static func rastrigin(_ x: Vector) -> Double {
    x.elements.reduce(0) { $0 + (10 + $1 * $1 - 10 * cos(2 * .pi * $1)) }
  }

  /// How far the best point lies from the minimum.
  private static func gather(_ isHonest: Bool, _ trial: AtlasTrial, _ stream: RandomStream) throws -> Double {
    var method = ConsensusSearch()
    // [1, 4] as a part of the box.
    (method.first, method.last) = (0.6, 0.9)
    if !isHonest { method.noise = 0 }
    let n = dimension(trial)
    let box = Box(lower: Vector(repeating: -5, count: n), upper: Vector(repeating: 5, count: n))
    var state = method.start(BoxConstrained(box), random: stream)
    for round in 0..<rounds(trial) {
      try trial.step(Double(round) / Double(rounds(trial)))
      for _ in 0..<method.population {
        guard let question = method.ask(&state) else { break }
        method.tell(&state, rastrigin(question.point), to: question)
      }
    }
    return method.consensus(state).maximumMagnitude
  }

  private static func descend(
    _ step: Double, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> (distance: Double, value: Double) {
    var random = stream
    var best = (distance: Double.infinity, value: Double.infinity)
    for restart in 0..<rounds(trial) * 2 {
      if restart % 100 == 0 { try trial.step(0.5) }
      var x = Vector((0..<dimension(trial)).map { _ in random.uniform(1, 4) })
      for _ in 0..<100 {
        for j in x.indices { x[j] -= step * (2 * x[j] + 20 * .pi * sin(2 * .pi * x[j])) }
      }
      let value = rastrigin(x)
      if value < best.value { best = (x.maximumMagnitude, value) }
    }
    return best
  }

  private static func cosine(_ isHonest: Bool, _ trial: AtlasTrial, _ stream: RandomStream) throws -> Double {
    var random = stream
    var total = 0.0
    let places = 40
    for k in 0..<places {
      try trial.step(Double(k) / Double(places))
      let (angle, condition) = (random.uniform(0, 2 * .pi), random.uniform(1, 5))
      let (c, s) = (cos(angle), sin(angle))
      func slope(_ x: Vector) -> Vector {
        let (u, v) = (c * x[0] + s * x[1], condition * (c * x[1] - s * x[0]))
        return [c * u - s * v, s * u + c * v]
      }
      var method = ConsensusSearch()
      method.hop = 0.01
      method.weight = isHonest ? 10 : 1e-6
      let start: Vector = [random.uniform(-4, 4), random.uniform(-4, 4)]
      let box = BoxConstrained(Box(lower: [-10, -10], upper: [10, 10]), start: start)
      var state = method.start(box, random: random.child("hop", k))
      for _ in 0..<method.population {
        guard let question = method.ask(&state) else { break }
        method.tell(&state, 0.5 * question.point.inner(slope(question.point)), to: question)
      }
      let (hop, gradient) = (method.consensus(state) - start, slope(start))
      total -= hop.inner(gradient) / max(hop.norm * gradient.norm, 1e-300)
    }
    return total / Double(places)
  }
}
