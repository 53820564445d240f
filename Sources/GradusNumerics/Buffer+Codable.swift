// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The raw blocks beside an encoded header: what `Buffer` and `Vector` write into and read from.
///
/// Hand one to a coder under `CodingUserInfoKey.blocks`. A class, because coders copy their user info.
public final class BlockStore: Sendable {
  private let storage: Mutex<[[UInt8]]>

  public init(_ blocks: [[UInt8]] = []) { storage = Mutex(blocks) }

  /// All blocks in the order they were added.
  public var blocks: [[UInt8]] { storage.withLock { $0 } }

  func add(_ block: [UInt8]) -> Int {
    storage.withLock {
      $0.append(block)
      return $0.count - 1
    }
  }

  func block(_ index: Int) -> [UInt8]? {
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
func encodeNumbers<Element: BitwiseCopyable & Codable>(_ elements: [Element], to encoder: any Encoder) throws {
  var container = encoder.singleValueContainer()
  guard let store = encoder.userInfo[.blocks] as? BlockStore else {
    try container.encode(elements)
    return
  }
  let bytes = elements.withUnsafeBytes { [UInt8]($0) }
  try container.encode(store.add(bytes))
}

/// Reads what `encodeNumbers` wrote.
func decodeNumbers<Element: BitwiseCopyable & Codable>(_ type: Element.Type, from decoder: any Decoder) throws
  -> [Element]
{
  let container = try decoder.singleValueContainer()
  guard let store = decoder.userInfo[.blocks] as? BlockStore else { return try container.decode([Element].self) }
  let index = try container.decode(Int.self)
  guard let bytes = store.block(index), bytes.count % MemoryLayout<Element>.stride == 0 else {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "block \(index) is missing or has a wrong size"))
  }
  return [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.stride) { target, count in
    UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
    count = target.count
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
