// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// [H Jᵀ; J 0] over free variables and active rows, with rows and columns scaled to largest entries near 1.
///
/// **Reference** D. Ruiz, Rutherford Appleton Laboratory report RAL-TR-2001-034.
struct EquilibratedKKT {
  private let active: ActiveSet
  /// The scaled H, both triangles.
  private var hessian: [(row: Int, column: Int, value: Double)] = []
  /// The scaled J, and its transpose.
  private var jacobian: SparseMatrix
  private var transposed: SparseMatrix
  /// By what each free variable and each active row was multiplied.
  private(set) var scales: [Double]
  private var rowScales: [Double]
  private var elimination: [Int]?

  init(upper: SparseMatrix, jacobian all: SparseMatrix, active: ActiveSet) {
    self.active = active
    jacobian = active.reduced(all)
    let n = active.free.count
    for (k, j) in active.free.enumerated() {
      for p in upper.range(ofColumn: j) {
        let i = active.freePlace[Int(upper.rows[p])]
        if i < 0 || upper.values[p] == 0 { continue }
        hessian.append((i, k, upper.values[p]))
        if i != k { hessian.append((k, i, upper.values[p])) }
      }
    }
    scales = [Double](repeating: 1, count: n)
    rowScales = [Double](repeating: 1, count: active.rows.count)
    transposed = jacobian
    for _ in 0..<10 { equilibrate(n) }
    transposed = jacobian.transposed()
  }

  private mutating func equilibrate(_ n: Int) {
    var largest = [Double](repeating: 0, count: n)
    var rowLargest = [Double](repeating: 0, count: rowScales.count)
    for e in hessian { largest[e.row] = max(largest[e.row], abs(e.value)) }
    for j in 0..<n {
      for p in jacobian.range(ofColumn: j) {
        let a = abs(jacobian.values[p])
        largest[j] = max(largest[j], a)
        rowLargest[Int(jacobian.rows[p])] = max(rowLargest[Int(jacobian.rows[p])], a)
      }
    }
    func root(_ a: Double) -> Double { a > 0 ? 1 / a.squareRoot() : 1 }
    let d = largest.map(root)
    let e = rowLargest.map(root)
    for k in hessian.indices { hessian[k].value *= d[hessian[k].row] * d[hessian[k].column] }
    for j in 0..<n {
      scales[j] *= d[j]
      for p in jacobian.range(ofColumn: j) { jacobian.values[p] *= d[j] * e[Int(jacobian.rows[p])] }
    }
    for i in rowScales.indices { rowScales[i] *= e[i] }
  }

  /// H + ρJᵀJ + shift·I; nil when it has too many entries.
  func penalized(_ rho: Double, shift: Double) -> SparseMatrix? {
    GramMatrix.adding(transposed, factor: rho, to: hessian, shift: shift)
  }

  /// The elimination order of the pattern that all penalized matrices share.
  mutating func order(_ matrix: SparseMatrix) -> [Int] {
    if let elimination { return elimination }
    let order = MinimumDegree.order(matrix)
    elimination = order
    return order
  }

  /// The Newton step of ∇f + Jᵀy = 0, c = 0 by the method of multipliers:
  ///
  ///     (H + ρJᵀJ)p = −(g + Jᵀq + ρJᵀc),   q ← q + ρ(Jp + c)
  func newtonStep(
    gradient: [Double], rows: [Double], _ factor: DefiniteFactor, penalty rho: Double
  ) -> (point: [Double], multipliers: [Double]) {
    let c = rows.indices.map { rows[$0] * rowScales[$0] }
    let g = gradient.indices.map { gradient[$0] * scales[$0] }
    var q = [Double](repeating: 0, count: c.count)
    var p = [Double](repeating: 0, count: g.count)
    var last = Double.infinity
    for _ in 0..<30 {
      let weights = Vector(q.indices.map { q[$0] + rho * c[$0] })
      let push = jacobian.transposedTimes(weights)
      p = factor.solve(g.indices.map { -g[$0] - push[$0] })
      let image = jacobian.times(Vector(p))
      var left = 0.0
      for i in q.indices {
        q[i] += rho * (image[i] + c[i])
        left = max(left, abs(image[i] + c[i]))
      }
      // Rows met to rounding, or as well as they can be.
      if !(left < 0.9 * last) { break }
      last = left
    }
    return (p.indices.map { p[$0] * scales[$0] }, q.indices.map { q[$0] * rowScales[$0] })
  }

  /// What rounding leaves of ∇f + Jᵀy at best.
  func rounding(_ x: Vector, _ derivatives: ConstrainedDerivatives, _ y: Vector) -> Double {
    var largest = 0.0
    for e in hessian {
      let h = abs(e.value) / (scales[e.row] * scales[e.column])
      largest = max(largest, h * max(1, abs(x[active.free[e.column]])))
    }
    var pushed = 0.0
    for j in active.free {
      for p in derivatives.jacobian.range(ofColumn: j) {
        pushed = max(pushed, abs(derivatives.jacobian.values[p] * y[Int(derivatives.jacobian.rows[p])]))
      }
    }
    return 1e-14 * largest + 1e-13 * pushed
  }
}
