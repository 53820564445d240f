// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// One barrier problem at work, in the variables v = (x, t), where every component of t stands in one row only:
///
///     min  f(v) − μ Σ ln(v − l) − μ Σ ln(u − v)    subject to  c(v) = g(x) − b + Σ aₖtₖ = 0
///
/// The program itself has t = s, the slacks of its inequalities. Feasibility restoration is the same engine with
/// t = (s, p, n) and an objective of its own, `elastic`. All functions are scaled.
///
/// **Reference** A. Wächter, L. T. Biegler, Math. Program. 106 (2006) 25–57; section numbers below are theirs.
struct BarrierEngine: Sendable {
  let rules: BarrierRules
  /// Dimensions of x, t and c.
  let n: Int
  let k: Int
  let m: Int
  /// Row and sign of each component of t.
  let privateRow: [Int32]
  let privateSign: [Double]
  var elastic: ElasticObjective?

  var lower: [Double]
  var upper: [Double]
  // The iterate.
  var v: [Double]
  var lowerDual: [Double]
  var upperDual: [Double]
  var y: [Double]
  // What is known there.
  var f = 0.0
  var c: [Double]
  /// ∇f by v; its part by x comes from the oracle unless the objective is elastic.
  var gradient: [Double]
  var jacobian: [Double] = []
  var hessian: [Double] = []
  /// ∇f + Jᵀy − z_l + z_u.
  var dualResidual: [Double]

  var control: BarrierControl
  var search = FilterSearch()
  var filter = Filter()

  // The search direction, and the one with a second-order correction.
  var step: BarrierStep
  var corrected: BarrierStep
  var correctedResidual: [Double]
  // The trial point.
  var trial: [Double]
  var trialF = 0.0
  var trialC: [Double]
  // Diagonal blocks of the system.
  var sigma: [Double]
  var softness: [Double]
  var right: [Double] = []

  /// An engine at the point `v`, which is moved into the interior of its bounds when `push` says so.
  init(
    rules: BarrierRules, n: Int, rows m: Int, privateRow: [Int32], privateSign: [Double], lower: [Double],
    upper: [Double], v: [Double]
  ) {
    self.rules = rules
    self.n = n
    self.m = m
    self.privateRow = privateRow
    self.privateSign = privateSign
    k = privateRow.count
    self.lower = lower
    self.upper = upper
    self.v = v
    let total = v.count
    let zeros = [Double](repeating: 0, count: total)
    let rowZeros = [Double](repeating: 0, count: m)
    lowerDual = zeros
    upperDual = zeros
    y = rowZeros
    c = rowZeros
    gradient = zeros
    dualResidual = zeros
    step = BarrierStep(total: total, rows: m)
    corrected = step
    correctedResidual = rowZeros
    trial = v
    trialC = rowZeros
    sigma = zeros
    softness = rowZeros
    control = BarrierControl(barrier: rules.initialBarrier, rules: rules)
  }

  var total: Int { n + k }

  // MARK: Functions

  /// c(v) from the scaled rows g(x) − b.
  func residual(rows g: [Double], at v: [Double], into c: inout [Double]) {
    for i in 0..<m { c[i] = g[i] }
    for t in 0..<k { c[Int(privateRow[t])] += privateSign[t] * v[n + t] }
  }

  /// The damped barrier objective (3.13 and §3.7).
  func barrier(_ f: Double, at v: [Double]) -> Double {
    let mu = control.barrier
    var logarithms = 0.0
    var distances = 0.0
    for j in 0..<v.count {
      let (l, u) = (lower[j], upper[j])
      if l > -.infinity {
        let s = safeSlack(v[j] - l, l)
        logarithms += BarrierMath.log(s)
        if u == .infinity { distances += s }
      }
      if u < .infinity {
        let s = safeSlack(u - v[j], u)
        logarithms += BarrierMath.log(s)
        if l == -.infinity { distances += s }
      }
    }
    return f - mu * logarithms + rules.damping * mu * distances
  }

  /// A slack that rounding has eaten counts as ε^¾ of its bound, which moves by as much when the point is taken (§3.5).
  @inline(__always)
  func safeSlack(_ slack: Double, _ bound: Double) -> Double {
    slack >= .ulpOfOne * min(1, control.barrier) ? slack : max(0, slack) + BarrierEngine.bump(bound)
  }

  static func bump(_ bound: Double) -> Double { 1.8e-12 * max(1, abs(bound)) }

  /// ‖c‖₁.
  func violation(_ c: [Double]) -> Double {
    var sum = 0.0
    for r in c { sum += abs(r) }
    return sum
  }

  /// Takes in ∇f and J at v, and all that follows from them.
  mutating func linearize(_ layout: ProgramLayout) {
    if let elastic { f = elastic.value(at: v, barrier: control.barrier, gradient: &gradient) }
    updateDualResidual(layout)
  }

  mutating func updateDualResidual(_ layout: ProgramLayout) {
    for j in 0..<total { dualResidual[j] = gradient[j] - lowerDual[j] + upperDual[j] }
    layout.addTransposedProduct(jacobian, y, to: &dualResidual)
    for t in 0..<k { dualResidual[n + t] += privateSign[t] * y[Int(privateRow[t])] }
  }

  // MARK: Errors (§2.1)

  /// The largest distance of a product of slack and multiplier from μ.
  func complementarity(_ mu: Double) -> Double {
    var largest = 0.0
    for j in 0..<total {
      if lower[j] > -.infinity { largest = max(largest, abs((v[j] - lower[j]) * lowerDual[j] - mu)) }
      if upper[j] < .infinity { largest = max(largest, abs((upper[j] - v[j]) * upperDual[j] - mu)) }
    }
    return largest
  }

  /// The parts of the error of the barrier problem that do not depend on μ.
  func measureErrors() -> BarrierErrors {
    var dual = 0.0
    var primal = 0.0
    var bounded = 0
    var boundSum = 0.0
    var rowSum = 0.0
    for j in 0..<total {
      dual = max(dual, abs(dualResidual[j]))
      if lower[j] > -.infinity { bounded += 1 }
      if upper[j] < .infinity { bounded += 1 }
      boundSum += lowerDual[j] + upperDual[j]
    }
    for i in 0..<m {
      primal = max(primal, abs(c[i]))
      rowSum += abs(y[i])
    }
    let largest = rules.largestMeanMultiplier
    let count = Double(m + bounded)
    return BarrierErrors(
      dual: dual.isFinite ? dual : .infinity, primal: primal,
      dualScale: count > 0 ? max(largest, (rowSum + boundSum) / count) / largest : 1,
      boundScale: bounded > 0 ? max(largest, boundSum / Double(bounded)) / largest : 1)
  }

  func error(_ e: BarrierErrors, barrier mu: Double) -> Double {
    max(e.dual / e.dualScale, e.primal, complementarity(mu) / e.boundScale)
  }

  // MARK: Barrier parameter (§2.1, monotone)

  /// Lowers μ while the barrier problem is solved well enough; true when it changed.
  mutating func updateBarrier(_ layout: ProgramLayout) -> Bool {
    var changed = false
    let least = rules.tolerance / 11
    while control.barrier > least, !(control.tinySteps < 2 && errorNow > rules.barrierErrorFactor * control.barrier) {
      let mu = control.barrier
      control.barrier = max(least, min(rules.barrierFactor * mu, BarrierMath.power(mu, rules.barrierPower)))
      control.boundaryFraction = max(rules.leastBoundaryFraction, 1 - control.barrier)
      control.tinySteps = 0
      filter.clear()
      changed = true
      if elastic != nil { linearize(layout) }
    }
    return changed
  }

  private var errorNow: Double { error(measureErrors(), barrier: control.barrier) }
}
