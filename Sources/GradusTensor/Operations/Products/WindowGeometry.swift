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
    if keepsWidth { return unfoldPlanes(image, unfolded, channels: channels, lines: lines) }
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

  /// Whether lines of windows are as long as lines of the image, pixel by pixel: a line of columns is then the image itself,
  /// shifted, but for the pixels at its ends.
  var keepsWidth: Bool { stride == (1, 1) && columns == image.width }

  /// Calls `body(start of the columns, offset among them, offset in the image, rows, shift)` for every pixel of the window, for the rows
  /// among `lines` that have an image behind them; offsets are those of the first of these rows.
  @inline(__always)
  private func planes(
    channel: Int, lines: Range<Int>,
    _ body: (_ start: Int, _ unfolded: Int, _ image: Int, _ rows: Int, _ shift: Int) -> Void
  ) {
    let width = image.width
    for i in 0..<window.height {
      let offset = i * dilation.height - padding.height
      let first = min(max(lines.lowerBound, -offset), lines.upperBound)
      let last = max(first, min(lines.upperBound, image.height - offset))
      for j in 0..<window.width {
        let start = ((channel * window.height + i) * window.width + j) * lines.count * width
        body(
          start, start + (first - lines.lowerBound) * width, (channel * image.height + first + offset) * width,
          last - first,
          j * dilation.width - padding.width)
      }
    }
  }

  /// Zeros where a shift by `shift` leaves the image, at one end of each line.
  @inline(__always)
  private func clearEnds<T: TensorElement>(_ lines: UnsafeMutablePointer<T>, _ rows: Int, _ shift: Int) {
    let width = image.width
    let ends = shift < 0 ? 0..<min(width, -shift) : max(0, width - shift)..<width
    guard !ends.isEmpty else { return }
    for row in 0..<rows { for column in ends { lines[row * width + column] = 0 } }
  }

  /// `unfold` where `keepsWidth`: one copy for each pixel of the window.
  @inline(__always)
  func unfoldPlanes<T: TensorElement>(
    _ image: UnsafePointer<T>, _ unfolded: UnsafeMutablePointer<T>, channels: Int, lines: Range<Int>
  ) {
    let width = self.image.width
    for channel in 0..<channels {
      planes(channel: channel, lines: lines) { start, to, from, rows, shift in
        if rows < lines.count { (unfolded + start).update(repeating: 0, count: lines.count * width) }
        let count = rows * width - abs(shift)
        if count > 0 { (unfolded + to + max(0, -shift)).update(from: image + from + max(0, shift), count: count) }
        clearEnds(unfolded + to, rows, shift)
      }
    }
  }

  /// `fold` where `keepsWidth`: one sum for each pixel of the window. Clears columns that lie outside the image.
  @inline(__always)
  func foldPlanes<T: TensorElement>(
    _ unfolded: UnsafeMutablePointer<T>, _ image: UnsafeMutablePointer<T>, channels: Int, lines: Range<Int>
  ) {
    let width = self.image.width
    for channel in 0..<channels {
      planes(channel: channel, lines: lines) { _, from, to, rows, shift in
        clearEnds(unfolded + from, rows, shift)
        let count = rows * width - abs(shift)
        let source = unfolded + from + max(0, -shift), target = image + to + max(0, shift)
        if count > 0 { for k in 0..<count { target[k] += source[k] } }
      }
    }
  }
}
