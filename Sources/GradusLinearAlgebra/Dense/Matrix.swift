// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A dense real matrix: a value, stored by columns (entry (i, j) at `i + j·rowCount`), copied on write.
public struct Matrix: Sendable, Hashable {
  public let rowCount: Int
  public let columnCount: Int
  /// The columns, one after the other.
  public var elements: [Double]

  /// A matrix from its columns laid end to end.
  public init(rowCount: Int, columnCount: Int, elements: [Double]) {
    precondition(
      rowCount >= 0 && columnCount >= 0 && elements.count == rowCount * columnCount,
      "a \(rowCount)×\(columnCount) matrix needs \(rowCount * columnCount) elements, got \(elements.count)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// The zero matrix.
  public init(rowCount: Int, columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount, elements: [Double](repeating: 0, count: rowCount * columnCount))
  }

  /// A matrix from its rows, as one writes it down.
  public init(rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "all rows of a matrix have the same length")
    self.init(rowCount: rows.count, columnCount: columns)
    for (i, row) in rows.enumerated() {
      for (j, value) in row.enumerated() { elements[i + j * rowCount] = value }
    }
  }

  /// The identity of order `n`.
  public static func identity(_ n: Int) -> Matrix { diagonal(Vector(repeating: 1, count: n)) }

  /// The diagonal matrix with the given diagonal.
  public static func diagonal(_ d: Vector) -> Matrix {
    var matrix = Matrix(rowCount: d.count, columnCount: d.count)
    for i in d.indices { matrix[i, i] = d[i] }
    return matrix
  }

  /// Entry in row `i` and column `j`.
  @inlinable
  public subscript(i: Int, j: Int) -> Double {
    get {
      precondition(0..<rowCount ~= i && 0..<columnCount ~= j, "index outside the matrix")
      return elements[i + j * rowCount]
    }
    _modify {
      precondition(0..<rowCount ~= i && 0..<columnCount ~= j, "index outside the matrix")
      yield &elements[i + j * rowCount]
    }
  }

  /// Column `j` as a vector.
  public func column(_ j: Int) -> Vector { Vector(Array(elements[j * rowCount..<(j + 1) * rowCount])) }

  /// Row `i` as a vector.
  public func row(_ i: Int) -> Vector { Vector((0..<columnCount).map { self[i, $0] }) }

  /// True when the matrix has as many rows as columns.
  public var isSquare: Bool { rowCount == columnCount }

  /// True when every entry is a finite number.
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// max |aᵢⱼ|; 0 without entries, NaN when an entry is NaN.
  public var maximumMagnitude: Double { Vector(elements).maximumMagnitude }

  /// The Frobenius norm (Σ aᵢⱼ²)^½.
  public var frobeniusNorm: Double { Vector(elements).norm }
}

extension Matrix {
  /// Aᵀ.
  public var transposed: Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for j in 0..<columnCount {
      for i in 0..<rowCount { result.elements[j + i * columnCount] = elements[i + j * rowCount] }
    }
    return result
  }

  /// A·x. Cost: 2mn operations.
  public func times(_ x: Vector) -> Vector {
    precondition(x.count == columnCount, "A·x needs \(columnCount) elements, got \(x.count)")
    var y = [Double](repeating: 0, count: rowCount)
    elements.withUnsafeBufferPointer { a in
      y.withUnsafeMutableBufferPointer { y in
        for j in 0..<columnCount {
          let s = x[j]
          let offset = j * rowCount
          for i in 0..<rowCount { y[i] += a[offset + i] * s }
        }
      }
    }
    return Vector(y)
  }

  /// Aᵀ·x. Cost: 2mn operations.
  public func transposedTimes(_ x: Vector) -> Vector {
    precondition(x.count == rowCount, "Aᵀ·x needs \(rowCount) elements, got \(x.count)")
    var y = [Double](repeating: 0, count: columnCount)
    elements.withUnsafeBufferPointer { a in
      for j in 0..<columnCount {
        var sum = 0.0
        for i in 0..<rowCount { sum += a[j * rowCount + i] * x[i] }
        y[j] = sum
      }
    }
    return Vector(y)
  }

  /// A·B with the kernels of `backend`. Cost: 2mnk operations.
  public func times(_ b: Matrix, on backend: LinearAlgebraBackend = .portable) -> Matrix {
    precondition(columnCount == b.rowCount, "A·B needs as many columns of A as rows of B")
    var c = Matrix(rowCount: rowCount, columnCount: b.columnCount)
    elements.withUnsafeBufferPointer { pa in
      b.elements.withUnsafeBufferPointer { pb in
        c.elements.withUnsafeMutableBufferPointer { pc in
          guard let pa = pa.baseAddress, let pb = pb.baseAddress, let pc = pc.baseAddress else { return }
          backend.gemm(
            .plain, .plain, rowCount, b.columnCount, columnCount, 1, pa, rowCount, pb, b.rowCount, 0, pc, rowCount)
        }
      }
    }
    return c
  }

  /// The sum, entry by entry.
  public static func + (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.rowCount == b.rowCount && a.columnCount == b.columnCount, "shapes of a sum must agree")
    return Matrix(
      rowCount: a.rowCount, columnCount: a.columnCount, elements: (Vector(a.elements) + Vector(b.elements)).elements)
  }

  /// The difference, entry by entry.
  public static func - (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.rowCount == b.rowCount && a.columnCount == b.columnCount, "shapes of a difference must agree")
    return Matrix(
      rowCount: a.rowCount, columnCount: a.columnCount, elements: (Vector(a.elements) - Vector(b.elements)).elements)
  }

  /// Every entry times s.
  public static func * (s: Double, a: Matrix) -> Matrix {
    Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: a.elements.map { s * $0 })
  }
}
