// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The rows of a nonlinear program as a smooth penalty with multipliers, scaled:
///
///     L(x) = σf(x) + ½ρ Σ ((vᵢ − P(vᵢ))² − (λᵢ/ρ)²),   v = c(x) + λ/ρ,  P: onto [lower, upper]
///     ∇L = σ∇f + Jᵀλ⁺,   λ⁺ = ρ(v − P(v))
///
/// Equations, one-sided and two-sided rows are one formula. The errors of a point are |c − P(v)|: violation and
/// complementarity at once.
///
/// **Reference** R. T. Rockafellar, *Augmented Lagrange multiplier functions and duality in nonconvex programming*, SIAM J.
/// Control 12 (1974).
struct PenalizedRows: Sendable, Codable {
  /// σ.
  var objectiveScale = 1.0
  var scales: Vector
  /// Scaled sides.
  private(set) var lower: Vector
  private(set) var upper: Vector
  /// λ.
  var multipliers: Vector
  /// ρ.
  var penalty = 10.0

  /// No multipliers, no scaling.
  init(_ program: NonlinearProgram) {
    lower = program.rowLower
    upper = program.rowUpper
    scales = Vector(repeating: 1, count: lower.count)
    multipliers = .zeros(lower.count)
  }

  /// Scales objective and rows so that no first derivative exceeds `limit`.
  mutating func scale(by first: ConstrainedDerivatives, limit: Double = 100) {
    let size = first.gradient.maximumMagnitude
    if size > limit { objectiveScale = max(1e-8, limit / size) }
    var largest = Vector.zeros(scales.count)
    for p in first.jacobian.values.indices {
      let i = Int(first.jacobian.rows[p])
      largest[i] = max(largest[i], abs(first.jacobian.values[p]))
    }
    for i in largest.indices where largest[i] > limit {
      scales[i] = max(1e-8, limit / largest[i])
      lower[i] *= scales[i]
      upper[i] *= scales[i]
    }
  }

  /// The side nearest to a value of row i, or the value itself between both.
  private func projected(_ v: Double, _ i: Int) -> Double { min(max(v, lower[i]), upper[i]) }

  func value(_ values: ConstrainedValues) -> Double {
    var sum = 0.0
    for i in multipliers.indices {
      let shift = multipliers[i] / penalty
      let v = scales[i] * values.constraints[i] + shift
      let out = v - projected(v, i)
      sum += (out - shift) * (out + shift)
    }
    return objectiveScale * values.objective + 0.5 * penalty * sum
  }

  /// λ⁺.
  func updated(_ values: ConstrainedValues) -> Vector {
    Vector(
      multipliers.indices.map { i in
        let v = scales[i] * values.constraints[i] + multipliers[i] / penalty
        return penalty * (v - projected(v, i))
      })
  }

  /// σ∇f + Jᵀy for scaled multipliers y.
  func slope(_ derivatives: ConstrainedDerivatives, _ y: Vector) -> Vector {
    let scaled = Vector(y.indices.map { scales[$0] * y[$0] })
    return (objectiveScale * derivatives.gradient) + derivatives.jacobian.transposedTimes(scaled)
  }

  func linearization(_ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives) -> Linearization<Vector> {
    Linearization(value: value(values), gradient: slope(derivatives, updated(values)))
  }

  /// The largest |c − P(v)|.
  func error(_ values: ConstrainedValues) -> Double {
    var worst = 0.0
    for i in multipliers.indices {
      let c = scales[i] * values.constraints[i]
      worst = max(worst, abs(c - projected(c + multipliers[i] / penalty, i)))
    }
    return worst
  }

  /// c − P(c), scaled.
  func excess(_ values: ConstrainedValues) -> Vector {
    Vector(
      multipliers.indices.map { i in
        let c = scales[i] * values.constraints[i]
        return c - projected(c, i)
      })
  }
}

extension PenalizedRows {
  /// Σ |c − P(c)|, scaled.
  func totalExcess(_ values: ConstrainedValues) -> Double { excess(values).elements.reduce(0) { $0 + abs($1) } }

  /// True when, weighted so, the violation cannot be lessened by moves within the box to first order.
  func isStationary(_ y: Vector, _ derivatives: ConstrainedDerivatives, at x: Vector, in box: Box) -> Bool {
    let largest = max(y.maximumMagnitude, .leastNormalMagnitude)
    let weights = Vector(y.indices.map { scales[$0] * (y[$0] / largest) })
    let jacobian = derivatives.jacobian
    var size = 0.0
    for p in jacobian.values.indices { size = max(size, abs(jacobian.values[p] * weights[Int(jacobian.rows[p])])) }
    return box.projectedGradient(x, jacobian.transposedTimes(weights)) <= 5e-6 * size
  }

  /// Multipliers and reduced costs in the user's units and signs, ∂objective/∂side, for scaled multipliers y.
  func duals(
    _ y: Vector, _ derivatives: ConstrainedDerivatives, at x: Vector, in box: Box
  ) -> (multipliers: Vector, reducedCosts: Vector) {
    let slope = (1 / objectiveScale) * slope(derivatives, y)
    let costs = Vector(
      x.indices.map { j in
        let isHeld = (slope[j] > 0 && x[j] == box.lower[j]) || (slope[j] < 0 && x[j] == box.upper[j])
        return isHeld || box.lower[j] == box.upper[j] ? slope[j] : 0
      })
    return (Vector(y.indices.map { -scales[$0] * y[$0] / objectiveScale }), costs)
  }
}

extension NonlinearProgram {
  /// The largest violation of a row relative to max(1, |side|).
  func relativeViolation(_ rows: Vector) -> Double {
    var worst = 0.0
    for i in rows.indices {
      if rows[i] < rowLower[i] { worst = max(worst, (rowLower[i] - rows[i]) / max(1, abs(rowLower[i]))) }
      if rows[i] > rowUpper[i] { worst = max(worst, (rows[i] - rowUpper[i]) / max(1, abs(rowUpper[i]))) }
    }
    return worst
  }
}

extension Box {
  /// |x − P(x − g)|∞.
  func projectedGradient(_ x: Vector, _ g: Vector) -> Double {
    var worst = 0.0
    for i in x.indices { worst = max(worst, abs(x[i] - min(max(x[i] - g[i], lower[i]), upper[i]))) }
    return worst
  }
}
