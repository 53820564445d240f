// SPDX-License-Identifier: Apache-2.0

/// Buffers in which some tensors have rows and columns exchanged.
///
/// Cost: one pass over the buffer for each side that is copied.
struct TensorExchange {
  let layout: Layout
  /// The layout of the copies.
  let turned: Layout
  private let areMeant: [Bool]

  /// The tensors of two axes for which `isMeant` is true.
  init(_ layout: Layout, where isMeant: (Layout.Slot) -> Bool) {
    self.layout = layout
    let meant = layout.slots.map { $0.shape.count == 2 && isMeant($0) }
    areMeant = meant
    var turned = Layout()
    for (slot, isMeant) in zip(layout.slots, meant) {
      turned.append(
        slot.name, isMeant ? slot.shape.reversed() : slot.shape,
        isInputsFirst: slot.isInputsFirst && !isMeant)
    }
    self.turned = turned
  }

  /// Linear maps [inputs, outputs] as [outputs, inputs].
  init(outputsFirst layout: Layout) { self.init(layout, where: \.isInputsFirst) }

  /// Runs `body` on copies of the turned layout, and takes the parameters back.
  func around(
    _ parameters: inout MutableSpan<Float>, _ gradient: Span<Float>,
    _ body: (inout MutableSpan<Float>, Span<Float>, Layout) -> Void
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    var seen = exchanged(parameters.span)
    let heard = exchanged(gradient)
    var span = seen.mutableSpan
    body(&span, heard.span, turned)
    parameters.withUnsafeMutableBufferPointer { target in
      seen.withUnsafeBufferPointer { copy($0, turned, into: target) }
    }
  }

  /// A buffer of the layout in the turned one.
  func exchanged(_ source: Span<Float>) -> [Float] { copied(source, layout) }

  /// A buffer of the turned layout in the layout.
  func restored(_ source: Span<Float>) -> [Float] { copied(source, turned) }

  private func copied(_ source: Span<Float>, _ from: Layout) -> [Float] {
    source.withUnsafeBufferPointer { source in
      [Float](unsafeUninitializedCapacity: source.count) { target, count in
        copy(source, from, into: target)
        count = source.count
      }
    }
  }

  /// Tiles of 16 × 16, so that neither side is read far apart.
  private func copy(
    _ source: UnsafeBufferPointer<Float>, _ layout: Layout, into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    for (slot, isMeant) in zip(layout.slots, areMeant) {
      let (a, b) = (from + slot.offset, to + slot.offset)
      guard isMeant else {
        b.update(from: a, count: slot.count)
        continue
      }
      let (rows, columns, tile) = (slot.shape[0], slot.shape[1], 16)
      for i in stride(from: 0, to: rows, by: tile) {
        for j in stride(from: 0, to: columns, by: tile) {
          for q in j..<min(j + tile, columns) {
            for p in i..<min(i + tile, rows) { b[q * rows + p] = a[p * columns + q] }
          }
        }
      }
    }
  }
}
