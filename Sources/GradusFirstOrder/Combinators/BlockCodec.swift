// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Memory in bytes: for every block of 256 numbers, the codes of each number of a cell, their scales, and what is exact.
struct CodedMemory {
  var codes: UnsafeMutableBufferPointer<UInt8>
  var scales: UnsafeMutableBufferPointer<Float>
  var exact: UnsafeMutableBufferPointer<Float>
  /// Numbers of a cell that are coded, and those that are kept.
  var coded: Int
  var kept: Int
}

/// Blocks of cells from bytes and back.
struct BlockCodec {
  var memory: [MemoryKind]
  var isDithered: Bool
  private let signed = DynamicCode.signed
  private let unsigned = DynamicCode.unsigned

  init(memory: [MemoryKind], isDithered: Bool) {
    self.memory = memory
    self.isDithered = isDithered
  }

  private static var size: Int { 256 }

  /// The cells of a block from their codes.
  func decode(_ numbers: UnsafeMutablePointer<Float>, _ from: CodedMemory, _ block: Int) {
    guard let codes = from.codes.baseAddress, let scales = from.scales.baseAddress else { return }
    let words = memory.count
    var (coded, kept) = (0, 0)
    for w in 0..<words {
      if memory[w] == .exact {
        let source = (from.exact.baseAddress ?? numbers) + (block * from.kept + kept) * Self.size
        for i in 0..<Self.size / Lane.scalarCount {
          for k in 0..<Lane.scalarCount {
            numbers[(i * words + w) * Lane.scalarCount + k] = source[Lane.scalarCount * i + k]
          }
        }
        kept += 1
        continue
      }
      let source = codes + (block * from.coded + coded) * Self.size
      let scale = scales[block * from.coded + coded]
      (memory[w] == .signed ? signed : unsigned).values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        for i in 0..<Self.size / Lane.scalarCount {
          let target = numbers + (i * words + w) * Lane.scalarCount
          for k in 0..<Lane.scalarCount { target[k] = values[Int(source[Lane.scalarCount * i + k])] * scale }
        }
      }
      coded += 1
    }
  }

  /// The codes of the cells of a block.
  func encode(_ numbers: UnsafeMutablePointer<Float>, _ into: CodedMemory, _ block: Int) {
    guard let codes = into.codes.baseAddress, let scales = into.scales.baseAddress else { return }
    let words = memory.count
    var (coded, kept) = (0, 0)
    for w in 0..<words {
      if memory[w] == .exact {
        guard let target = into.exact.baseAddress else { continue }
        for i in 0..<Self.size / Lane.scalarCount {
          for k in 0..<Lane.scalarCount {
            target[(block * into.kept + kept) * Self.size + Lane.scalarCount * i + k] =
              numbers[(i * words + w) * Lane.scalarCount + k]
          }
        }
        kept += 1
        continue
      }
      var largest = Lane.zero
      for i in 0..<Self.size / Lane.scalarCount {
        largest = larger(
          largest,
          magnitude(UnsafeRawPointer(numbers + (i * words + w) * Lane.scalarCount).loadUnaligned(as: Lane.self)))
      }
      let scale = largest.max()
      scales[block * into.coded + coded] = scale
      let factor = scale > 0 ? 1 / scale : 0
      let code = memory[w] == .signed ? signed : unsigned
      let target = codes + (block * into.coded + coded) * Self.size
      for i in 0..<Self.size / Lane.scalarCount {
        // A scale below the smallest normal number has no inverse.
        code.encode(
          numbers + (i * words + w) * Lane.scalarCount, scale: factor.isFinite ? factor : .greatestFiniteMagnitude,
          isDithered: isDithered, into: target + Lane.scalarCount * i)
      }
      coded += 1
    }
  }

  /// As above for memory that lies in buffers.
  func encode<Cell: BitwiseCopyable>(
    _ cells: inout [Cell], _ block: Int, _ codes: inout Buffer<UInt8>, _ scales: inout Buffer<Float>,
    _ exact: inout Buffer<Float>
  ) {
    let kept = memory.count { $0 == .exact }
    let coded = memory.count - kept
    cells.withUnsafeMutableBufferPointer { cells in
      codes.elements.withUnsafeMutableBufferPointer { codes in
        scales.elements.withUnsafeMutableBufferPointer { scales in
          exact.elements.withUnsafeMutableBufferPointer { exact in
            guard let c = cells.baseAddress else { return }
            encode(
              UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self),
              CodedMemory(codes: codes, scales: scales, exact: exact, coded: coded, kept: kept), block)
          }
        }
      }
    }
  }
}

extension DynamicCode {
  static let signed = DynamicCode(signed: true)
  static let unsigned = DynamicCode(signed: false)
}
