// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A linear map Rⁿ → Rᵐ known by its products.
public protocol LinearOperator: Sendable {
  /// m.
  var rowCount: Int { get }
  /// n.
  var columnCount: Int { get }
  /// y ← A·x; `y` need not be initialized to zeros.
  func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>)
  /// Multiplications and additions of one product.
  var operationsPerProduct: Int { get }
}

extension SparseMatrix: LinearOperator {
  /// y ← A·x over the stored entries.
  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    for i in y.indices { y[i] = 0 }
    multiply(x, to: &y)
  }

  public var operationsPerProduct: Int { 2 * entryCount }
}

extension Matrix: LinearOperator {
  /// y ← A·x, portable code without BLAS.
  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    precondition(x.count == columnCount && y.count == rowCount, "shapes do not fit A·x")
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        elements.withUnsafeBufferPointer { a in
          guard let a = a.baseAddress, let x = x.baseAddress, let y = y.baseAddress else { return }
          PortableKernels.gemv(.plain, rowCount, columnCount, 1, a, rowCount, x, 0, y)
        }
      }
    }
  }

  public var operationsPerProduct: Int { 2 * rowCount * columnCount }
}

/// A linear operator given by a function.
public struct FunctionOperator: LinearOperator {
  public let rowCount: Int
  public let columnCount: Int
  public let operationsPerProduct: Int
  private let product: @Sendable (Span<Double>, inout MutableSpan<Double>) -> Void

  public init(
    rowCount: Int, columnCount: Int, operationsPerProduct: Int,
    product: @escaping @Sendable (Span<Double>, inout MutableSpan<Double>) -> Void
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.operationsPerProduct = operationsPerProduct
    self.product = product
  }

  /// y ← what the function makes of x.
  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) { product(x, &y) }
}
