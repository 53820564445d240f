// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// The memory of an elementwise rule: one cell for sixteen neighboring parameters. Saved as raw words.
public struct Cells<Cell: BitwiseCopyable & Sendable>: Sendable {
  @usableFromInline var storage: [Cell]

  @inlinable
  public init(repeating cell: Cell, count: Int) { storage = [Cell](repeating: cell, count: count) }

  @inlinable
  public var count: Int { storage.count }

  /// Numbers of four bytes in a cell.
  @inlinable
  public static var words: Int { MemoryLayout<Cell>.size / 4 }

  /// The cells in place.
  @inlinable
  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (inout UnsafeMutableBufferPointer<Cell>) throws -> Result
  ) rethrows -> Result { try storage.withUnsafeMutableBufferPointer(body) }
}

extension Cells {
  /// What `body` makes of each sixteen neighboring parameters and their cell; the cells follow the flat buffer.
  func combined(with parameters: Span<Float>, _ body: (Lane, Cell) -> Lane) -> [Float] {
    let count = parameters.count
    return parameters.withUnsafeBufferPointer { p in
      [Float](unsafeUninitializedCapacity: count) { target, initialized in
        initialized = count
        guard let p = p.baseAddress, let out = target.baseAddress else { return }
        for i in storage.indices {
          let offset = Lane.scalarCount * i
          body(Lane(p, offset, count), storage[i]).store(out, offset, count)
        }
      }
    }
  }
}

extension Cells: Codable {
  private enum Keys: CodingKey { case count, words }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let count = try container.decode(Int.self, forKey: .count)
    if Self.hasNoGaps {
      storage = try container.decode(RawElements<Cell>.self, forKey: .words).elements
      guard storage.count == count else { throw Self.wrongSize(container) }
      return
    }
    let words = try container.decode(Buffer<UInt32>.self, forKey: .words).elements
    guard count >= 0, words.count == count * Self.words else { throw Self.wrongSize(container) }
    storage = words.withUnsafeBytes { bytes in
      [Cell](unsafeUninitializedCapacity: count) { target, initialized in
        let raw = UnsafeMutableRawBufferPointer(target)
        for i in 0..<count where Self.words > 0 {
          UnsafeMutableRawBufferPointer(rebasing: raw[Self.place(i)])
            .copyBytes(from: bytes[i * Self.words * 4..<(i + 1) * Self.words * 4])
        }
        initialized = count
      }
    }
  }

  /// Writes the words of all cells as one block.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(count, forKey: .count)
    if Self.hasNoGaps { return try container.encode(RawElements(storage), forKey: .words) }
    let words = storage.withUnsafeBytes { bytes in
      [UInt32](unsafeUninitializedCapacity: count * Self.words) { target, initialized in
        let raw = UnsafeMutableRawBufferPointer(target)
        for i in 0..<count where Self.words > 0 {
          UnsafeMutableRawBufferPointer(rebasing: raw[i * Self.words * 4..<(i + 1) * Self.words * 4])
            .copyBytes(from: bytes[Self.place(i)])
        }
        initialized = count * Self.words
      }
    }
    try container.encode(Buffer(words), forKey: .words)
  }
}

extension Cells {
  /// Cells of lanes and nothing else lie in memory as they are saved.
  private static var hasNoGaps: Bool {
    MemoryLayout<Cell>.size == MemoryLayout<Cell>.stride && MemoryLayout<Cell>.size % 4 == 0
  }

  private static func wrongSize(_ container: KeyedDecodingContainer<Keys>) -> DecodingError {
    .dataCorruptedError(forKey: .words, in: container, debugDescription: "the memory of the rule has a wrong size")
  }

  /// The bytes of cell i without its padding.
  private static func place(_ i: Int) -> Range<Int> {
    let start = i * MemoryLayout<Cell>.stride
    return start..<start + MemoryLayout<Cell>.size
  }
}
