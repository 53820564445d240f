// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// The Newton system [B Gᵀ; G 0]·d = b with B = H + shift·I, solved by sketches to accuracies that may be raised.
///
/// K is kept by rows and by columns: memory is linear in its entries.
struct SketchedSystem {
  let hessian: SparseMatrix
  let jacobian: SparseMatrix
  let right: Vector
  private(set) var shift = 0.0
  private(set) var solution: Vector
  /// b − K·solution.
  private(set) var residual: Vector
  private(set) var isFactorized = false
  private(set) var operations = 0
  private(set) var sketches = 0
  private(set) var factorizations = 0
  private var matrix: SparseOperator

  var order: Int { right.count }
  private var coordinateCount: Int { hessian.columnCount }

  /// `hessian` is an upper triangle with its whole diagonal, `jacobian` has as many columns.
  init(hessian: SparseMatrix, jacobian: SparseMatrix, right: Vector) {
    self.hessian = hessian
    self.jacobian = jacobian
    self.right = right
    solution = .zeros(right.count)
    residual = right
    matrix = SparseOperator(Self.full(hessian, jacobian, shift: 0))
  }

  /// Adds to the shift and forgets the solution.
  mutating func addShift(_ more: Double) {
    shift += more
    matrix = SparseOperator(Self.full(hessian, jacobian, shift: shift))
    solution = .zeros(order)
    residual = right
    isFactorized = false
  }

  private static func full(_ hessian: SparseMatrix, _ jacobian: SparseMatrix, shift: Double) -> SparseMatrix {
    let n = hessian.columnCount
    let order = n + jacobian.rowCount
    var triplets: [(row: Int, column: Int, value: Double)] = []
    triplets.reserveCapacity(2 * (hessian.entryCount + jacobian.entryCount))
    for j in 0..<n {
      for p in hessian.range(ofColumn: j) {
        let i = Int(hessian.rows[p])
        if i == j {
          triplets.append((i, i, hessian.values[p] + shift))
        } else {
          triplets.append((i, j, hessian.values[p]))
          triplets.append((j, i, hessian.values[p]))
        }
      }
      for p in jacobian.range(ofColumn: j) {
        let i = n + Int(jacobian.rows[p])
        triplets.append((i, j, jacobian.values[p]))
        triplets.append((j, i, jacobian.values[p]))
      }
    }
    return SparseMatrix(rowCount: order, columnCount: order, triplets: triplets)
  }

  /// How sketches are drawn, and how many at most.
  struct Plan {
    var kind: SketchKind
    var width: Int
    var limit: Int
  }

  /// Improves the solution until |b − K·d| ≤ target; false when `plan.limit` sketches in all did not reach it.
  mutating func improve(_ plan: Plan, target: Double, random: RandomStream) -> Bool {
    if residual.norm <= target { return true }
    var solver = SketchProjection(
      rightHandSide: residual, columnCount: order, kind: plan.kind, width: plan.width, relative: 0, absolute: target,
      random: random)
    while solver.status == .running && sketches < plan.limit {
      solver.step(matrix)
      sketches += 1
    }
    operations += solver.counts.operations
    guard solver.solution.isFinite else { return false }
    move(solver.solution)
    return solver.status == .converged
  }

  private mutating func move(_ d: Vector) {
    solution = solution + d
    residual = right - matrix.applied(to: solution)
    operations += matrix.operationsPerProduct + 2 * order
  }

  /// Solves by a sparse factorization with refinement; rows that depend on each other get a small negative diagonal. False
  /// when the result is not finite.
  mutating func factorize() -> Bool {
    isFactorized = true
    for softening in [0, 1e-8] {
      let triangle = upperTriangle(softening: softening)
      var factor = SparseIndefinite(pattern: triangle)
      factor.options.threshold = 1e-2
      factorizations += 1
      operations += factor.symbolic.map { Int($0.operations) } ?? order * order * order / 3
      do { try factor.factorize(triangle.values) } catch { return false }
      if factor.inertia.zero > 0 && softening == 0 { continue }
      var d = right.elements
      factor.solveRefined(&d, values: triangle.values)
      operations += 8 * factor.factorEntryCount
      let found = Vector(d)
      guard found.isFinite else { continue }
      solution = .zeros(order)
      move(found)
      return true
    }
    return false
  }

  private func upperTriangle(softening: Double) -> SparseMatrix {
    let n = coordinateCount
    let byRow = jacobian.transposed()
    var (starts, rows, values) = (hessian.starts, hessian.rows, hessian.values)
    if shift != 0 { for j in 0..<n { values[Int(starts[j + 1]) - 1] += shift } }
    for i in 0..<jacobian.rowCount {
      for p in byRow.range(ofColumn: i) {
        rows.append(byRow.rows[p])
        values.append(byRow.values[p])
      }
      rows.append(Int32(n + i))
      values.append(-softening)
      starts.append(Int32(rows.count))
    }
    return SparseMatrix(rowCount: order, columnCount: order, starts: starts, rows: rows, values: values)
  }

  // MARK: Curvature

  /// True when K has one negative eigenvalue a row, so that H is positive definite where G vanishes.
  mutating func hasRightInertia() -> Bool {
    let triangle = upperTriangle(softening: 1e-10 * max(1, hessian.symmetricRowSum))
    var factor = SparseIndefinite(pattern: triangle)
    factorizations += 1
    operations += factor.symbolic.map { Int($0.operations) } ?? order * order * order / 3
    do { try factor.factorize(triangle.values) } catch { return false }
    return factor.inertia.zero == 0 && factor.inertia.negative == jacobian.rowCount
  }

  /// The least eigenvalue of ZᵀHZ, Z a basis of the null space of G; infinite where that is empty, nil when it cannot be
  /// computed. It is the least of P·H·P + τ(I − P) with the projection P onto the null space and τ above all of H.
  mutating func leastReducedEigenvalue() -> Double? {
    let n = coordinateCount
    var dense = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for p in hessian.range(ofColumn: j) {
        let i = Int(hessian.rows[p])
        dense[i, j] = hessian.values[p]
        dense[j, i] = hessian.values[p]
      }
    }
    operations += 9 * n * n * n
    guard let basis = rowSpace()?.basis else { return nil }
    if basis.columnCount >= n { return .infinity }
    if basis.columnCount > 0 {
      operations += 4 * n * n * n
      let range = basis.times(basis.transposed)
      let projection = Matrix.identity(n) - range
      let reduced = projection.times(dense.times(projection))
      dense = 0.5 * (reduced + reduced.transposed) + (1 + hessian.symmetricRowSum) * range
    }
    return try? SymmetricEigen(dense, on: .portable).values[0]
  }

  /// An orthonormal basis of the space of the rows of G, and their least singular value that counts (1 without rows).
  private mutating func rowSpace() -> (basis: Matrix, least: Double)? {
    let (n, m) = (coordinateCount, jacobian.rowCount)
    let isZero = jacobian.values.allSatisfy { $0 == 0 }
    if m == 0 || isZero { return (Matrix(rowCount: n, columnCount: 0), 1) }
    var dense = Matrix(rowCount: n, columnCount: m)
    for j in 0..<n { for p in jacobian.range(ofColumn: j) { dense[j, Int(jacobian.rows[p])] = jacobian.values[p] } }
    operations += 6 * n * m * min(n, m)
    guard let singular = try? SingularValues(dense, on: .portable) else { return nil }
    let rank = max(1, singular.rank(tolerance: 1e-10))
    let basis = Matrix(rowCount: n, columnCount: rank, elements: Array(singular.left.elements[0..<n * rank]))
    return (basis, singular.values[rank - 1])
  }

  // MARK: Bounds of the proof

  /// ‖K‖ (an upper bound), Ψ ≥ ‖K⁻¹‖ and the largest δ of the theory.
  mutating func bounds(_ rowWeight: Double, _ gradientWeight: Double) -> (norm: Double, inverse: Double, delta: Double)
  {
    let h = hessian.symmetricRowSum
    let b = h + shift
    let g = Vector(jacobian.values).norm
    let least = min(1, rowSpace()?.least ?? 1)
    let psi = 7 * max(b * b, 1) / (least * least * AdaSketchNewton.convexification)
    let size = max(b, g)
    let scale = 3 * size + 4 * gradientWeight * size * size + rowWeight * size * size
    return (
      max(b + g, 1e-300), psi, (0.5 - AdaSketchNewton.decrease) * gradientWeight / (2 * psi * psi * max(scale, 1e-300))
    )
  }
}
