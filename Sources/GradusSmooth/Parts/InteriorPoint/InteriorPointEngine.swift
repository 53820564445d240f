// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A primal-dual interior-point method for convex quadratic programs, one iteration at a time.
///
/// Slacks of finite bounds are variables of their own, t = w − L and u = U − w, that need not agree with w before a full
/// step was taken. With multipliers z, v of these bounds and y of the rows, each iteration solves the Newton equations of
///
///     Qx + c − Aᵀy − z + v = 0,   y − z + v = 0 (rows),   Ax = s,   t = w − L,   u = U − w,   tz = uv = σμ
///
/// twice: once with σ = 0 to see how far one gets, then with σ = (μ_affine/μ)³ and the second-order terms of the first
/// direction. References: Mehrotra, *SIAM J. Optim.* 2 (1992) 575–601; Gertz & Wright, *ACM TOMS* 29 (2003) 58–81.
struct InteriorPointEngine: Sendable {
  enum Status: Sendable { case running, converged, stalled }

  let n: Int
  let m: Int
  let costs: [Double]
  let lower: [Double]
  let upper: [Double]
  let softness: Double
  /// Whether the dual step changes when the primal one is cut short.
  let isQuadratic: Bool
  /// Which entries of (x, s) have a finite lower bound and are no equation; the same for upper bounds.
  let lowerList: [Int32]
  let upperList: [Int32]
  let isFixed: [Bool]
  var kkt: KKTMatrix
  var iterate: InteriorPointIterate
  var status = Status.running
  /// Residuals of the last evaluation, in the user's units.
  var measures = InteriorPointMeasures()
  var mu = 0.0
  let scaling: InteriorPointUnits
  var scratch: InteriorPointScratch
  var lastStep = 1.0
  var shift: Double
  let corrections: Int

  init(_ qp: ConvexQP, tolerance: Double, shift: Double = 1e-9, corrections: Int = 2) {
    n = qp.variableCount
    m = qp.rowCount
    kkt = KKTMatrix(qp)
    let total = n + m
    let scales = kkt.scales
    var scaledCosts = qp.costs
    var low = qp.lower
    var up = qp.upper
    var fixed = [Bool](repeating: false, count: total)
    var (lows, ups): ([Int32], [Int32]) = ([], [])
    for k in 0..<total {
      let s = k < n ? 1 / scales[k] : scales[k]
      if k < n { scaledCosts[k] *= scales[k] * kkt.objectiveScale }
      fixed[k] = k >= n && low[k] == up[k]
      low[k] *= s
      up[k] *= s
      if fixed[k] { continue }
      if low[k] > -.infinity { lows.append(Int32(k)) }
      if up[k] < .infinity { ups.append(Int32(k)) }
    }
    costs = scaledCosts
    (lower, upper, isFixed, lowerList, upperList) = (low, up, fixed, lows, ups)
    softness = qp.slackness
    isQuadratic = (qp.quadratic?.entryCount ?? 0) > 0 || qp.slackness > 0
    scaling = InteriorPointUnits(qp, scales: scales, objectiveScale: kkt.objectiveScale, tolerance: tolerance)
    scratch = InteriorPointScratch(n: n, m: m, lower: lows.count, upper: ups.count)
    self.shift = shift
    self.corrections = corrections
    iterate = InteriorPointIterate(
      w: Buffer(repeating: 0, count: total), y: Buffer(repeating: 0, count: m),
      lowerSlack: Buffer(repeating: 1, count: lows.count), lowerDual: Buffer(repeating: 1, count: lows.count),
      upperSlack: Buffer(repeating: 1, count: ups.count), upperDual: Buffer(repeating: 1, count: ups.count))
  }

  /// Goes on from a saved iterate; false when its lengths do not fit.
  mutating func resume(from saved: InteriorPointIterate) -> Bool {
    guard saved.w.count == n + m, saved.y.count == m, saved.lowerSlack.count == lowerList.count,
      saved.lowerDual.count == lowerList.count, saved.upperSlack.count == upperList.count,
      saved.upperDual.count == upperList.count
    else { return false }
    iterate = saved
    evaluate()
    return true
  }

  // MARK: Residuals

  /// gradient ← (Qx + c − Aᵀy, y) and product ← Ax + softness·y.
  mutating func gradient() {
    let total = n + m
    for k in 0..<n { scratch.work[k] = iterate.w[k] }
    for i in 0..<m { scratch.work[n + i] = -iterate.y[i] }
    scratch.work.withUnsafeBufferPointer { x in
      scratch.gradient.withUnsafeMutableBufferPointer { g in
        guard let x = x.baseAddress, let g = g.baseAddress else { return }
        kkt.multiply(x, into: g)
      }
    }
    for i in n..<total {
      scratch.product[i - n] = scratch.gradient[i]
      scratch.gradient[i] = iterate.y[i - n]
    }
    for k in 0..<n { scratch.gradient[k] += costs[k] }
  }

  /// All residuals, μ and the measures at the current iterate.
  mutating func evaluate() {
    gradient()
    let total = n + m
    var curvature = 0.0
    var linear = 0.0
    for k in 0..<n {
      curvature += iterate.w[k] * (scratch.gradient[k] - costs[k])
      linear += iterate.w[k] * costs[k]
    }
    var softTerm = 0.0
    var dualValue = 0.0
    var primal = 0.0
    // What infeasibility may add to the difference of the objectives, free of cancellation.
    var drift = 0.0
    for i in 0..<m {
      let y = iterate.y[i]
      curvature += y * (scratch.product[i] - softness * y)
      softTerm += softness * y * y
      let residual = scratch.product[i] - iterate.w[n + i]
      scratch.rowResidual[i] = residual
      primal = max(primal, abs(residual) * scaling.primal[n + i])
      if isFixed[n + i] { dualValue += y * lower[n + i] }
      drift += abs(y * residual)
    }
    for k in 0..<total { scratch.dualResidual[k] = scratch.gradient[k] }
    var inner = 0.0
    for (p, k) in lowerList.enumerated() {
      let k = Int(k)
      let (t, z) = (iterate.lowerSlack[p], iterate.lowerDual[p])
      let residual = iterate.w[k] - lower[k] - t
      scratch.lowerResidual[p] = residual
      primal = max(primal, abs(residual) * scaling.primal[k])
      scratch.dualResidual[k] -= z
      dualValue += z * lower[k]
      drift += abs(z * residual)
      inner += t * z
    }
    for (p, k) in upperList.enumerated() {
      let k = Int(k)
      let (t, z) = (iterate.upperSlack[p], iterate.upperDual[p])
      let residual = upper[k] - iterate.w[k] - t
      scratch.upperResidual[p] = residual
      primal = max(primal, abs(residual) * scaling.primal[k])
      scratch.dualResidual[k] += z
      dualValue -= z * upper[k]
      drift += abs(z * residual)
      inner += t * z
    }
    var dual = 0.0
    for k in 0..<total where !isFixed[k] {
      dual = max(dual, abs(scratch.dualResidual[k]) * scaling.dual[k])
      drift += abs(scratch.dualResidual[k] * iterate.w[k])
    }
    let count = lowerList.count + upperList.count
    mu = count > 0 ? inner / Double(count) : 0
    measures.primal = primal
    measures.dual = dual
    measures.value = (linear + 0.5 * (curvature + softTerm)) / scaling.objectiveScale
    measures.bound = (dualValue - 0.5 * (curvature + softTerm)) / scaling.objectiveScale
    measures.gap = (inner + drift) / scaling.objectiveScale / max(1, abs(measures.value))
    if measures.worst <= scaling.tolerance { status = .converged }
  }

  // MARK: Answers in the user's units

  /// x, unscaled.
  var point: [Double] {
    (0..<n).map {
      let x = iterate.w[$0] * kkt.scales[$0]
      return x.isFinite ? x : 0
    }
  }

  /// y, unscaled.
  var multipliers: [Double] { (0..<m).map { iterate.y[$0] * kkt.scales[n + $0] / kkt.objectiveScale } }
}
