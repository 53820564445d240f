// SPDX-License-Identifier: Apache-2.0
public import GradusNative

/// Passes over long buffers in blocks whose bounds depend on the length alone, so that bits do not depend on threads.
@usableFromInline
enum Blocks {
  /// Cells of eight numbers in a block: enough to be worth handing to another thread.
  @usableFromInline static let cells = 4096

  /// Number of blocks of `count` numbers.
  @inlinable
  static func number(_ count: Int) -> Int { ((count + 7) / 8 + cells - 1) / cells }

  /// Calls `body` with the cells of each block of `count` numbers.
  @inlinable
  static func run(_ count: Int, _ crew: WorkCrew?, _ body: (Range<Int>) -> Void) {
    let all = (count + 7) / 8
    let blocks = number(count)
    guard let crew, blocks > 1 else { return body(0..<all) }
    crew.run(blocks) { body($0 * cells..<min(all, ($0 + 1) * cells)) }
  }

  /// Calls `body` with number and cells of each block of `count` numbers, one by one also where nobody helps.
  @usableFromInline
  static func each(_ count: Int, _ crew: WorkCrew?, _ body: (Int, Range<Int>) -> Void) {
    let all = (count + 7) / 8
    let blocks = number(count)
    if let crew, blocks > 1 { return crew.run(blocks) { body($0, $0 * cells..<min(all, ($0 + 1) * cells)) } }
    for block in 0..<blocks { body(block, block * cells..<min(all, (block + 1) * cells)) }
  }

  /// What every rule asks of its arguments.
  @usableFromInline
  static func check(_ parameters: Int, _ gradient: Int, _ layout: Layout) {
    precondition(
      parameters == layout.count && gradient == layout.count,
      "\(parameters) parameters and \(gradient) numbers of a gradient for a layout of \(layout.count)")
  }
}

extension SIMD8<Float> {
  /// Eight numbers from `offset`; zeros behind the end.
  @inlinable
  init(_ x: UnsafePointer<Float>, _ offset: Int, _ count: Int) {
    self = .zero
    for k in 0..<Swift.min(8, count - offset) { self[k] = x[offset + k] }
  }

  /// Writes what lies before the end.
  @inlinable
  func store(_ x: UnsafeMutablePointer<Float>, _ offset: Int, _ count: Int) {
    for k in 0..<Swift.min(8, count - offset) { x[offset + k] = self[k] }
  }
}
