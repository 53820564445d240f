// SPDX-License-Identifier: Apache-2.0

/// A matrix as it lies in somebody's memory: `rows` × `columns`, element (i, j) at i·stride + j, or at j·stride + i when it
/// enters transposed. Whoever makes a view keeps the memory alive while it is used.
package struct MatrixView<T: MatrixScalar> {
  package let elements: UnsafeMutablePointer<T>
  package let rows: Int
  package let columns: Int
  package let stride: Int
  package let isTransposed: Bool

  /// Rows one behind the other.
  package init(_ elements: UnsafeMutablePointer<T>, _ rows: Int, _ columns: Int) {
    self.init(elements, rows, columns, stride: columns, isTransposed: false)
  }

  private init(_ elements: UnsafeMutablePointer<T>, _ rows: Int, _ columns: Int, stride: Int, isTransposed: Bool) {
    self.elements = elements
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// Xᵀ in the same memory.
  package var transposed: MatrixView {
    MatrixView(elements, columns, rows, stride: stride, isTransposed: !isTransposed)
  }

  /// A rectangle of it.
  package func block(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int) -> MatrixView {
    let offset = isTransposed ? column * stride + row : row * stride + column
    return MatrixView(elements + offset, rows, columns, stride: stride, isTransposed: isTransposed)
  }

  /// Number of elements.
  package var count: Int { rows * columns }

  /// The letter of BLAS for row-major memory, in which every matrix is already transposed.
  var form: UInt8 { isTransposed ? UInt8(ascii: "T") : UInt8(ascii: "N") }
}
