// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

extension BarrierEngine {
  /// Moves component j well inside its bounds (§3.6).
  static func pushed(_ value: Double, lower: Double, upper: Double, push: Double, fraction: Double) -> Double {
    var value = value
    if lower > -.infinity && upper < .infinity {
      let width = upper - lower
      let below = min(push * max(1, abs(lower)), fraction * width)
      let above = min(push * max(1, abs(upper)), fraction * width)
      value = min(max(value, lower + below), upper - above)
    } else if lower > -.infinity {
      value = max(value, lower + push * max(1, abs(lower)))
    } else if upper < .infinity {
      value = min(value, upper - push * max(1, abs(upper)))
    }
    return value
  }

  /// Multipliers of bounds: 1 each.
  mutating func startBoundDuals() {
    for j in 0..<total {
      lowerDual[j] = lower[j] > -.infinity ? 1 : 0
      upperDual[j] = upper[j] < .infinity ? 1 : 0
    }
  }

  /// y that makes ∇f + Jᵀy − z smallest in the least-squares sense; 0 where that is larger than `limit` (36).
  mutating func startMultipliers(_ layout: ProgramLayout, _ system: inout KKTSystem, limit: Double) {
    guard m > 0 else { return }
    for i in 0..<m { y[i] = 0 }
    updateDualResidual(layout)
    let ones = [Double](repeating: 1, count: total)
    let nothing = [Double](repeating: 0, count: hessian.count)
    for i in 0..<m { softness[i] = 0 }
    for t in 0..<k { softness[Int(privateRow[t])] += 1 }
    let inertia = system.factorize(
      hessian: nothing, jacobian: jacobian, diagonal: ones, shift: 0, softness: softness, softening: 0,
      threshold: control.threshold)
    if let inertia, inertia.zero == 0 {
      right = [Double](repeating: 0, count: n + m)
      for j in 0..<n { right[j] = -dualResidual[j] }
      for t in 0..<k { right[n + Int(privateRow[t])] += privateSign[t] * dualResidual[n + t] }
      if system.solve(&right) <= 1e-5 {
        var largest = 0.0
        for i in 0..<m { largest = max(largest, abs(right[n + i])) }
        if largest <= limit { for i in 0..<m { y[i] = right[n + i] } }
      }
    }
    updateDualResidual(layout)
  }

  // MARK: Feasibility restoration (§3.3)

  /// The problem of least violation near the present iterate, with its own iterate:
  ///
  ///     min  ρ Σ(p + n) + ½√μ ‖D(v − v_R)‖²   subject to   c(v) − p + n = 0,  p, n ≥ 0
  func restoration() -> BarrierEngine {
    let infinite = [Double](repeating: .infinity, count: 2 * m)
    var worst = 0.0
    for r in c { worst = max(worst, abs(r)) }
    let mu = max(control.barrier, worst)
    let rho = rules.elasticPenalty
    var excess: [Double] = []
    var shortage: [Double] = []
    for r in c {
      // (33) and p = c + n.
      let h = (mu - rho * r) / (2 * rho)
      let n = h + (h * h + mu * r / (2 * rho)).squareRoot()
      shortage.append(n)
      excess.append(r + n)
    }
    let every = (0..<m).map { Int32($0) }
    var engine = BarrierEngine(
      rules: rules, n: n, rows: m, privateRow: privateRow + every + every,
      privateSign: privateSign + [Double](repeating: -1, count: m) + [Double](repeating: 1, count: m),
      lower: lower + [Double](repeating: 0, count: 2 * m), upper: upper + infinite, v: v + excess + shortage)
    engine.elastic = ElasticObjective(
      penalty: rho,
      weights: v.map {
        let scale = min(1, 1 / abs($0))
        return scale * scale
      }, center: v)
    engine.control = BarrierControl(barrier: mu, rules: rules)
    for j in 0..<total {
      engine.lowerDual[j] = min(rho, lowerDual[j])
      engine.upperDual[j] = min(rho, upperDual[j])
    }
    for j in total..<engine.total { engine.lowerDual[j] = mu / engine.v[j] }
    engine.jacobian = jacobian
    engine.hessian = hessian
    // c(v) − p + n is zero by the choice of p and n.
    for i in 0..<m { engine.c[i] = c[i] - excess[i] + shortage[i] }
    return engine
  }

  /// The violation of the rows without p and n.
  var bareResidual: [Double] {
    var bare = c
    for t in (k - 2 * m)..<k { bare[Int(privateRow[t])] -= privateSign[t] * v[n + t] }
    return bare
  }

  /// Goes on from the point that a restoration has reached.
  mutating func resume(from restored: BarrierEngine) {
    let mu = control.barrier
    let tau = control.boundaryFraction
    var alpha = 1.0
    var change = BarrierStep(total: total, rows: 0)
    for j in 0..<total {
      let d = restored.v[j] - v[j]
      if lower[j] > -.infinity {
        let s = v[j] - lower[j]
        change.lowerDual[j] = mu / s - lowerDual[j] - lowerDual[j] / s * d
        if change.lowerDual[j] < 0 { alpha = min(alpha, tau * lowerDual[j] / -change.lowerDual[j]) }
      }
      if upper[j] < .infinity {
        let s = upper[j] - v[j]
        change.upperDual[j] = mu / s - upperDual[j] + upperDual[j] / s * d
        if change.upperDual[j] < 0 { alpha = min(alpha, tau * upperDual[j] / -change.upperDual[j]) }
      }
    }
    var largest = 0.0
    for j in 0..<total {
      lowerDual[j] += alpha * change.lowerDual[j]
      upperDual[j] += alpha * change.upperDual[j]
      largest = max(largest, lowerDual[j], upperDual[j])
      v[j] = restored.v[j]
      // Room that the restoration made for itself.
      lower[j] = min(lower[j], restored.lower[j])
      upper[j] = max(upper[j], restored.upper[j])
    }
    if largest > 1000 { startBoundDuals() }
    c = restored.bareResidual
    for i in 0..<m { y[i] = 0 }
    control.iteration += 1
  }
}
