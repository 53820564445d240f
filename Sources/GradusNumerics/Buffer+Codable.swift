// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The raw blocks beside an encoded header: what `Buffer` and `Vector` write into and read from.
///
/// Hand one to a coder under `CodingUserInfoKey.blocks`. A class, because coders copy their user info.
public final class BlockStore: Sendable {
  private let storage: Mutex<[RawBlock]>

  public init(_ blocks: [[UInt8]] = []) { storage = Mutex(blocks.map { RawBlock($0) }) }

  /// Blocks that stay where they are.
  package init(_ blocks: [RawBlock]) { storage = Mutex(blocks) }

  /// All blocks in the order they were added.
  public var blocks: [[UInt8]] { rawBlocks.map(\.bytes) }

  /// The same without copies.
  package var rawBlocks: [RawBlock] { storage.withLock { $0 } }

  func add(_ block: RawBlock) -> Int {
    storage.withLock {
      $0.append(block)
      return $0.count - 1
    }
  }

  func block(_ index: Int) -> RawBlock? {
    storage.withLock { $0.indices.contains(index) ? $0[index] : nil }
  }
}

extension CodingUserInfoKey {
  /// The place of the `BlockStore` in a coder's user info.
  public static var blocks: CodingUserInfoKey {
    // The initializer is failable only for historic reasons; the literal below is a valid key.
    guard let key = CodingUserInfoKey(rawValue: "gradus.blocks") else { preconditionFailure("unusable coding key") }
    return key
  }
}

/// Encodes plain numbers as one block, or as an array where no store is at hand.
func encodeNumbers<Element: BitwiseCopyable & Codable & Sendable>(_ elements: [Element], to encoder: any Encoder) throws
{
  var container = encoder.singleValueContainer()
  guard let store = encoder.userInfo[.blocks] as? BlockStore else {
    try container.encode(elements)
    return
  }
  try container.encode(store.add(RawBlock(elements)))
}

/// Reads what `encodeNumbers` wrote.
func decodeNumbers<Element: BitwiseCopyable & Codable>(_ type: Element.Type, from decoder: any Decoder) throws
  -> [Element]
{
  let container = try decoder.singleValueContainer()
  guard let store = decoder.userInfo[.blocks] as? BlockStore else { return try container.decode([Element].self) }
  return try readElements(of: Element.self, in: store, container, decoder)
}

/// Elements made of words of four bytes without gaps, saved as they lie in memory; as an array of words where no store is at
/// hand.
package struct RawElements<Element: BitwiseCopyable & Sendable>: Sendable, Codable {
  package var elements: [Element]

  package init(_ elements: [Element]) {
    precondition(
      MemoryLayout<Element>.size == MemoryLayout<Element>.stride && MemoryLayout<Element>.size % 4 == 0,
      "elements with gaps are not saved as they lie in memory")
    self.elements = elements
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let store = decoder.userInfo[.blocks] as? BlockStore {
      self.init(try readElements(of: Element.self, in: store, container, decoder))
      return
    }
    self.init(try numbers(RawBlock(container.decode([UInt32].self)), of: Element.self, decoder))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let store = encoder.userInfo[.blocks] as? BlockStore {
      try container.encode(store.add(RawBlock(elements)))
    } else {
      try container.encode(numbers(RawBlock(elements), of: UInt32.self, nil))
    }
  }
}

/// The elements of the block whose number comes next.
private func readElements<Element: BitwiseCopyable>(
  of type: Element.Type, in store: BlockStore, _ container: any SingleValueDecodingContainer, _ decoder: any Decoder
) throws -> [Element] {
  let index = try container.decode(Int.self)
  guard let block = store.block(index) else {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "block \(index) is missing"))
  }
  return try numbers(block, of: type, decoder)
}

/// The bytes of a block as elements.
private func numbers<Element: BitwiseCopyable>(
  _ block: RawBlock, of type: Element.Type, _ decoder: (any Decoder)?
) throws -> [Element] {
  guard block.count % MemoryLayout<Element>.stride == 0 else {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder?.codingPath ?? [], debugDescription: "a block has a wrong size"))
  }
  return block.withBytes { bytes in
    [Element](unsafeUninitializedCapacity: block.count / MemoryLayout<Element>.stride) { target, count in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      count = target.count
    }
  }
}

extension Buffer: Codable {
  public init(from decoder: any Decoder) throws { elements = try decodeNumbers(Element.self, from: decoder) }
  /// Writes the elements as one block of bits where the encoder keeps blocks, else one by one.
  public func encode(to encoder: any Encoder) throws { try encodeNumbers(elements, to: encoder) }
}

extension Vector: Codable {
  public init(from decoder: any Decoder) throws { elements = try decodeNumbers(Double.self, from: decoder) }
  /// Writes the elements as one block of bits where the encoder keeps blocks, else one by one.
  public func encode(to encoder: any Encoder) throws { try encodeNumbers(elements, to: encoder) }
}
