// SPDX-License-Identifier: Apache-2.0
public import GradusNative

/// Passes over long buffers in blocks whose bounds depend on the length alone, so that bits do not depend on threads.
@usableFromInline
enum Blocks {
  /// Cells in a block: enough to be worth handing to another thread.
  @inlinable static var cells: Int { 2048 }

  /// Number of blocks of `count` numbers.
  @inlinable
  static func number(_ count: Int) -> Int { (Lane.number(count) + cells - 1) / cells }

  /// Calls `body` with the cells of each block of `count` numbers.
  @inlinable
  static func run(_ count: Int, _ crew: WorkCrew?, _ body: (Range<Int>) -> Void) {
    let all = Lane.number(count)
    let blocks = number(count)
    guard let crew, blocks > 1 else { return body(0..<all) }
    crew.run(blocks) { body($0 * cells..<min(all, ($0 + 1) * cells)) }
  }

  /// Calls `body` with number and cells of each block of `count` numbers, one by one also where nobody helps.
  @usableFromInline
  static func each(_ count: Int, _ crew: WorkCrew?, _ body: (Int, Range<Int>) -> Void) {
    let all = Lane.number(count)
    let blocks = number(count)
    if let crew, blocks > 1 { return crew.run(blocks) { body($0, $0 * cells..<min(all, ($0 + 1) * cells)) } }
    for block in 0..<blocks { body(block, block * cells..<min(all, (block + 1) * cells)) }
  }

  /// Calls `body` with the cells of each block of `count` numbers, the last block first.
  @usableFromInline
  static func eachFromEnd(_ count: Int, _ crew: WorkCrew?, _ body: (Range<Int>) -> Void) {
    let all = Lane.number(count)
    let blocks = number(count)
    let last = blocks - 1
    if let crew, blocks > 1 {
      return crew.run(blocks) { body((last - $0) * cells..<min(all, (last - $0 + 1) * cells)) }
    }
    for block in (0..<blocks).reversed() { body(block * cells..<min(all, (block + 1) * cells)) }
  }

  /// The sum over all blocks of what `body` makes of their cells.
  static func sums(_ count: Int, _ crew: WorkCrew?, _ body: (Range<Int>) -> SIMD2<Double>) -> SIMD2<Double> {
    var parts = [SIMD2<Double>](repeating: .zero, count: number(count))
    parts.withUnsafeMutableBufferPointer { parts in
      guard let base = parts.baseAddress else { return }
      each(count, crew) { base[$0] = body($1) }
    }
    return parts.reduce(.zero, +)
  }

  /// What every rule asks of its arguments.
  @usableFromInline
  static func check(_ parameters: Int, _ gradient: Int, _ layout: Layout) {
    precondition(
      parameters == layout.count && gradient == layout.count,
      "\(parameters) parameters and \(gradient) numbers of a gradient for a layout of \(layout.count)")
  }
}
