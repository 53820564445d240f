// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// The symmetric indefinite systems of a barrier method,
///
///     [ H + D   Jᵀ ] [p]   [a]
///     [ J      −E  ] [q] = [b]
///
/// with diagonal D and E that change and all patterns fixed. Solutions are refined against the matrix itself.
struct KKTSystem: Sendable {
  let n: Int
  let m: Int
  /// The upper triangle; the diagonal entry of a column is its last.
  private let pattern: SparseMatrix
  private let hessianPlace: [Int32]
  private let jacobianPlace: [Int32]
  private let diagonalPlace: [Int32]
  private var values: [Double]
  private var factor: SparseIndefinite
  /// False until a factorization has succeeded.
  private(set) var isFactorized = false
  private var solution: [Double]
  private var previous: [Double]
  private var residual: [Double]

  var order: Int { n + m }

  /// A system without unknowns.
  init() {
    n = 0
    m = 0
    pattern = SparseMatrix(rowCount: 0, columnCount: 0)
    (hessianPlace, jacobianPlace, diagonalPlace) = ([], [], [])
    (values, solution, previous, residual) = ([], [], [], [])
    factor = SparseIndefinite(pattern: pattern)
  }

  init(_ layout: ProgramLayout) {
    let (n, m) = (layout.variableCount, layout.rowCount)
    self.n = n
    self.m = m
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    let capacity = n + m + layout.hessianRows.count + layout.rowIndices.count
    rows.reserveCapacity(capacity)
    starts.reserveCapacity(n + m + 1)
    var hessianPlace: [Int32] = []
    hessianPlace.reserveCapacity(layout.hessianRows.count)
    var diagonalPlace: [Int32] = []
    diagonalPlace.reserveCapacity(n + m)
    for j in 0..<n {
      for p in Int(layout.hessianStarts[j])..<Int(layout.hessianStarts[j + 1]) {
        hessianPlace.append(Int32(rows.count))
        if Int(layout.hessianRows[p]) < j { rows.append(layout.hessianRows[p]) }
      }
      diagonalPlace.append(Int32(rows.count))
      rows.append(Int32(j))
      starts.append(Int32(rows.count))
    }
    // Column n + i of the upper triangle is row i of J.
    var count = [Int32](repeating: 0, count: m)
    for i in layout.rowIndices { count[Int(i)] += 1 }
    var next: [Int32] = []
    next.reserveCapacity(m)
    for i in 0..<m {
      next.append(Int32(rows.count))
      rows.append(contentsOf: repeatElement(0, count: Int(count[i])))
      diagonalPlace.append(Int32(rows.count))
      rows.append(Int32(n + i))
      starts.append(Int32(rows.count))
    }
    var jacobianPlace: [Int32] = []
    jacobianPlace.reserveCapacity(layout.rowIndices.count)
    for j in 0..<n {
      for p in Int(layout.columnStarts[j])..<Int(layout.columnStarts[j + 1]) {
        let i = Int(layout.rowIndices[p])
        rows[Int(next[i])] = Int32(j)
        jacobianPlace.append(next[i])
        next[i] += 1
      }
    }
    self.hessianPlace = hessianPlace
    self.jacobianPlace = jacobianPlace
    self.diagonalPlace = diagonalPlace
    values = [Double](repeating: 0, count: rows.count)
    pattern = SparseMatrix(rowCount: n + m, columnCount: n + m, starts: starts, rows: rows, values: values)
    factor = SparseIndefinite(pattern: pattern)
    solution = [Double](repeating: 0, count: n + m)
    previous = solution
    residual = solution
  }

  /// Factorizes; nil when an entry is not finite. A zero count above 0 marks a matrix that is singular to working accuracy.
  /// A larger pivot `threshold` is slower and more accurate.
  mutating func factorize(
    hessian: [Double], jacobian: [Double], diagonal: [Double], shift: Double, softness: [Double], softening: Double,
    threshold: Double
  ) -> Inertia? {
    isFactorized = false
    for k in values.indices { values[k] = 0 }
    for k in hessianPlace.indices { values[Int(hessianPlace[k])] += hessian[k] }
    for k in jacobianPlace.indices { values[Int(jacobianPlace[k])] = jacobian[k] }
    for j in 0..<n { values[Int(diagonalPlace[j])] += diagonal[j] + shift }
    for i in 0..<m { values[Int(diagonalPlace[n + i])] = -(softness[i] + softening) }
    factor.options.threshold = threshold
    do { try factor.factorize(values) } catch { return nil }
    isFactorized = true
    return factor.inertia
  }

  /// Overwrites `b` with the solution; gives the residual relative to the sizes of both, infinite when there is none.
  mutating func solve(_ b: inout [Double]) -> Double {
    guard isFactorized else { return .infinity }
    for k in b.indices { solution[k] = b[k] }
    factor.solve(&solution)
    var size = 0.0
    for v in b { size = max(size, abs(v)) }
    var best = Double.infinity
    for turn in 0..<6 {
      let error = computeResidual(b)
      var length = 0.0
      for v in solution { length = max(length, abs(v)) }
      let ratio = error == 0 ? 0 : error / (min(length, 1e6 * size) + size)
      guard length.isFinite, ratio < best else {
        swap(&solution, &previous)
        break
      }
      best = ratio
      if ratio <= 1e-15 || (turn > 0 && ratio <= 1e-11) || turn == 5 { break }
      factor.solve(&residual)
      for k in solution.indices {
        previous[k] = solution[k]
        solution[k] += residual[k]
      }
    }
    swap(&b, &solution)
    return best
  }

  /// b − K·solution; its largest entry.
  private mutating func computeResidual(_ b: [Double]) -> Double {
    for k in b.indices { residual[k] = b[k] }
    for j in 0..<order {
      let last = Int(diagonalPlace[j])
      let xj = solution[j]
      var sum = values[last] * xj
      for p in Int(pattern.starts[j])..<last {
        let i = Int(pattern.rows[p])
        residual[i] -= values[p] * xj
        sum += values[p] * solution[i]
      }
      residual[j] -= sum
    }
    var largest = 0.0
    for r in residual { largest = max(largest, abs(r)) }
    return largest
  }
}
