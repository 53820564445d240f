// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A linear operator with its transpose, given by two functions of vectors: d ↦ A·d and w ↦ Aᵀ·w.
///
/// A function that answers with a vector of another length than it should is a programming error; one that cannot answer
/// returns NaN, which every solver takes for a failure.
public struct FunctionAdjointOperator: AdjointOperator {
  public let rowCount: Int
  public let columnCount: Int
  public let operationsPerProduct: Int
  private let product: @Sendable (Vector) -> Vector
  private let transposed: @Sendable (Vector) -> Vector

  public init(
    rowCount: Int, columnCount: Int, operationsPerProduct: Int = 0,
    product: @escaping @Sendable (Vector) -> Vector, transposed: @escaping @Sendable (Vector) -> Vector
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.operationsPerProduct = operationsPerProduct
    self.product = product
    self.transposed = transposed
  }

  /// A symmetric operator from its one product.
  public init(
    order: Int, operationsPerProduct: Int = 0, product: @escaping @Sendable (Vector) -> Vector
  ) {
    self.init(
      rowCount: order, columnCount: order, operationsPerProduct: operationsPerProduct, product: product,
      transposed: product)
  }

  /// The m × n operator that is zero.
  public static func zero(rowCount: Int, columnCount: Int) -> FunctionAdjointOperator {
    FunctionAdjointOperator(
      rowCount: rowCount, columnCount: columnCount, product: { _ in .zeros(rowCount) },
      transposed: { _ in .zeros(columnCount) })
  }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    precondition(x.count == columnCount && y.count == rowCount, "shapes do not fit A·x")
    Self.write(product(Self.vector(x)), to: &y)
  }

  public func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    precondition(y.count == rowCount && x.count == columnCount, "shapes do not fit Aᵀ·y")
    Self.write(transposed(Self.vector(y)), to: &x)
  }

  private static func vector(_ x: Span<Double>) -> Vector {
    x.withUnsafeBufferPointer { Vector(Array($0)) }
  }

  private static func write(_ from: Vector, to target: inout MutableSpan<Double>) {
    precondition(from.count == target.count, "the function gave \(from.count) numbers in place of \(target.count)")
    for i in target.indices { target[i] = from[i] }
  }
}

extension Matrix: AdjointOperator {
  /// x ← Aᵀ·y, portable code without BLAS.
  public func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) {
    precondition(y.count == rowCount && x.count == columnCount, "shapes do not fit Aᵀ·y")
    y.withUnsafeBufferPointer { y in
      x.withUnsafeMutableBufferPointer { x in
        elements.withUnsafeBufferPointer { a in
          guard let a = a.baseAddress, let x = x.baseAddress, let y = y.baseAddress else { return }
          PortableKernels.gemv(.transposed, rowCount, columnCount, 1, a, rowCount, y, 0, x)
        }
      }
    }
  }
}

extension LinearOperator {
  /// The dense matrix of the operator, column by column. Cost: one product a column.
  package var assembled: Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(rowCount * columnCount)
    for j in 0..<columnCount {
      var unit = Vector.zeros(columnCount)
      unit[j] = 1
      elements += applied(to: unit).elements
    }
    return Matrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }
}
