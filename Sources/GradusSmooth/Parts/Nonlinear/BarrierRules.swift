// SPDX-License-Identifier: Apache-2.0

/// The constants of a barrier method, under the names of Wächter & Biegler (2006) where they have one there.
struct BarrierRules: Sendable, Codable {
  var tolerance = 1e-8
  var initialBarrier = 0.1
  /// κ_ε, κ_μ, θ_μ, τ_min.
  var barrierErrorFactor = 10.0
  var barrierFactor = 0.2
  var barrierPower = 1.5
  var leastBoundaryFraction = 0.99
  /// κ_d.
  var damping = 1e-5
  /// s_max.
  var largestMeanMultiplier = 100.0
  /// κ_Σ.
  var multiplierRange = 1e10
  /// γ_θ, γ_φ, δ, s_θ, s_φ, η_φ, γ_α.
  var violationMargin = 1e-5
  var objectiveMargin = 1e-8
  var switchingFactor = 1.0
  var violationPower = 1.1
  var objectivePower = 2.3
  var armijo = 1e-8
  var leastStepFactor = 0.05
  /// p_max, κ_soc.
  var corrections = 4
  var correctionFactor = 0.99
  /// ρ and ζ of restoration, and κ_resto.
  var elasticPenalty = 1000.0
  var requiredReduction = 0.9
}

/// The parts of the error of a barrier problem.
struct BarrierErrors: Sendable {
  var dual: Double
  var primal: Double
  /// s_d and s_c.
  var dualScale: Double
  var boundScale: Double
}

/// A Newton step of the primal-dual equations.
struct BarrierStep: Sendable {
  var v: [Double]
  var lowerDual: [Double]
  var upperDual: [Double]
  var y: [Double]

  init(total: Int, rows: Int) {
    v = [Double](repeating: 0, count: total)
    lowerDual = v
    upperDual = v
    y = [Double](repeating: 0, count: rows)
  }
}

/// Small numbers that steer the iteration.
struct BarrierControl: Sendable, Codable {
  var barrier: Double
  var boundaryFraction: Double
  var iteration = 0
  /// δ_w of the last factorization that needed one, and the δ_w and δ_c of the present one.
  var lastShift = 0.0
  var shift = 0.0
  var softening = 0.0
  /// Of the pivots; raised when a system was not solved accurately.
  var threshold = 1e-8
  /// θ_min and θ_max; the latter is −1 before the first measurement.
  var smallViolation = 0.0
  var largestViolation = -1.0
  var tinySteps = 0
  var noisySteps = 0
  var acceptable = 0
  var filterRejections = 0
  var filterResets = 0

  init(barrier: Double, rules: BarrierRules) {
    self.barrier = barrier
    boundaryFraction = max(rules.leastBoundaryFraction, 1 - barrier)
  }
}

/// The line search in progress.
struct FilterSearch: Sendable, Codable {
  var alpha = 1.0
  var largest = 1.0
  var least = 0.0
  /// ∇φᵀd, θ and φ at the iterate.
  var slope = 0.0
  var violation = 0.0
  var objective = 0.0
  /// Second-order corrections tried, and the violation before the last.
  var corrections = 0
  var correctedViolation = 0.0
  var isCorrected = false
  var correctedAlpha = 1.0
  var isTiny = false
  var trials = 0
}

/// ρ Σ(p + n) + ½ζ Σ wⱼ (vⱼ − rⱼ)², ζ = √μ: the objective of feasibility restoration (§3.3).
struct ElasticObjective: Sendable, Codable {
  var penalty: Double
  /// Of x and s; components beyond are p and n.
  var weights: [Double]
  var center: [Double]

  func value(at v: [Double], barrier mu: Double) -> Double {
    let zeta = mu.squareRoot()
    var sum = 0.0
    for j in weights.indices {
      let d = v[j] - center[j]
      sum += weights[j] * d * d
    }
    var elastic = 0.0
    for j in weights.count..<v.count { elastic += v[j] }
    return 0.5 * zeta * sum + penalty * elastic
  }

  func value(at v: [Double], barrier mu: Double, gradient: inout [Double]) -> Double {
    let zeta = mu.squareRoot()
    for j in weights.indices { gradient[j] = zeta * weights[j] * (v[j] - center[j]) }
    for j in weights.count..<v.count { gradient[j] = penalty }
    return value(at: v, barrier: mu)
  }
}
