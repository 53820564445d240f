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
  private let costs: [Double]
  let lower: [Double]
  let upper: [Double]
  private let softness: Double
  private let isQuadratic: Bool
  /// Which entries of (x, s) have a finite lower bound and are no equation; the same for upper bounds.
  let lowerList: [Int32]
  let upperList: [Int32]
  private let isFixed: [Bool]
  private(set) var kkt: KKTMatrix
  var iterate: InteriorPointIterate
  private(set) var status = Status.running
  /// Residuals of the last evaluation, in the user's units.
  private(set) var measures = InteriorPointMeasures()
  private(set) var mu = 0.0
  private let scaling: InteriorPointUnits
  private var scratch: InteriorPointScratch
  private var lastStep = 1.0
  private var shift: Double
  private let corrections: Int

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
    isQuadratic = (qp.quadratic?.entryCount ?? 0) > 0
    scaling = InteriorPointUnits(qp, scales: scales, objectiveScale: kkt.objectiveScale, tolerance: tolerance)
    scratch = InteriorPointScratch(n: n, m: m, lower: lows.count, upper: ups.count)
    self.shift = shift
    self.corrections = corrections
    iterate = InteriorPointIterate(
      w: Buffer(repeating: 0, count: total), y: Buffer(repeating: 0, count: m),
      lowerSlack: Buffer(repeating: 1, count: lows.count), lowerDual: Buffer(repeating: 1, count: lows.count),
      upperSlack: Buffer(repeating: 1, count: ups.count), upperDual: Buffer(repeating: 1, count: ups.count))
  }

  // MARK: Starting point

  /// Mehrotra's start: a least-squares point near the bounds' projections of 0, then slacks and multipliers pushed inside.
  mutating func start() {
    let total = n + m
    for k in 0..<total {
      let reference = min(max(0, lower[k]), upper[k])
      iterate.w[k] = reference
      let bounded = lower[k] > -.infinity || upper[k] < .infinity
      scratch.diagonal[k] = kkt.fixedDiagonal[k]
      if k < n {
        if bounded { scratch.diagonal[k] += 1 }
        scratch.rhs[k] = -costs[k] + (bounded ? reference : 0)
      } else {
        if !isFixed[k] { scratch.diagonal[k] -= 1 }
        scratch.rhs[k] = reference
      }
    }
    guard factorizeAndSolve() else {
      status = .stalled
      return
    }
    for k in 0..<n { iterate.w[k] = scratch.solution[k] }
    for i in 0..<m {
      iterate.y[i] = -scratch.solution[n + i]
      // s = reference + v from the same system.
      if !isFixed[n + i] { iterate.w[n + i] -= iterate.y[i] }
    }
    pushInside()
    evaluate()
  }

  /// Moves w well inside its bounds, so that only the rows start violated, and gives every bound a multiplier that
  /// balances the gradient and makes no product of slack and multiplier small.
  private mutating func pushInside() {
    var violation = 0.0
    for k in 0..<n + m where !isFixed[k] {
      violation += max(0, lower[k] - iterate.w[k], iterate.w[k] - upper[k])
    }
    let count = lowerList.count + upperList.count
    guard count > 0 else { return }
    var size = 0.0
    for k in 0..<n + m where !isFixed[k] && (lower[k] > -.infinity || upper[k] < .infinity) { size += iterate.w[k] * iterate.w[k] }
    size = (size / Double(count)).squareRoot()
    let margin = max(1, size, 10 * violation / Double(count))
    for k in 0..<n + m where !isFixed[k] {
      let room = min(margin, 0.25 * (upper[k] - lower[k]))
      iterate.w[k] = min(max(iterate.w[k], lower[k] + room), upper[k] - room)
    }
    gradient()
    var total = 0.0
    for (p, k) in lowerList.enumerated() {
      iterate.lowerSlack[p] = iterate.w[Int(k)] - lower[Int(k)]
      total += max(0, scratch.gradient[Int(k)])
    }
    for (p, k) in upperList.enumerated() {
      iterate.upperSlack[p] = upper[Int(k)] - iterate.w[Int(k)]
      total += max(0, -scratch.gradient[Int(k)])
    }
    let floor = max(1, total / Double(count))
    for (p, k) in lowerList.enumerated() { iterate.lowerDual[p] = max(0, scratch.gradient[Int(k)]) + floor }
    for (p, k) in upperList.enumerated() { iterate.upperDual[p] = max(0, -scratch.gradient[Int(k)]) + floor }
  }

  // MARK: Residuals

  /// gradient ← (Qx + c − Aᵀy, y) and product ← Ax + softness·y.
  private mutating func gradient() {
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
    for i in 0..<m {
      let y = iterate.y[i]
      curvature += y * (scratch.product[i] - softness * y)
      softTerm += softness * y * y
      let residual = scratch.product[i] - iterate.w[n + i]
      scratch.rowResidual[i] = residual
      primal = max(primal, abs(residual) * scaling.primal[n + i])
      if isFixed[n + i] { dualValue += y * lower[n + i] }
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
      inner += t * z
    }
    var dual = 0.0
    for k in 0..<total where !isFixed[k] { dual = max(dual, abs(scratch.dualResidual[k]) * scaling.dual[k]) }
    let count = lowerList.count + upperList.count
    mu = count > 0 ? inner / Double(count) : 0
    measures.primal = primal
    measures.dual = dual
    measures.value = (linear + 0.5 * (curvature + softTerm)) / scaling.objectiveScale
    measures.bound = (dualValue - 0.5 * (curvature + softTerm)) / scaling.objectiveScale
    if measures.worst <= scaling.tolerance { status = .converged }
  }

  // MARK: One iteration

  /// One predictor-corrector iteration; changes nothing unless the status is running.
  mutating func step() {
    guard status == .running else { return }
    let total = n + m
    for k in 0..<total {
      scratch.theta[k] = 0
      scratch.diagonal[k] = kkt.fixedDiagonal[k]
    }
    for (p, k) in lowerList.enumerated() {
      scratch.theta[Int(k)] += iterate.lowerDual[p] / iterate.lowerSlack[p]
    }
    for (p, k) in upperList.enumerated() {
      scratch.theta[Int(k)] += iterate.upperDual[p] / iterate.upperSlack[p]
    }
    for k in 0..<n { scratch.diagonal[k] += scratch.theta[k] }
    for k in n..<total where !isFixed[k] { scratch.diagonal[k] -= 1 / scratch.theta[k] }
    guard kkt.factorize(diagonal: scratch.diagonal, shift: shift) else {
      status = .stalled
      return
    }
    for p in lowerList.indices { scratch.lowerTarget[p] = -iterate.lowerSlack[p] * iterate.lowerDual[p] }
    for p in upperList.indices { scratch.upperTarget[p] = -iterate.upperSlack[p] * iterate.upperDual[p] }
    var error = direction(rough: lowerList.count + upperList.count > 0)
    let count = lowerList.count + upperList.count
    let fraction = max(0.99, 1 - mu)
    var length: (primal: Double, dual: Double)
    if count > 0 {
      let affine = stepLengths(1)
      var inner = 0.0
      for p in lowerList.indices {
        inner +=
          (iterate.lowerSlack[p] + affine.primal * scratch.step.lowerSlack[p])
          * (iterate.lowerDual[p] + affine.dual * scratch.step.lowerDual[p])
      }
      for p in upperList.indices {
        inner +=
          (iterate.upperSlack[p] + affine.primal * scratch.step.upperSlack[p])
          * (iterate.upperDual[p] + affine.dual * scratch.step.upperDual[p])
      }
      let ratio = inner / Double(count) / mu
      let sigma = min(1, max(ratio * ratio * ratio, 1e-6))
      for p in lowerList.indices {
        scratch.lowerTarget[p] += sigma * mu - scratch.step.lowerSlack[p] * scratch.step.lowerDual[p]
      }
      for p in upperList.indices {
        scratch.upperTarget[p] += sigma * mu - scratch.step.upperSlack[p] * scratch.step.upperDual[p]
      }
      error = direction()
      length = stepLengths(fraction)
      if min(length.primal, length.dual) < 0.1 { recenter(fraction, &length) }
      centralize(max(sigma, 1e-3) * mu, fraction, &length)
    } else {
      length = stepLengths(fraction)
    }
    move(length.primal, length.dual)
    iterate.iteration += 1
    lastStep = min(length.primal, length.dual)
    evaluate()
    if !(error < 1e-2) || lastStep < 1e-9 || !mu.isFinite { status = status == .converged ? .converged : .stalled }
  }

  /// Where second-order terms block the way, a plain step towards the center: σ = ½ without them.
  private mutating func recenter(_ fraction: Double, _ length: inout (primal: Double, dual: Double)) {
    for p in lowerList.indices {
      scratch.lowerTarget[p] = 0.5 * mu - iterate.lowerSlack[p] * iterate.lowerDual[p]
    }
    for p in upperList.indices {
      scratch.upperTarget[p] = 0.5 * mu - iterate.upperSlack[p] * iterate.upperDual[p]
    }
    swap(&scratch.step, &scratch.kept)
    _ = direction()
    let new = stepLengths(fraction)
    if min(new.primal, new.dual) > min(length.primal, length.dual) {
      length = new
    } else {
      swap(&scratch.step, &scratch.kept)
    }
  }

  /// Gondzio's correctors: complementarity products that a longer step would throw far from the target are aimed back
  /// into [0.1, 10]·target; kept while the step grows. Reference: Gondzio, *Comput. Optim. Appl.* 6 (1996) 137–156.
  private mutating func centralize(
    _ target: Double, _ fraction: Double, _ length: inout (primal: Double, dual: Double)
  ) {
    for _ in 0..<corrections {
      if min(length.primal, length.dual) > 0.95 { return }
      let (p, d) = (min(1, length.primal * 1.1 + 0.1), min(1, length.dual * 1.1 + 0.1))
      func pull(_ t: Double, _ z: Double) -> Double {
        let product = t * z
        if product < 0.1 * target { return 0.1 * target - product }
        if product > 10 * target { return max(10 * target - product, -10 * target) }
        return 0
      }
      for i in lowerList.indices {
        scratch.lowerTarget[i] += pull(
          iterate.lowerSlack[i] + p * scratch.step.lowerSlack[i], iterate.lowerDual[i] + d * scratch.step.lowerDual[i])
      }
      for i in upperList.indices {
        scratch.upperTarget[i] += pull(
          iterate.upperSlack[i] + p * scratch.step.upperSlack[i], iterate.upperDual[i] + d * scratch.step.upperDual[i])
      }
      swap(&scratch.step, &scratch.kept)
      _ = direction()
      let new = stepLengths(fraction)
      guard new.primal + new.dual > length.primal + length.dual + 0.02 else {
        swap(&scratch.step, &scratch.kept)
        return
      }
      length = new
    }
  }

  private mutating func factorizeAndSolve() -> Bool {
    guard kkt.factorize(diagonal: scratch.diagonal, shift: shift) else { return false }
    return solve().isFinite
  }

  private mutating func solve(rough: Bool = false) -> Double {
    kkt.solve(
      scratch.rhs, into: &scratch.solution, residual: &scratch.residual, correction: &scratch.correction,
      diagonal: scratch.diagonal, steps: rough ? 1 : 3, tolerance: rough ? 1e-9 : 1e-12)
  }

  /// The Newton direction for the current complementarity targets; how exactly it was solved.
  private mutating func direction(rough: Bool = false) -> Double {
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
  private func stepLengths(_ fraction: Double) -> (primal: Double, dual: Double) {
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

  private mutating func move(_ primal: Double, _ dual: Double) {
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

  // MARK: Answers in the user's units

  /// x, unscaled.
  var point: [Double] { (0..<n).map { iterate.w[$0] * kkt.scales[$0] } }

  /// y, unscaled.
  var multipliers: [Double] { (0..<m).map { iterate.y[$0] * kkt.scales[n + $0] / kkt.objectiveScale } }
}
