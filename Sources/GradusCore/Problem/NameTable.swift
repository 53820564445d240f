// SPDX-License-Identifier: Apache-2.0

/// The names of rows or columns: one buffer of UTF-8 and the places where names end.
///
/// A hundred thousand names cost two allocations instead of a hundred thousand. Positions are 0-based.
public struct NameTable: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral {
  @usableFromInline package private(set) var bytes: [UInt8] = []
  @usableFromInline package private(set) var ends: [UInt32] = []

  public init() {}

  public init(_ names: some Sequence<String>) {
    for name in names { append(name) }
  }

  public init(arrayLiteral names: String...) { self.init(names) }

  /// `prefix0`, `prefix1`, … for problems that came without names.
  public static func numbered(_ prefix: String, count: Int) -> NameTable {
    NameTable((0..<count).lazy.map { "\(prefix)\($0)" })
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// Name `i`, decoded anew at every call.
  public subscript(i: Int) -> String { String(decoding: bytes[range(of: i)], as: UTF8.self) }

  /// The bytes of name `i` inside the buffer.
  @inlinable
  package func range(of i: Int) -> Range<Int> {
    (i == 0 ? 0 : Int(ends[i - 1]))..<Int(ends[i])
  }

  /// Appends a name.
  public mutating func append(_ name: String) {
    bytes.append(contentsOf: name.utf8)
    ends.append(UInt32(bytes.count))
  }

  /// Appends a name given as UTF-8.
  public mutating func append(utf8 name: some Collection<UInt8>) {
    bytes.append(contentsOf: name)
    ends.append(UInt32(bytes.count))
  }

  package mutating func reserve(names: Int, bytes count: Int) {
    ends.reserveCapacity(names)
    bytes.reserveCapacity(count)
  }
}
