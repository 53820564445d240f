// SPDX-License-Identifier: Apache-2.0
internal import GradusLanes

/// Numbers in [−1, 1] or [0, 1] as bytes, finer near zero: seven decades, each with twice the codes of the one below.
///
///     signed      0,  ±(midpoints of 2ⁱ equal parts of [0.1, 1])·10^(i − 6), i = 0 … 6,  and 1
///     unsigned    the same with 2^(i + 1) parts and no signs
///
/// A block of 256 numbers has the largest magnitude as its scale. m = |x|/scale is coded as the nearest magnitude, the lower
/// one of two, or, dithered, as one of its neighbors with probabilities that make the mean m: m is rounded to eight bits by
/// chance, and t(m), the index of magnitudes continued linearly between them, to a whole number by chance. Rounded to the
/// nearest, an average that changes by a hundredth a step would never leave its code. Unsigned numbers with m ≥ 2⁻¹²⁵ are
/// never coded as zero: a denominator that vanishes would make a step of any size. A NaN makes the scale NaN, and with it
/// the whole block.
///
/// Of the signed code only, magnitudes between the two largest (0.993 and 1) are coded as if these were as far apart as the
/// others, the mean being up to 0.0016 too low: there alone t is not concave.
///
/// **Reference** T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, *8-bit optimizers via block-wise quantization*,
/// ICLR 2022, section 2.
package struct DynamicCode: Sendable {
  /// Numbers in a block.
  @inlinable package static var block: Int { 256 }

  /// The magnitudes in order: 0, midpoints, 1.
  package let magnitudes: [Float]
  /// The numbers of the codes.
  package let values: [Float]
  package let isSigned: Bool
  /// A `gradus_byte_code`.
  private let table: AlignedTable

  package init(signed: Bool) {
    isSigned = signed
    var numbers: [Float] = [0]
    /// Indices between which t is affine.
    var nodes = [0]
    var scale = 1e-6
    for i in 0...6 {
      let parts = signed ? 1 << i : 2 << i
      nodes.append(numbers.count)
      for k in 0..<parts { numbers.append(Float((0.1 + 0.9 * (Double(k) + 0.5) / Double(parts)) * scale)) }
      if parts > 1 { nodes.append(numbers.count - 1) }
      scale *= 10
    }
    numbers.append(1)
    magnitudes = numbers
    var words = Words()
    // Signed: 0, midpoints; then 1 in the place of −0, and the negative midpoints.
    var values = Array(numbers[..<(signed ? 129 : 256)])
    if signed { values += numbers[1..<128].map { -$0 } }
    self.values = values
    for value in values { words.append(value.bitPattern) }
    for middle in Self.middles(numbers) { words.append(middle.bitPattern) }
    let lines = (UInt32(96)...127).map { Self.lines($0, numbers, nodes) }
    for j in 0..<3 { for line in lines { words.append(half: line[j].base) } }
    for j in 0..<3 { for line in lines { words.append(half: line[j].rise) } }
    for line in lines {
      for mantissa in UInt32(0)..<128 { words.append(half: line.map { $0.at(mantissa) }.min() ?? 0) }
    }
    var stream = RandomStream(seed: 8)
    for _ in 0..<Self.block { words.append(UInt32(stream.next() >> 48)) }
    for _ in 0..<Self.block { words.append(half: UInt32(stream.next() >> 56)) }
    for byte in UInt32(0)..<4 { for value in values { words.append(byte: value.bitPattern >> (8 * byte) & 255) } }
    words.append(signed ? 1 : 0)
    for _ in 0..<15 { words.append(0) }
    precondition(Self.block == GRADUS_BLOCK, "blocks have two sizes")
    precondition(
      4 * words.elements.count == MemoryLayout<gradus_byte_code>.size, "the table of a code has another size")
    table = AlignedTable(words.elements)
  }

  /// The least number nearer to j + 1 than to j, for each j.
  private static func middles(_ numbers: [Float]) -> [Float] {
    let found = zip(numbers, numbers.dropFirst()).map { low, high in
      let middle = (Double(low) + Double(high)) / 2
      return Double(Float(middle)) > middle ? Float(middle) : Float(middle).nextUp
    }
    return found + Array(repeating: .infinity, count: 256 - found.count)
  }

  /// 256·t of magnitudes with one exponent, along one line.
  private struct Line {
    /// At the least magnitude.
    var base: UInt32
    /// Up to twice that.
    var rise: UInt32

    /// As the instructions compute it, which round down.
    func at(_ mantissa: UInt32) -> UInt32 { base + (mantissa << 9 * rise) >> 16 }
  }

  /// Three lines, t being the least of them, for an exponent as it stands in the bits of a number.
  private static func lines(_ exponent: UInt32, _ numbers: [Float], _ nodes: [Int]) -> [Line] {
    let least = Double(Float(bitPattern: exponent << 23))
    if exponent == 127 { return Array(repeating: Line(base: UInt32(256 * (numbers.count - 1)), rise: 0), count: 3) }
    var lines: [Line] = []
    // Behind the last midpoint t goes on as before it.
    for (from, to) in zip(nodes, nodes.dropFirst()) {
      let start = Double(numbers[from])
      guard Double(numbers[to]) > least, start < 2 * least else { continue }
      let slope = 256 * Double(to - from) / (Double(numbers[to]) - start)
      var line = Line(base: 0, rise: UInt32((slope * least).rounded()))
      // The base makes up for the rounding down, in the mean over all mantissas.
      let lost = (UInt32(0)..<128).reduce(0.0) { $0 + slope * least * Double($1) / 128 - Double(line.at($1)) } / 128
      line.base = UInt32(max(0, (256 * Double(from) + slope * (least - start) + lost).rounded()))
      lines.append(line)
    }
    precondition((1...3).contains(lines.count), "a binade has \(lines.count) lines")
    return lines + Array(repeating: lines[0], count: 3 - lines.count)
  }

  /// Calls `body` with the code as the instructions read it.
  fileprivate func withTable(_ body: (UnsafePointer<gradus_byte_code>) -> Void) {
    table.withBytes { body($0.assumingMemoryBound(to: gradus_byte_code.self)) }
  }

  package static let signed = DynamicCode(signed: true)
  package static let unsigned = DynamicCode(signed: false)
}

/// Words of four bytes, collected from parts of them.
private struct Words {
  private(set) var elements: [UInt32] = []
  private var bits = 0

  mutating func append(_ value: UInt32) { append(value, width: 32) }
  mutating func append(half value: UInt32) { append(value, width: 16) }
  mutating func append(byte value: UInt32) { append(value, width: 8) }

  private mutating func append(_ value: UInt32, width: Int) {
    if bits % 32 == 0 { elements.append(0) }
    elements[bits / 32] |= value << UInt32(bits % 32)
    bits += width
  }
}

/// Words at an address that is a multiple of 64, which elements of arrays do not have, and registers are loaded from twice as
/// fast.
private final class AlignedTable: Sendable {
  /// As a number, for nothing is written there once it is known.
  private let address: UInt

  init(_ words: [UInt32]) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * words.count, alignment: 64)
    words.withUnsafeBytes { if let base = $0.baseAddress { memory.copyMemory(from: base, byteCount: $0.count) } }
    address = UInt(bitPattern: memory)
  }

  deinit { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }

  func withBytes(_ body: (UnsafeRawPointer) -> Void) {
    if let memory = UnsafeRawPointer(bitPattern: address) { body(memory) }
  }
}

/// Cells of a rule's memory, sixteen numbers of each word side by side, from bytes and back: valid during `with` alone.
package struct CellCoder {
  private let codes: UnsafePointer<UnsafePointer<gradus_byte_code>?>
  private let words: Int
  private let coded: Int

  private var code: gradus_cell_code { gradus_cell_code(codes: codes, words: words, coded: coded) }

  /// Calls `body` with the coder for cells of these words: with a sign, without one, or, nil, not coded.
  package static func with(signs: [Bool?], _ body: (CellCoder) -> Void) {
    DynamicCode.signed.withTable { signed in
      DynamicCode.unsigned.withTable { unsigned in
        let tables: [UnsafePointer<gradus_byte_code>?] = signs.map { sign in sign.map { $0 ? signed : unsigned } }
        tables.withUnsafeBufferPointer { tables in
          guard let base = tables.baseAddress else { return }
          body(CellCoder(codes: base, words: signs.count, coded: signs.count { $0 != nil }))
        }
      }
    }
  }

  /// Neighboring blocks of cells from the codes and scales of each block and coded word.
  package func decode(
    _ codes: UnsafePointer<UInt8>, _ scales: UnsafePointer<Float>, into cells: UnsafeMutablePointer<Float>, blocks: Int,
    plainly: Bool = false
  ) {
    withUnsafePointer(to: code) {
      if plainly {
        gradus_decode_cells_plainly($0, codes, scales, cells, blocks)
      } else {
        gradus_decode_cells($0, codes, scales, cells, blocks)
      }
    }
  }

  /// Codes and scales of neighboring blocks, dithered: chance depends on the step and the number of each block, that of the
  /// first being `first`.
  package func encode(
    _ cells: UnsafePointer<Float>, blocks: Int, step: Int, first: Int, into codes: UnsafeMutablePointer<UInt8>,
    _ scales: UnsafeMutablePointer<Float>, plainly: Bool = false
  ) {
    let (step, first) = (UInt64(truncatingIfNeeded: step), UInt64(truncatingIfNeeded: first))
    withUnsafePointer(to: code) {
      if plainly {
        gradus_encode_cells_plainly($0, cells, blocks, step, first, codes, scales)
      } else {
        gradus_encode_cells($0, cells, blocks, step, first, codes, scales)
      }
    }
  }

  /// The same, rounded to the nearest.
  package func encodeNearest(
    _ cells: UnsafePointer<Float>, blocks: Int, into codes: UnsafeMutablePointer<UInt8>,
    _ scales: UnsafeMutablePointer<Float>
  ) { withUnsafePointer(to: code) { gradus_encode_nearest_cells($0, cells, blocks, codes, scales) } }
}
