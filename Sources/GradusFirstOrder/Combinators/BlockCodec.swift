// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Memory in bytes: for every block of 256 numbers, the codes of each number of a cell, their scales, and what is exact.
struct CodedMemory {
  var codes: UnsafeMutablePointer<UInt8>
  var scales: UnsafeMutablePointer<Float>
  var exact: UnsafeMutablePointer<Float>
}

/// Blocks of cells from bytes and back: valid during `with` alone.
struct BlockCodec {
  private let coder: CellCoder
  private let isDithered: Bool
  private let words: Int
  /// Places in a cell of what is exact.
  private let exact: [Int]

  private static var size: Int { DynamicCode.block }
  private static var width: Int { Lane.scalarCount }
  private var coded: Int { words - exact.count }

  /// Calls `body` with the codec of cells whose numbers are of these kinds.
  static func with(_ memory: [MemoryKind], isDithered: Bool, _ body: (BlockCodec) -> Void) {
    CellCoder.with(signs: memory.map { $0 == .exact ? nil : $0 == .signed }) { coder in
      body(
        BlockCodec(
          coder: coder, isDithered: isDithered, words: memory.count,
          exact: memory.indices.filter { memory[$0] == .exact }))
    }
  }

  /// The cells of neighboring blocks, one behind the other, from their codes.
  func decode(_ numbers: UnsafeMutablePointer<Float>, _ from: CodedMemory, _ blocks: Range<Int>) {
    let place = blocks.lowerBound * coded
    coder.decode(from.codes + place * Self.size, from.scales + place, into: numbers, blocks: blocks.count)
    if !exact.isEmpty { copyExact(blocks) { (numbers + $0).update(from: from.exact + $1, count: Self.width) } }
  }

  /// The codes of the cells of neighboring blocks.
  func encode(_ numbers: UnsafePointer<Float>, _ into: CodedMemory, _ blocks: Range<Int>, step: Int) {
    let place = blocks.lowerBound * coded
    let (codes, scales) = (into.codes + place * Self.size, into.scales + place)
    if isDithered {
      coder.encode(numbers, blocks: blocks.count, step: step, first: blocks.lowerBound, into: codes, scales)
    } else {
      coder.encodeNearest(numbers, blocks: blocks.count, into: codes, scales)
    }
    if !exact.isEmpty { copyExact(blocks) { (into.exact + $1).update(from: numbers + $0, count: Self.width) } }
  }

  /// Calls `copy` with the place in the cells of blocks, and that in the memory, of every sixteen exact numbers.
  private func copyExact(_ blocks: Range<Int>, _ copy: (Int, Int) -> Void) {
    for block in blocks {
      for (k, w) in exact.enumerated() {
        let cells = (block - blocks.lowerBound) * Self.size * words + Self.width * w
        let kept = (block * exact.count + k) * Self.size
        for i in 0..<Self.size / Self.width { copy(cells + Self.width * i * words, kept + Self.width * i) }
      }
    }
  }
}
