// SPDX-License-Identifier: Apache-2.0

/// Copies elements of any layout into row-major order.
enum StridedCopy {
  /// Cost: one pass; rows whose elements lie side by side are copied as blocks.
  static func run<T: BitwiseCopyable>(
    _ source: UnsafePointer<T>, _ layout: TensorLayout, to target: UnsafeMutablePointer<T>
  ) {
    let rank = layout.shape.rank
    guard layout.count > 0 else { return }
    guard rank > 0 else {
      target[0] = source[0]
      return
    }
    rows(source, layout, to: target, from: 0, until: layout.count / layout.shape[rank - 1])
  }

  /// The rows `first..<last`, a row being the last axis.
  static func rows<T: BitwiseCopyable>(
    _ source: UnsafePointer<T>, _ layout: TensorLayout, to target: UnsafeMutablePointer<T>, from first: Int,
    until last: Int
  ) {
    let rank = layout.shape.rank, width = layout.shape[rank - 1], step = layout.strides[rank - 1]
    for row in first..<last {
      var rest = row, offset = 0
      for axis in stride(from: rank - 2, through: 0, by: -1) {
        let extent = layout.shape[axis]
        offset += (rest % extent) * layout.strides[axis]
        rest /= extent
      }
      let from = source + offset, to = target + row * width
      if step == 1 {
        to.update(from: from, count: width)
      } else {
        for i in 0..<width { to[i] = from[i * step] }
      }
    }
  }
}
