// SPDX-License-Identifier: Apache-2.0

/// How two tensors of different shapes run through one result: its axes, merged where memory allows, and two strides each.
struct BroadcastPlan: BitwiseCopyable {
  var extents = SIMD8<Int>(repeating: 1)
  var stridesA = SIMD8<Int>(repeating: 0)
  var stridesB = SIMD8<Int>(repeating: 0)
  var rank = 0

  init(_ shape: TensorShape, _ a: TensorLayout, _ b: TensorLayout) {
    self.init(shape, (a.shape, a.strides), (b.shape, b.strides))
  }

  init(
    _ shape: TensorShape, _ a: (shape: TensorShape, strides: SIMD8<Int>), _ b: (shape: TensorShape, strides: SIMD8<Int>)
  ) {
    func stride(_ x: (shape: TensorShape, strides: SIMD8<Int>), _ back: Int) -> Int {
      x.shape[back] == 1 ? 0 : x.strides[x.shape.rank + back]
    }
    for axis in 0..<shape.rank where shape[axis] != 1 {
      let back = axis - shape.rank
      let sa = stride(a, back), sb = stride(b, back)
      let extent = shape[axis]
      if rank > 0, stridesA[rank - 1] == sa * extent, stridesB[rank - 1] == sb * extent {
        extents[rank - 1] *= extent
        stridesA[rank - 1] = sa
        stridesB[rank - 1] = sb
      } else {
        extents[rank] = extent
        stridesA[rank] = sa
        stridesB[rank] = sb
        rank += 1
      }
    }
    if rank == 0 { rank = 1 }
  }

  /// Elements along the fastest axis.
  var width: Int { extents[rank - 1] }

  /// Where row `row` begins in both.
  @inline(__always)
  func offsets(_ row: Int) -> (a: Int, b: Int) {
    var rest = row, a = 0, b = 0
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      let position = rest % extents[axis]
      rest /= extents[axis]
      a += position * stridesA[axis]
      b += position * stridesB[axis]
    }
    return (a, b)
  }
}
