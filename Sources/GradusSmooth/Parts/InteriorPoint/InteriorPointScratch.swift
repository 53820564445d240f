// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Numbers an iteration computes and the next one overwrites.
struct InteriorPointScratch: Sendable {
  var gradient: [Double]
  var product: [Double]
  var dualResidual: [Double]
  var rowResidual: [Double]
  var lowerResidual: [Double]
  var upperResidual: [Double]
  var lowerTarget: [Double]
  var upperTarget: [Double]
  var theta: [Double]
  var diagonal: [Double]
  var rhs: [Double]
  var solution: [Double]
  var residual: [Double]
  var correction: [Double]
  var work: [Double]
  var step: InteriorPointDirection
  /// The best direction so far while another one is tried.
  var kept: InteriorPointDirection

  init(n: Int, m: Int, lower: Int, upper: Int) {
    func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
    (gradient, dualResidual, theta, diagonal, rhs) = (
      zeros(n + m), zeros(n + m), zeros(n + m), zeros(n + m), zeros(n + m)
    )
    (solution, residual, correction, work) = (zeros(n + m), zeros(n + m), zeros(n + m), zeros(n + m))
    (product, rowResidual) = (zeros(m), zeros(m))
    (lowerResidual, lowerTarget, upperResidual, upperTarget) = (zeros(lower), zeros(lower), zeros(upper), zeros(upper))
    step = InteriorPointDirection(n: n, m: m, lower: lower, upper: upper)
    kept = step
  }
}

/// One Newton direction.
struct InteriorPointDirection: Sendable {
  var w: [Double]
  var y: [Double]
  var lowerSlack: [Double]
  var lowerDual: [Double]
  var upperSlack: [Double]
  var upperDual: [Double]

  init(n: Int, m: Int, lower: Int, upper: Int) {
    func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
    (w, y) = (zeros(n + m), zeros(m))
    (lowerSlack, lowerDual, upperSlack, upperDual) = (zeros(lower), zeros(lower), zeros(upper), zeros(upper))
  }
}

/// How far an iterate is from optimal, each part relative to what is allowed for it to be 1.
struct InteriorPointMeasures: Sendable {
  /// Largest violation of a row or bound, relative to max(1, |side|).
  var primal = Double.infinity
  /// Largest dual residual, relative to max(1, ‖c‖∞).
  var dual = Double.infinity
  var value = Double.infinity
  var bound = -Double.infinity

  /// A bound on |value − optimum|, relative to max(1, |value|).
  var gap = Double.infinity
  /// The largest of the three; NaN counts as infinite.
  var worst: Double {
    let w = max(primal, dual, gap)
    return w.isNaN || primal.isNaN || dual.isNaN || gap.isNaN ? .infinity : w
  }
}

/// Factors from scaled residuals to relative ones in the user's units.
struct InteriorPointUnits: Sendable {
  let primal: [Double]
  let dual: [Double]
  let objectiveScale: Double
  let tolerance: Double

  init(_ qp: ConvexQP, scales: [Double], objectiveScale: Double, tolerance: Double) {
    let n = qp.variableCount
    let largest = max(1, qp.costMagnitude ?? qp.costs.reduce(0) { max($0, abs($1)) })
    var primal = [Double](repeating: 1, count: scales.count)
    var dual = primal
    for k in scales.indices {
      // The stricter of two sides counts.
      let side = min(1e20, max(1, min(abs(qp.lower[k]), abs(qp.upper[k]))))
      if k < n {
        primal[k] = scales[k] / side
        dual[k] = 1 / (scales[k] * objectiveScale * largest)
      } else {
        primal[k] = 1 / (scales[k] * side)
        // A multiplier of the wrong sign counts by what it adds to the dual equations of its row's variables.
        var entry = 1.0
        for p in qp.rows.range(ofColumn: k - n) { entry = max(entry, abs(qp.rows.values[p])) }
        dual[k] = entry * scales[k] / (objectiveScale * largest)
      }
    }
    self.primal = primal
    self.dual = dual
    self.objectiveScale = objectiveScale
    self.tolerance = tolerance
  }
}
