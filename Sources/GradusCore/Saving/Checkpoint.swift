// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A run between two steps: a JSON header and raw blocks in one file.
///
///     "GRADUSCP" | version: u32 | header bytes: u64 | header | blocks: u64 | (bytes: u64 | block)… | checksum: u64
///
/// Numbers are little-endian. The checksum covers everything before it, so a torn or altered file is refused.
public struct Checkpoint: Sendable {
  /// What a reader needs before it can decode the state.
  public struct Header: Codable, Sendable {
    public var format: Int
    public var gradus: String
    /// The name on the method's card, or of its type.
    public var method: String
    /// Problem fingerprint in hexadecimal; empty when the problem has none.
    public var problem: String
    public var seed: UInt64
    public var progress: RunProgress
    /// How many journal lines the state already contains.
    public var journaled: Int
    /// The next ticket number.
    public var issued: Int
  }

  public let header: Header
  /// Settings, state and outstanding questions as JSON that refers to the blocks.
  let body: [UInt8]
  let blocks: [RawBlock]

  static let magic = Array("GRADUSCP".utf8)
  static let version: UInt32 = 1

  init(header: Header, body: [UInt8], blocks: [RawBlock]) {
    self.header = header
    self.body = body
    self.blocks = blocks
  }

  /// Something that is no run, saved like one, under the name of a method.
  package init(_ content: some Encodable, of method: String) throws {
    let store = BlockStore()
    body = try Coding.encode(content, blocks: store)
    blocks = store.rawBlocks
    header = Header(
      format: 1, gradus: gradusVersion, method: method, problem: "", seed: 0, progress: RunProgress(), journaled: 0,
      issued: 0)
  }

  /// What `init(_:of:)` was given.
  package func content<Content: Decodable>(_ type: Content.Type) throws -> Content {
    try Coding.decode(type, from: body, blocks: BlockStore(blocks))
  }

  /// Settings, state and questions in flight, without what differs between equal runs (time, journal position).
  package func stateBits() -> [[UInt8]] { [body] + blocks.map(\.bytes) }

  /// Saves beside the target, then renames: an interrupted save leaves the old file intact. Numbers are summed and
  /// written from where they lie, a stretch at a time, which the cache still has.
  public func write(to path: String) throws {
    let parts = try parts()
    try AtomicFile.write(to: path) { (file) throws(FileFailure) in
      var sum = Fingerprint()
      for part in parts {
        try part.withBytes { (bytes) throws(FileFailure) in
          sum.mix(bytes.count)
          var stretch = 0..<0
          repeat {
            stretch = stretch.upperBound..<min(bytes.count, stretch.upperBound + Self.stretch)
            let some = UnsafeRawBufferPointer(rebasing: bytes[stretch])
            sum.mix(stretch: some, isLast: stretch.upperBound == bytes.count)
            try file.append(some)
          } while stretch.upperBound < bytes.count
        }
      }
      try RawBlock(littleEndian(sum.value)).withBytes { (bytes) throws(FileFailure) in try file.append(bytes) }
    }
  }

  /// Bytes that are summed and written at once: few enough to stay in the processor's cache.
  private static var stretch: Int { 1 << 20 }

  /// Reads a file that `write(to:)` wrote. Throws when it cannot be read, is cut short or damaged, with its name.
  public init(contentsOf path: String) throws {
    try self.init(bytes: AtomicFile.read(path), name: path)
  }

  /// Everything but the checksum.
  private func parts() throws -> [RawBlock] {
    let header = try Coding.encode(header)
    var parts = [RawBlock(Self.magic + littleEndian(Self.version))]
    for section in [header, body] { parts += [RawBlock(littleEndian(UInt64(section.count))), RawBlock(section)] }
    parts.append(RawBlock(littleEndian(UInt64(blocks.count))))
    for block in blocks { parts += [RawBlock(littleEndian(UInt64(block.count))), block] }
    return parts
  }

  /// The bytes that `write(to:)` writes.
  package func serialized() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var sum = Fingerprint()
    for part in try parts() {
      part.withBytes {
        sum.mix(raw: $0)
        bytes.append(contentsOf: $0)
      }
    }
    return bytes + littleEndian(sum.value)
  }

  /// Reads a checkpoint from memory; `name` appears in messages. Blocks stay where they are in `bytes`.
  public init(bytes: [UInt8], name: String) throws {
    var reader = SectionReader(bytes: bytes, name: name)
    guard try reader.take(8) == Self.magic[...] else { throw reader.failure("it is not a checkpoint") }
    let version = UInt32(littleEndianBytes: try reader.take(4))
    guard version == Self.version else {
      throw reader.failure("its format is version \(version), this build reads version \(Self.version)")
    }
    reader.seal(from: 0)
    let header = try Array(bytes[reader.section()])
    body = try Array(bytes[reader.section()])
    let count = try reader.count()
    // Every block needs at least its length, so a count beyond that is a torn or forged file.
    guard count <= UInt64(bytes.count / 8) else { throw reader.failure("it is damaged") }
    var blocks: [RawBlock] = []
    for _ in 0..<count { blocks.append(RawBlock(bytes, try reader.section())) }
    self.blocks = blocks
    let expected = reader.checksum
    guard UInt64(littleEndianBytes: try reader.take(8)) == expected, reader.isAtEnd else {
      throw reader.failure("it is damaged (its checksum does not fit)")
    }
    do {
      self.header = try Coding.decode(Header.self, from: header)
    } catch {
      throw reader.failure("its header cannot be read")
    }
  }
}

/// Walks through a checkpoint and sums what it passes, part by part as it was written.
private struct SectionReader {
  let bytes: [UInt8]
  let name: String
  var position = 0
  var sum = Fingerprint()

  var isAtEnd: Bool { position == bytes.count }
  var checksum: UInt64 { sum.value }

  func failure(_ cause: String) -> FileFailure { FileFailure(path: name, action: "resume from", cause: cause) }

  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw failure("it is cut short") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func seal(from start: Int) { mix(start..<position) }

  mutating func count() throws -> UInt64 {
    let start = position
    let count = UInt64(littleEndianBytes: try take(8))
    mix(start..<position)
    return count
  }

  mutating func section() throws -> Range<Int> {
    let count = try count()
    guard count <= UInt64(bytes.count - position) else { throw failure("it is cut short") }
    let range = position..<position + Int(count)
    mix(range)
    position = range.upperBound
    return range
  }

  private mutating func mix(_ range: Range<Int>) {
    bytes.withUnsafeBytes { sum.mix(raw: UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}

private func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
}

extension FixedWidthInteger {
  fileprivate init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }
}
