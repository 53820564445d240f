// SPDX-License-Identifier: Apache-2.0

/// Shape, strides and precision of a tensor in one immutable object, so that a tensor is three words.
public final class TensorLayout: Sendable {
  /// Extents.
  public let shape: TensorShape
  /// Elements between neighbors along each axis; 0 along a stretched axis.
  let strides: SIMD8<Int>
  /// The format of the elements.
  public let precision: Precision
  /// The number of elements.
  public let count: Int
  /// Whether the elements lie side by side in row-major order.
  public let isContiguous: Bool

  init(_ shape: TensorShape, _ strides: SIMD8<Int>, _ precision: Precision) {
    self.shape = shape
    self.strides = strides
    self.precision = precision
    count = shape.count
    var expected = 1, contiguous = true
    for axis in (0..<shape.rank).reversed() {
      if shape[axis] != 1, strides[axis] != expected { contiguous = false }
      expected *= shape[axis]
    }
    isContiguous = contiguous || count == 0
  }

  convenience init(_ shape: TensorShape, _ precision: Precision) {
    self.init(shape, Self.contiguousStrides(shape), precision)
  }

  static func contiguousStrides(_ shape: TensorShape) -> SIMD8<Int> {
    var strides = SIMD8<Int>(repeating: 0), next = 1
    for axis in (0..<shape.rank).reversed() {
      strides[axis] = next
      next *= shape[axis]
    }
    return strides
  }

  /// The stride along `axis`, which may count from the end; 0 for an axis that is not there.
  func stride(_ axis: Int) -> Int {
    let axis = axis < 0 ? shape.rank + axis : axis
    return axis >= 0 && axis < shape.rank ? strides[axis] : 0
  }
}

/// Layouts met so far, so that a training step meets only known ones and allocates none.
struct LayoutTable {
  private struct Key: Hashable {
    let shape: TensorShape
    let strides: SIMD8<Int>
    let precision: Precision
  }
  private struct DenseKey: Hashable {
    let shape: TensorShape
    let precision: Precision
  }
  private var dense: [DenseKey: TensorLayout] = [:]
  private var strided: [Key: TensorLayout] = [:]
  /// Programs that never repeat a shape shall not fill the memory with layouts.
  private static let limit = 4096

  mutating func layout(_ shape: TensorShape, _ precision: Precision) -> TensorLayout {
    let key = DenseKey(shape: shape, precision: precision)
    if let known = dense[key] { return known }
    if dense.count >= Self.limit { dense.removeAll() }
    let layout = TensorLayout(shape, precision)
    dense[key] = layout
    return layout
  }

  mutating func layout(_ shape: TensorShape, _ strides: SIMD8<Int>, _ precision: Precision) -> TensorLayout {
    let key = Key(shape: shape, strides: strides, precision: precision)
    if let known = strided[key] { return known }
    if strided.count >= Self.limit { strided.removeAll() }
    let layout = TensorLayout(shape, strides, precision)
    strided[key] = layout
    return layout
  }
}
