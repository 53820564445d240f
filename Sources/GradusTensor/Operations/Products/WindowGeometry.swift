// SPDX-License-Identifier: Apache-2.0

/// How a window moves over images.
final class WindowGeometry: Sendable {
  let window: (height: Int, width: Int)
  let stride: (height: Int, width: Int)
  let padding: (height: Int, width: Int)
  let dilation: (height: Int, width: Int)
  let image: (height: Int, width: Int)

  init(
    window: (height: Int, width: Int), stride: (height: Int, width: Int), padding: (height: Int, width: Int),
    dilation: (height: Int, width: Int), image: (height: Int, width: Int)
  ) {
    self.window = window
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.image = image
  }

  var rows: Int { (image.height + 2 * padding.height - dilation.height * (window.height - 1) - 1) / stride.height + 1 }
  var columns: Int { (image.width + 2 * padding.width - dilation.width * (window.width - 1) - 1) / stride.width + 1 }
  var positions: Int { rows * columns }

  var isPossible: Bool {
    window.height > 0 && window.width > 0 && stride.height > 0 && stride.width > 0 && padding.height >= 0
      && padding.width >= 0 && dilation.height > 0 && dilation.width > 0
      && image.height + 2 * padding.height > dilation.height * (window.height - 1)
      && image.width + 2 * padding.width > dilation.width * (window.width - 1)
  }

  /// Whether windows are single pixels, all of them, in their order: an image is its own columns.
  var isIdentity: Bool {
    window == (1, 1) && stride == (1, 1) && padding == (0, 0)
  }

  /// Calls `body(offset among the columns, offset in the image, count)` for every run of pixels of the windows in `lines`
  /// that lie inside the image; what the padding supplies is left out. Columns are those of these lines alone.
  @inline(__always)
  func runs(channel: Int, lines: Range<Int>, _ body: (_ unfolded: Int, _ image: Int, _ count: Int) -> Void) {
    let columns = columns
    for i in 0..<window.height {
      for j in 0..<window.width {
        let start = ((channel * window.height + i) * window.width + j) * lines.count * columns
        let shift = j * dilation.width - padding.width
        let first = max(0, (-shift + stride.width - 1) / stride.width)
        let last = min(columns - 1, (image.width - 1 - shift) / stride.width)
        guard image.width - 1 - shift >= 0, first <= last else { continue }
        for row in lines {
          let y = row * stride.height + i * dilation.height - padding.height
          guard y >= 0, y < image.height else { continue }
          body(
            start + (row - lines.lowerBound) * columns + first,
            (channel * image.height + y) * image.width + first * stride.width + shift, last - first + 1)
        }
      }
    }
  }

  /// Columns ← the windows in `lines` of one channel, zeros outside.
  @inline(__always)
  func unfold<T: TensorElement>(
    _ image: UnsafePointer<T>, _ unfolded: UnsafeMutablePointer<T>, channels: Int, lines: Range<Int>
  ) {
    let step = stride.width
    if padding != (0, 0) {
      unfolded.update(repeating: 0, count: channels * window.height * window.width * lines.count * columns)
    }
    for channel in 0..<channels {
      if step == 1 {
        runs(channel: channel, lines: lines) { to, from, count in
          (unfolded + to).update(from: image + from, count: count)
        }
      } else {
        runs(channel: channel, lines: lines) { to, from, count in
          for k in 0..<count { unfolded[to + k] = image[from + k * step] }
        }
      }
    }
  }

  /// Image ← image + columns, the transpose of `unfold`.
  @inline(__always)
  func fold<T: TensorElement>(
    _ unfolded: UnsafePointer<T>, _ image: UnsafeMutablePointer<T>, channels: Int, lines: Range<Int>
  ) {
    let step = stride.width
    for channel in 0..<channels {
      if step == 1 {
        runs(channel: channel, lines: lines) { from, to, count in
          for k in 0..<count { image[to + k] += unfolded[from + k] }
        }
      } else {
        runs(channel: channel, lines: lines) { from, to, count in
          for k in 0..<count { image[to + k * step] += unfolded[from + k] }
        }
      }
    }
  }
}
