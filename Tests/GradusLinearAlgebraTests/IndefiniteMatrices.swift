// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Kinds of symmetric matrices on which pivoting without care fails.
enum IndefiniteMatrices: String, CaseIterable, Sendable {
  case dense, zeroDiagonal, sparse, saddlePoint, saddlePointFirst, arrow, banded, badlyScaled, permutation, empty

  /// The upper triangle of an example of about this order.
  func example(_ n: Int, seed: UInt64) -> SparseMatrix {
    var data = Fixtures(seed &* 31 &+ UInt64(n))
    var triplets: [(row: Int, column: Int, value: Double)] = []
    switch self {
    case .dense, .badlyScaled, .zeroDiagonal:
      for j in 0..<n {
        for i in 0...j where self != .zeroDiagonal || i < j { triplets.append((i, j, data.number())) }
      }
      if self == .badlyScaled {
        let powers = (0..<n).map { _ in Self.power(10 * data.number()) }
        triplets = triplets.map { ($0.row, $0.column, $0.value * powers[$0.row] * powers[$0.column]) }
      }
    case .sparse:
      for j in 0..<n {
        if data.number() > 0 { triplets.append((j, j, data.number())) }
        for _ in 0..<3 {
          let i = data.index(below: n)
          if i != j { triplets.append((min(i, j), max(i, j), data.number())) }
        }
      }
    case .saddlePoint, .saddlePointFirst:
      // [H Aᵀ; A 0], with the constraints behind or in front of the variables.
      let m = n / 3
      let first = self == .saddlePointFirst ? 0 : n - m
      let variables = (0..<n).filter { $0 < first || $0 >= first + m }
      for v in variables { triplets.append((v, v, 0.01 + abs(data.number()))) }
      for k in 0..<m {
        for v in Set([variables[k], variables[data.index(below: n - m)], variables[data.index(below: n - m)]]).sorted()
        {
          triplets.append((min(v, first + k), max(v, first + k), data.number()))
        }
      }
    case .arrow:
      for j in 1..<max(n, 1) {
        triplets.append((0, j, data.number()))
        if j % 3 != 0 { triplets.append((j, j, data.number())) }
      }
    case .banded:
      for j in 0..<n {
        for i in max(0, j - 3)...j where i < j || j % 2 == 0 { triplets.append((i, j, data.number())) }
      }
    case .permutation:
      for j in stride(from: 1, to: n, by: 2) { triplets.append((j - 1, j, data.number())) }
      if n % 2 == 1 { triplets.append((n - 1, n - 1, -1)) }
    case .empty:
      break
    }
    return SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
  }

  static func power(_ exponent: Double) -> Double {
    var value = 1.0
    for _ in 0..<Int(abs(exponent)) { value *= exponent < 0 ? 0.1 : 10 }
    return value
  }

  /// |b − A·x| and |A|·|x| + |b|, row by row.
  static func residual(_ upper: SparseMatrix, _ x: [Double], _ b: [Double]) -> (residual: [Double], size: [Double]) {
    let a = whole(upper)
    let n = x.count
    var (residual, size) = (b, b.map { abs($0) })
    for i in 0..<n {
      for j in 0..<n {
        residual[i] -= a[i, j] * x[j]
        size[i] += abs(a[i, j] * x[j])
      }
    }
    return (residual.map { abs($0) }, size)
  }

  /// Both triangles.
  static func whole(_ upper: SparseMatrix) -> Matrix {
    var a = Matrix(rowCount: upper.rowCount, columnCount: upper.columnCount)
    for j in 0..<upper.columnCount {
      for p in upper.range(ofColumn: j) {
        a[Int(upper.rows[p]), j] = upper.values[p]
        a[j, Int(upper.rows[p])] = upper.values[p]
      }
    }
    return a
  }

  /// Signs of the eigenvalues by a dense method; those within rounding of 0 count as zero.
  static func inertia(_ upper: SparseMatrix) throws -> Inertia {
    let values = try SymmetricEigen(whole(upper), on: .portable).values.elements
    let size = values.reduce(0) { max($0, abs($1)) }
    var result = Inertia(positive: 0, negative: 0)
    for v in values {
      if abs(v) <= 1e-13 * size {
        result.zero += 1
      } else if v > 0 {
        result.positive += 1
      } else {
        result.negative += 1
      }
    }
    return result
  }
}
