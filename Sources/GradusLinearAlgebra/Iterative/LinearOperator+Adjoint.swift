// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A linear operator whose transpose can be applied as well.
public protocol AdjointOperator: LinearOperator {
  /// x ← Aᵀ·y; `x` need not be initialized to zeros.
  func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>)
}

/// A sparse matrix kept by rows and by columns, so that both of its products only read what they gather:
///
///     (A·x)ᵢ = Σₚ vₚ·x[cₚ]  over row i,      (Aᵀ·y)ⱼ = Σₚ vₚ·y[rₚ]  over column j
public struct SparseOperator: AdjointOperator {
  public let matrix: SparseMatrix
  /// Aᵀ by columns, that is A by rows.
  public let rows: SparseMatrix

  public init(_ matrix: SparseMatrix) {
    self.matrix = matrix
    rows = matrix.transposed()
  }

  public var rowCount: Int { matrix.rowCount }
  public var columnCount: Int { matrix.columnCount }
  public var operationsPerProduct: Int { 2 * matrix.entryCount }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    precondition(x.count == columnCount && y.count == rowCount, "shapes do not fit A·x")
    IterativeKernels.gather(rows, x, into: &y)
  }

  public func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    precondition(y.count == rowCount && x.count == columnCount, "shapes do not fit Aᵀ·y")
    IterativeKernels.gather(matrix, y, into: &x)
  }
}

extension LinearOperator {
  /// y ← A·x in the storage of `y`, which is made when it does not fit.
  package func apply(to x: Vector, into y: inout Vector) {
    var elements = take(&y)
    if elements.count != rowCount { elements = [Double](repeating: 0, count: rowCount) }
    var span = elements.mutableSpan
    multiply(x.elements.span, into: &span)
    y.elements = elements
  }

  /// A·x as a new vector.
  package func applied(to x: Vector) -> Vector {
    var y = [Double](repeating: 0, count: rowCount)
    var span = y.mutableSpan
    multiply(x.elements.span, into: &span)
    return Vector(y)
  }
}

extension AdjointOperator {
  /// x ← Aᵀ·y in the storage of `x`, which is made when it does not fit.
  package func applyTransposed(to y: Vector, into x: inout Vector) {
    var elements = take(&x)
    if elements.count != columnCount { elements = [Double](repeating: 0, count: columnCount) }
    var span = elements.mutableSpan
    multiplyTransposed(y.elements.span, into: &span)
    x.elements = elements
  }

  /// Aᵀ·y as a new vector.
  package func transposedApplied(to y: Vector) -> Vector {
    var x = [Double](repeating: 0, count: columnCount)
    var span = x.mutableSpan
    multiplyTransposed(y.elements.span, into: &span)
    return Vector(x)
  }
}
