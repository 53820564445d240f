// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension InteriorPointEngine {
  mutating func factorizeAndSolve() -> Bool {
    guard kkt.factorize(diagonal: scratch.diagonal, shift: shift) else { return false }
    return solve().isFinite
  }

  mutating func solve(rough: Bool = false) -> Double {
    kkt.solve(
      scratch.rhs, into: &scratch.solution, residual: &scratch.residual, correction: &scratch.correction,
      diagonal: scratch.diagonal, steps: rough ? 1 : 3, tolerance: rough ? 1e-9 : 1e-12)
  }

  /// The Newton direction for the current complementarity targets; how exactly it was solved.
  mutating func direction(rough: Bool = false) -> Double {
    let total = n + m
    for k in 0..<total { scratch.rhs[k] = -scratch.dualResidual[k] }
    for (p, k) in lowerList.enumerated() {
      scratch.rhs[Int(k)] +=
        (scratch.lowerTarget[p] - iterate.lowerDual[p] * scratch.lowerResidual[p]) / iterate.lowerSlack[p]
    }
    for (p, k) in upperList.enumerated() {
      scratch.rhs[Int(k)] -=
        (scratch.upperTarget[p] - iterate.upperDual[p] * scratch.upperResidual[p]) / iterate.upperSlack[p]
    }
    for k in n..<total {
      scratch.rhs[k] = -scratch.rowResidual[k - n] + (isFixed[k] ? 0 : scratch.rhs[k] / scratch.theta[k])
    }
    let error = solve(rough: rough)
    for k in 0..<n { scratch.step.w[k] = scratch.solution[k] }
    // ds = A·dx + softness·dy + rp, from the unshifted matrix.
    scratch.solution.withUnsafeBufferPointer { x in
      scratch.work.withUnsafeMutableBufferPointer { product in
        guard let x = x.baseAddress, let product = product.baseAddress else { return }
        kkt.multiply(x, into: product)
      }
    }
    for i in 0..<m {
      scratch.step.y[i] = -scratch.solution[n + i]
      scratch.step.w[n + i] = isFixed[n + i] ? 0 : scratch.work[n + i] + scratch.rowResidual[i]
      scratch.work[n + i] = scratch.step.y[i]
    }
    // What is left of the dual equations. Multipliers of active bounds take it up, and their slacks follow from
    // complementarity: there z/t would magnify rounding errors of the primal step, which may exceed t itself.
    for k in 0..<total { scratch.work[k] += scratch.dualResidual[k] }
    for (p, k) in lowerList.enumerated() {
      let (t, z) = (iterate.lowerSlack[p], iterate.lowerDual[p])
      let dt = scratch.step.w[Int(k)] + scratch.lowerResidual[p]
      scratch.step.lowerSlack[p] = dt
      let dz = (scratch.lowerTarget[p] - z * dt) / t
      scratch.step.lowerDual[p] = dz
      scratch.work[Int(k)] -= dz
    }
    for (p, k) in upperList.enumerated() {
      let (t, z) = (iterate.upperSlack[p], iterate.upperDual[p])
      let dt = -scratch.step.w[Int(k)] + scratch.upperResidual[p]
      scratch.step.upperSlack[p] = dt
      let dz = (scratch.upperTarget[p] - z * dt) / t
      scratch.step.upperDual[p] = dz
      scratch.work[Int(k)] += dz
    }
    for (p, k) in lowerList.enumerated() where iterate.lowerDual[p] > iterate.lowerSlack[p] {
      let dz = scratch.step.lowerDual[p] + scratch.work[Int(k)]
      scratch.step.lowerDual[p] = dz
      scratch.step.lowerSlack[p] = (scratch.lowerTarget[p] - iterate.lowerSlack[p] * dz) / iterate.lowerDual[p]
      scratch.work[Int(k)] = 0
    }
    for (p, k) in upperList.enumerated() where iterate.upperDual[p] > iterate.upperSlack[p] {
      let dz = scratch.step.upperDual[p] - scratch.work[Int(k)]
      scratch.step.upperDual[p] = dz
      scratch.step.upperSlack[p] = (scratch.upperTarget[p] - iterate.upperSlack[p] * dz) / iterate.upperDual[p]
      scratch.work[Int(k)] = 0
    }
    return error
  }

  /// How far slacks and multipliers stay positive, times `fraction`, at most 1. Equal for quadratic objectives, where a
  /// primal step changes the dual residual.
  func stepLengths(_ fraction: Double) -> (primal: Double, dual: Double) {
    func longest(_ x: [Double], _ d: [Double]) -> Double {
      var worst = 0.0
      for i in x.indices { worst = max(worst, -d[i] / x[i]) }
      return worst > 0 ? 1 / worst : .infinity
    }
    let primal = min(
      longest(iterate.lowerSlack.elements, scratch.step.lowerSlack),
      longest(iterate.upperSlack.elements, scratch.step.upperSlack))
    let dual = min(
      longest(iterate.lowerDual.elements, scratch.step.lowerDual),
      longest(iterate.upperDual.elements, scratch.step.upperDual))
    let (p, d) = (min(1, fraction * primal), min(1, fraction * dual))
    return isQuadratic ? (min(p, d), min(p, d)) : (p, d)
  }

  mutating func move(_ primal: Double, _ dual: Double) {
    for k in 0..<n + m { iterate.w[k] += primal * scratch.step.w[k] }
    for i in 0..<m { iterate.y[i] += dual * scratch.step.y[i] }
    for p in lowerList.indices {
      iterate.lowerSlack[p] += primal * scratch.step.lowerSlack[p]
      iterate.lowerDual[p] += dual * scratch.step.lowerDual[p]
    }
    for p in upperList.indices {
      iterate.upperSlack[p] += primal * scratch.step.upperSlack[p]
      iterate.upperDual[p] += dual * scratch.step.upperDual[p]
    }
  }
}
