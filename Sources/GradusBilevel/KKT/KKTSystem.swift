// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// ∂₁F of the conditions of a nonlinear program with a known active set, in all variables and multipliers:
///
///     free j    Σ H_jk·dx_k − Σ J_ij·dλ_i        held j        dx_j
///     active i  Σ J_ik·dx_k                      inactive i    dλ_i
struct KKTSystem: AdjointOperator {
  /// The upper triangle of ∇²f − Σ λᵢ∇²cᵢ.
  let hessian: SparseMatrix
  let jacobian: SparseMatrix
  let active: ActiveSet

  var variableCount: Int { jacobian.columnCount }
  var rowCount: Int { jacobian.columnCount + jacobian.rowCount }
  var columnCount: Int { rowCount }
  var operationsPerProduct: Int { 4 * (hessian.entryCount + jacobian.entryCount) }

  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let d = x.withUnsafeBufferPointer { Vector(Array($0)) }
    let (dx, dy) = halves(d)
    let top = hessian.symmetricTimes(dx) - jacobian.transposedTimes(dy)
    let bottom = jacobian.times(dx)
    let n = variableCount
    for j in 0..<n { y[j] = active.freePlace[j] >= 0 ? top[j] : d[j] }
    for i in bottom.indices { y[n + i] = active.rowPlace[i] >= 0 ? bottom[i] : d[n + i] }
  }

  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    let u = y.withUnsafeBufferPointer { Vector(Array($0)) }
    let (free, rows) = (onFree(u), onActive(u))
    let top = hessian.symmetricTimes(free) + jacobian.transposedTimes(rows)
    let bottom = jacobian.times(free)
    let n = variableCount
    for j in 0..<n { x[j] = top[j] + (active.freePlace[j] >= 0 ? 0 : u[j]) }
    for i in bottom.indices { x[n + i] = (active.rowPlace[i] >= 0 ? 0 : u[n + i]) - bottom[i] }
  }

  /// Variables and multipliers.
  func halves(_ z: Vector) -> (Vector, Vector) {
    let n = variableCount
    return (Vector(Array(z.elements[..<n])), Vector(Array(z.elements[n...])))
  }

  /// The entries of free variables, others zero.
  func onFree(_ z: Vector) -> Vector { Vector((0..<variableCount).map { active.freePlace[$0] >= 0 ? z[$0] : 0 }) }

  /// The entries of rows that hold, others zero.
  func onActive(_ z: Vector) -> Vector {
    Vector((0..<jacobian.rowCount).map { active.rowPlace[$0] >= 0 ? z[variableCount + $0] : 0 })
  }
}

/// Products with (∂₁F)⁻¹ and its transpose by one symmetric indefinite factorization over free variables and active rows:
///
///     [ H_FF  J_AFᵀ ; J_AF  0 ]·(dx_F, −dλ_A) = what is left after the rows and variables that are known
struct KKTInverse: AdjointOperator {
  let system: KKTSystem
  private let factor: SparseIndefinite
  private let values: [Double]

  /// Throws `FactorizationError` when the matrix is not finite.
  init(_ system: KKTSystem) throws(FactorizationError) {
    self.system = system
    let (active, n) = (system.active, system.active.free.count)
    var entries: [(row: Int, column: Int, value: Double)] = []
    for (k, j) in active.free.enumerated() {
      for p in system.hessian.range(ofColumn: j) {
        let i = active.freePlace[Int(system.hessian.rows[p])]
        // The upper triangle of the whole stays one: free variables keep their order.
        if i >= 0 { entries.append((i, k, system.hessian.values[p])) }
      }
      entries.append((k, k, 0))
      for p in system.jacobian.range(ofColumn: j) {
        let i = active.rowPlace[Int(system.jacobian.rows[p])]
        if i >= 0 { entries.append((k, n + i, system.jacobian.values[p])) }
      }
    }
    for i in active.rows.indices { entries.append((n + i, n + i, 0)) }
    let order = n + active.rows.count
    let upper = SparseMatrix(rowCount: order, columnCount: order, triplets: entries)
    var options = SparseIndefinite.Options()
    options.threshold = 0.01
    factor = try SparseIndefinite(upper, options: options)
    values = upper.values
  }

  /// True at a strict local minimum with independent constraints: as many negative eigenvalues as rows that hold.
  var isStrictMinimum: Bool {
    factor.inertia == Inertia(positive: system.active.free.count, negative: system.active.rows.count)
  }

  /// True when no pivot was zero.
  var isRegular: Bool { factor.inertia.positive + factor.inertia.negative == factor.order }

  var rowCount: Int { system.rowCount }
  var columnCount: Int { system.rowCount }
  var operationsPerProduct: Int { 8 * factor.factorEntryCount + system.operationsPerProduct }

  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let r = x.withUnsafeBufferPointer { Vector(Array($0)) }
    let (active, n) = (system.active, system.variableCount)
    // What is known: held variables and multipliers of rows that do not hold.
    var known = r
    for j in active.free { known[j] = 0 }
    for i in active.rows { known[n + i] = 0 }
    let (dx, dy) = system.halves(known)
    let top = system.hessian.symmetricTimes(dx) - system.jacobian.transposedTimes(dy)
    let bottom = system.jacobian.times(dx)
    var side = active.free.map { r[$0] - top[$0] }
    side += active.rows.map { r[n + $0] - bottom[$0] }
    solve(&side)
    for i in known.indices { y[i] = known[i] }
    for (k, j) in active.free.enumerated() { y[j] = side[k] }
    for (k, i) in active.rows.enumerated() { y[n + i] = -side[active.free.count + k] }
  }

  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    let v = y.withUnsafeBufferPointer { Vector(Array($0)) }
    let (active, n) = (system.active, system.variableCount)
    var side = active.free.map { v[$0] }
    side += active.rows.map { -v[n + $0] }
    solve(&side)
    var u = Vector.zeros(v.count)
    for (k, j) in active.free.enumerated() { u[j] = side[k] }
    for (k, i) in active.rows.enumerated() { u[n + i] = side[active.free.count + k] }
    let (free, rows) = system.halves(u)
    let top = system.hessian.symmetricTimes(free) + system.jacobian.transposedTimes(rows)
    let bottom = system.jacobian.times(free)
    for j in active.bounds { u[j] = v[j] - top[j] }
    for i in bottom.indices where active.rowPlace[i] < 0 { u[n + i] = v[n + i] + bottom[i] }
    for i in u.indices { x[i] = u[i] }
  }

  private func solve(_ b: inout [Double]) {
    var factor = factor
    factor.solveRefined(&b, values: values)
  }
}

extension SparseMatrix {
  /// H·x for a symmetric H that is given by its upper triangle.
  fileprivate func symmetricTimes(_ x: Vector) -> Vector {
    var y = [Double](repeating: 0, count: rowCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) {
        let i = Int(rows[p])
        y[i] += values[p] * x[j]
        if i != j { y[j] += values[p] * x[i] }
      }
    }
    return Vector(y)
  }
}
