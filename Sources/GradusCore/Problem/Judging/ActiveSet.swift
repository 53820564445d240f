// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Which rows and bounds of a nonlinear program hold a point.
struct ActiveSet {
  /// Variables that no bound holds, and back (−1: held).
  var free: [Int] = []
  var freePlace: [Int]
  /// Rows that hold, and back.
  var rows: [Int] = []
  var rowPlace: [Int]

  /// With multipliers y and r = ∇f + Jᵀy: sides whose multiplier is larger than `threshold` and than its slack. Without:
  /// all sides that the point meets.
  init(
    _ program: NonlinearProgram, _ x: Vector, _ c: Vector, multipliers: Vector?, gradient: Vector?, threshold: Double
  ) {
    freePlace = [Int](repeating: -1, count: x.count)
    rowPlace = [Int](repeating: -1, count: c.count)
    func meets(_ slack: Double, _ side: Double) -> Bool { slack <= 1e-5 * max(1, abs(side)) }
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      var isHeld = l == u
      if let gradient {
        let r = gradient[j]
        if r > threshold, meets(x[j] - l, l), r > x[j] - l { isHeld = true }
        if -r > threshold, meets(u - x[j], u), -r > u - x[j] { isHeld = true }
      } else if meets(x[j] - l, l) || meets(u - x[j], u) {
        isHeld = true
      }
      if isHeld { continue }
      freePlace[j] = free.count
      free.append(j)
    }
    for i in c.indices {
      let (l, u) = (program.rowLower[i], program.rowUpper[i])
      var holds = l == u
      if let multipliers {
        let y = multipliers[i]
        if y > threshold, meets(u - c[i], u), y > u - c[i] { holds = true }
        if -y > threshold, meets(c[i] - l, l), -y > c[i] - l { holds = true }
      } else if meets(c[i] - l, l) || meets(u - c[i], u) {
        holds = true
      }
      if !holds { continue }
      rowPlace[i] = rows.count
      rows.append(i)
    }
  }

  /// J of the rows that hold by the free variables.
  func reduced(_ jacobian: SparseMatrix) -> SparseMatrix {
    var starts: [Int32] = [0]
    var indices: [Int32] = []
    var values: [Double] = []
    for j in free {
      for p in jacobian.range(ofColumn: j) where rowPlace[Int(jacobian.rows[p])] >= 0 {
        indices.append(Int32(rowPlace[Int(jacobian.rows[p])]))
        values.append(jacobian.values[p])
      }
      starts.append(Int32(indices.count))
    }
    return SparseMatrix(
      rowCount: rows.count, columnCount: free.count, starts: starts, rows: indices, values: values)
  }

  /// y of the rows that hold with ‖∇f + Jᵀy‖ least over the free variables; nil when that would cost too much.
  func leastSquaresMultipliers(_ derivatives: ConstrainedDerivatives) -> Vector? {
    var y = Vector.zeros(derivatives.jacobian.rowCount)
    if rows.isEmpty { return y }
    let transposed = reduced(derivatives.jacobian).transposed()
    // Rows of different size must not drown each other: each has length 1.
    var lengths = [Double](repeating: 0, count: rows.count)
    var scaled = transposed
    for i in rows.indices {
      var sum = 0.0
      for p in transposed.range(ofColumn: i) { sum += transposed.values[p] * transposed.values[p] }
      lengths[i] = sum > 0 ? sum.squareRoot() : 1
      for p in transposed.range(ofColumn: i) { scaled.values[p] /= lengths[i] }
    }
    guard let normal = GramMatrix.adding(scaled.transposed(), factor: 1, to: [], shift: 1e-12) else { return nil }
    guard case .definite(let factor) = DefiniteFactor.factorize(normal, MinimumDegree.order(normal)) else {
      return nil
    }
    var residual = free.map { -derivatives.gradient[$0] }
    var total = [Double](repeating: 0, count: rows.count)
    // The shift is taken back out by repeating on what is left.
    for _ in 0..<3 {
      let change = factor.solve(scaled.transposedTimes(Vector(residual)).elements)
      let image = scaled.times(Vector(change))
      for k in residual.indices { residual[k] -= image[k] }
      for i in total.indices { total[i] += change[i] }
    }
    for (k, i) in rows.enumerated() { y[i] = total[k] / lengths[k] }
    return y.isFinite ? y : nil
  }
}

/// Sums of sparse outer products.
enum GramMatrix {
  /// Entries beyond which the product is not formed.
  static let entryLimit = 20_000_000.0

  /// factor·BBᵀ + the given entries (both triangles) + shift·I, for columns of B; nil when it has too many entries.
  static func adding(
    _ b: SparseMatrix, factor: Double, to entries: [(row: Int, column: Int, value: Double)], shift: Double
  ) -> SparseMatrix? {
    var count = Double(entries.count)
    for j in 0..<b.columnCount { count += Double(b.range(ofColumn: j).count) * Double(b.range(ofColumn: j).count) }
    guard count <= entryLimit else { return nil }
    var all = entries
    all.reserveCapacity(Int(count) + b.rowCount)
    for j in 0..<b.columnCount {
      for p in b.range(ofColumn: j) {
        for q in b.range(ofColumn: j) {
          all.append((Int(b.rows[p]), Int(b.rows[q]), factor * b.values[p] * b.values[q]))
        }
      }
    }
    for i in 0..<b.rowCount { all.append((i, i, shift)) }
    return SparseMatrix(rowCount: b.rowCount, columnCount: b.rowCount, triplets: all)
  }
}
