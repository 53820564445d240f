// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

extension SparseMatrix {
  /// x with H·x = b for a symmetric H given by its upper triangle: from leaves to roots where the graph is a forest,
  /// else by Cholesky factors of H + τI, τ ≥ 0 as small as the search finds. Nil when nothing serves.
  func solvingSymmetric(_ b: Vector) -> Vector? {
    if let forest = ForestElimination(self) {
      let x = forest.solve(b)
      if x.isFinite { return x }
    }
    guard columnCount <= 4_000, let factor = try? Cholesky.shifting(denseSymmetric, smallest: 1e-8, on: .portable)
    else {
      return nil
    }
    let x = factor.solve(b)
    return x.isFinite ? x : nil
  }

  /// The whole matrix from its upper triangle.
  private var denseSymmetric: Matrix {
    var full = Matrix(rowCount: rowCount, columnCount: columnCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) {
        let i = Int(rows[p])
        full.elements[i + j * rowCount] = values[p]
        full.elements[j + i * rowCount] = values[p]
      }
    }
    return full
  }

  /// The rows and columns at these ascending positions, of an upper triangle.
  func restricted(to kept: [Int]) -> SparseMatrix {
    if kept.count == columnCount { return self }
    var place = [Int32](repeating: -1, count: rowCount)
    for (k, i) in kept.enumerated() { place[i] = Int32(k) }
    var starts: [Int32] = [0]
    var (indices, entries): ([Int32], [Double]) = ([], [])
    for j in kept {
      for p in range(ofColumn: j) where place[Int(rows[p])] >= 0 {
        indices.append(place[Int(rows[p])])
        entries.append(values[p])
      }
      starts.append(Int32(indices.count))
    }
    return SparseMatrix(
      rowCount: kept.count, columnCount: kept.count, starts: starts, rows: indices, values: entries)
  }

  /// The diagonal of an upper triangle.
  var diagonal: Vector {
    var d = Vector.zeros(columnCount)
    for j in 0..<columnCount { for p in range(ofColumn: j) where Int(rows[p]) == j { d[j] = values[p] } }
    return d
  }

  /// A bound on the spectral radius of a symmetric matrix given by its upper triangle: the radius itself for small ones,
  /// the largest sum of magnitudes of a row for others.
  var symmetricRadius: Double {
    if columnCount <= 100, let spectrum = try? SymmetricEigen(denseSymmetric, on: .portable) {
      return spectrum.values.maximumMagnitude
    }
    var sums = Vector.zeros(columnCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) {
        sums[j] += abs(values[p])
        if Int(rows[p]) != j { sums[Int(rows[p])] += abs(values[p]) }
      }
    }
    return sums.maximumMagnitude
  }
}
