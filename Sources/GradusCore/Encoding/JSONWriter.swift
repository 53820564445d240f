// SPDX-License-Identifier: Apache-2.0

/// Writes JSON values as bytes: doubles in the shortest form that reads back to the same bits, non-finite ones as the
/// strings `inf`, `-inf` and `nan`.
public struct JSONWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private let isIndented: Bool
  private var level = 0

  /// One line by default. Indented, arrays of plain values still stand on one line.
  public init(indented: Bool = false) { isIndented = indented }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Writes a value with all that it holds.
  public mutating func write(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let truth): raw(truth ? "true" : "false")
    case .integer(let whole): write(whole)
    case .number(let number): write(number)
    case .string(let text): write(text)
    case .array(let elements): write(elements)
    case .object(let members): write(members)
    }
  }

  /// Writes a text as it stands.
  public mutating func raw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Writes an integer.
  public mutating func write(_ whole: Int) {
    if (0..<10).contains(whole) {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: whole))
    } else {
      bytes.append(contentsOf: whole.description.utf8)
    }
  }

  /// Writes a number, or the string that stands for a non-finite one.
  public mutating func write(_ number: Double) {
    if number.isFinite {
      bytes.append(contentsOf: number.description.utf8)
    } else {
      raw(number.isNaN ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"")
    }
  }

  /// `[x₁,x₂,…]` without an intermediate value.
  public mutating func write(_ numbers: [Double]) {
    bytes.append(UInt8(ascii: "["))
    for i in numbers.indices {
      if i > 0 { bytes.append(UInt8(ascii: ",")) }
      write(numbers[i])
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Writes a text in quotes, with control characters, quotes and backslashes escaped.
  public mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    let isPlain = text.withUTF8 { utf8 in utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C } }
    if isPlain {
      bytes.append(contentsOf: text.utf8)
    } else {
      for byte in text.utf8 { escape(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22: raw("\\\"")
    case 0x5C: raw("\\\\")
    case 0x0A: raw("\\n")
    case 0x0D: raw("\\r")
    case 0x09: raw("\\t")
    case ..<0x20:
      raw("\\u00")
      for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    default: bytes.append(byte)
    }
  }

  private mutating func write(_ elements: [JSONValue]) {
    bytes.append(UInt8(ascii: "["))
    let isOpen = isIndented && elements.contains { $0.members != nil || $0.elements != nil }
    level += 1
    for i in elements.indices {
      if i > 0 { bytes.append(UInt8(ascii: ",")) }
      if isOpen { newLine() } else if isIndented, i > 0 { bytes.append(0x20) }
      write(elements[i])
    }
    level -= 1
    if isOpen { newLine() }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ members: [JSONValue.Member]) {
    bytes.append(UInt8(ascii: "{"))
    level += 1
    for i in members.indices {
      if i > 0 { bytes.append(UInt8(ascii: ",")) }
      if isIndented { newLine() }
      write(members[i].name)
      bytes.append(UInt8(ascii: ":"))
      if isIndented { bytes.append(0x20) }
      write(members[i].value)
    }
    level -= 1
    if isIndented, !members.isEmpty { newLine() }
    bytes.append(UInt8(ascii: "}"))
  }

  private mutating func newLine() {
    bytes.append(0x0A)
    for _ in 0..<2 * level { bytes.append(0x20) }
  }
}

extension JSONValue {
  /// The value as UTF-8.
  public func serialized(indented: Bool = false) -> [UInt8] {
    var writer = JSONWriter(indented: indented)
    writer.write(self)
    return writer.bytes
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value on one line.
  public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
