// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

extension BarrierEngine {
  /// The Newton step of the primal-dual equations, from a matrix of the right inertia (§3.1); false when no shift of the
  /// diagonal gives one.
  ///
  ///     [ H + Σ + δ_w   Jᵀ  ] [d]     [ ∇φ + Jᵀy ]
  ///     [ J            −δ_c ] [q] = − [    c     ]
  ///
  /// The components t are eliminated beforehand: each is a multiple of one row.
  mutating func findStep(_ layout: ProgramLayout, _ system: inout KKTSystem) -> Bool {
    for j in 0..<total {
      var s = 0.0
      if lower[j] > -.infinity { s += lowerDual[j] / (v[j] - lower[j]) }
      if upper[j] < .infinity { s += upperDual[j] / (upper[j] - v[j]) }
      sigma[j] = s
    }
    if let elastic {
      let zeta = control.barrier.squareRoot()
      for j in elastic.weights.indices { sigma[j] += zeta * elastic.weights[j] }
    }
    control.shift = 0
    control.softening = 0
    var attempts = 0
    while attempts < 60 {
      attempts += 1
      guard let inertia = factorize(&system) else { return false }
      let isSingular: Bool
      if inertia.zero > 0 || inertia.negative < m {
        isSingular = true
      } else if inertia.negative > m {
        isSingular = false
      } else if solve(layout, &system, residual: c, correcting: false) {
        if control.shift > 0 { control.lastShift = control.shift }
        return true
      } else if control.threshold < 1e-2 {
        control.threshold = min(1e-2, BarrierMath.power(control.threshold, 0.75))
        continue
      } else {
        isSingular = true
      }
      if isSingular && control.softening == 0 && m > 0 {
        control.softening = 1e-8 * BarrierMath.power(control.barrier, 0.25)
      } else if !raiseShift() {
        return false
      }
    }
    return false
  }

  private mutating func raiseShift() -> Bool {
    let last = control.lastShift
    if control.shift == 0 {
      control.shift = last == 0 ? 1e-4 : max(1e-20, last / 3)
    } else {
      control.shift *= last == 0 || 1e5 * last < control.shift ? 100 : 8
    }
    return control.shift <= 1e40
  }

  /// Factorizes with the present shifts.
  mutating func factorize(_ system: inout KKTSystem) -> Inertia? {
    for i in 0..<m { softness[i] = 0 }
    for t in 0..<k { softness[Int(privateRow[t])] += 1 / (sigma[n + t] + control.shift) }
    return system.factorize(
      hessian: hessian, jacobian: jacobian, diagonal: sigma, shift: control.shift, softness: softness,
      softening: control.softening, threshold: control.threshold)
  }

  /// The step for a residual of the rows in place of c, written over `corrected` or `step`; false when the system cannot
  /// be solved accurately.
  mutating func solve(
    _ layout: ProgramLayout, _ system: inout KKTSystem, residual: [Double], correcting: Bool
  ) -> Bool {
    let mu = control.barrier
    if right.count != n + m { right = [Double](repeating: 0, count: n + m) }
    var target = BarrierStep(total: 0, rows: 0)
    if correcting { swap(&target, &corrected) } else { swap(&target, &step) }
    for j in 0..<total {
      let r = -(dualResidual[j] + barrierTerm(j, mu) + lowerDual[j] - upperDual[j])
      if j < n { right[j] = r } else { target.v[j] = r }
    }
    for i in 0..<m { right[n + i] = -residual[i] }
    for t in 0..<k {
      right[n + Int(privateRow[t])] -= privateSign[t] * target.v[n + t] / (sigma[n + t] + control.shift)
    }
    let isAccurate = system.solve(&right) <= 1e-5
    if isAccurate { finishStep(layout, residual: residual, into: &target) }
    let isUsable = isAccurate && target.v.allSatisfy(\.isFinite)
    if correcting { swap(&target, &corrected) } else { swap(&target, &step) }
    return isUsable
  }

  /// What the solution `right` of the reduced system says about all components; `step.v` holds right-hand sides for t.
  private func finishStep(_ layout: ProgramLayout, residual: [Double], into step: inout BarrierStep) {
    let mu = control.barrier
    for j in 0..<n { step.v[j] = right[j] }
    for i in 0..<m { step.y[i] = right[n + i] }
    var image: [Double] = []
    if elastic == nil, k > 0 {
      image = [Double](repeating: 0, count: m)
      layout.addProduct(jacobian, step.v, to: &image)
    }
    for t in 0..<k {
      let (i, a, d) = (Int(privateRow[t]), privateSign[t], sigma[n + t] + control.shift)
      // A slack with little curvature follows from its row, one with much from its own equation: no cancellation.
      if elastic == nil && d < 1 {
        step.v[n + t] = a * (control.softening * step.y[i] - residual[i] - image[i])
      } else {
        step.v[n + t] = (step.v[n + t] - a * step.y[i]) / d
      }
    }
    for j in 0..<total {
      if lower[j] > -.infinity {
        let s = v[j] - lower[j]
        step.lowerDual[j] = mu / s - lowerDual[j] - lowerDual[j] / s * step.v[j]
      }
      if upper[j] < .infinity {
        let s = upper[j] - v[j]
        step.upperDual[j] = mu / s - upperDual[j] + upperDual[j] / s * step.v[j]
      }
    }
  }

  /// The derivative of the barrier and damping terms by component j.
  @inline(__always)
  func barrierTerm(_ j: Int, _ mu: Double) -> Double {
    var g = 0.0
    let (l, u) = (lower[j], upper[j])
    if l > -.infinity {
      g -= mu / (v[j] - l)
      if u == .infinity { g += rules.damping * mu }
    }
    if u < .infinity {
      g += mu / (u - v[j])
      if l == -.infinity { g -= rules.damping * mu }
    }
    return g
  }

  /// ∇φᵀd.
  func slope(along step: BarrierStep) -> Double {
    let mu = control.barrier
    var sum = 0.0
    for j in 0..<total { sum += (gradient[j] + barrierTerm(j, mu)) * step.v[j] }
    return sum
  }

  /// The longest step along d that keeps a fraction 1 − τ of every slack (15a).
  func primalStep(_ d: [Double]) -> Double {
    let tau = control.boundaryFraction
    var alpha = 1.0
    for j in 0..<total {
      if d[j] < 0 {
        if lower[j] > -.infinity, -d[j] * alpha > tau * (v[j] - lower[j]) { alpha = tau * (v[j] - lower[j]) / -d[j] }
      } else if d[j] > 0 {
        if upper[j] < .infinity, d[j] * alpha > tau * (upper[j] - v[j]) { alpha = tau * (upper[j] - v[j]) / d[j] }
      }
    }
    return alpha
  }

  /// The same for the multipliers of bounds (15b).
  func dualStep(_ step: BarrierStep) -> Double {
    let tau = control.boundaryFraction
    var alpha = 1.0
    for j in 0..<total {
      if step.lowerDual[j] < 0, -step.lowerDual[j] * alpha > tau * lowerDual[j] {
        alpha = tau * lowerDual[j] / -step.lowerDual[j]
      }
      if step.upperDual[j] < 0, -step.upperDual[j] * alpha > tau * upperDual[j] {
        alpha = tau * upperDual[j] / -step.upperDual[j]
      }
    }
    return alpha
  }
}
