// SPDX-License-Identifier: Apache-2.0

/// Writes small fields one after the other, little-endian, for a reader on the same machine.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ value: Int) { raw(Int64(value)) }
  mutating func put(_ value: Double) { raw(value.bitPattern) }
  mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func put(_ text: String) {
    put(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func put(_ value: Double?) {
    put(value != nil)
    if let value { put(value) }
  }

  mutating func put(_ value: Int?) {
    put(value != nil)
    if let value { put(value) }
  }

  mutating func put(_ text: String?) {
    put(text != nil)
    if let text { put(text) }
  }

  mutating func put(raw block: [UInt8]) {
    put(block.count)
    bytes.append(contentsOf: block)
  }

  private mutating func raw(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Reads what `FieldWriter` wrote. Every field is checked against the end, so damaged bytes are an error and no more.
struct FieldReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func int() throws(HelperError) -> Int { Int(Int64(bitPattern: try word())) }
  mutating func double() throws(HelperError) -> Double { Double(bitPattern: try word()) }
  mutating func bool() throws(HelperError) -> Bool { try take(1).first == 1 }
  mutating func text() throws(HelperError) -> String { String(decoding: try block(), as: UTF8.self) }
  mutating func block() throws(HelperError) -> [UInt8] { Array(try take(try int())) }
  mutating func optionalDouble() throws(HelperError) -> Double? { try bool() ? try double() : nil }
  mutating func optionalInt() throws(HelperError) -> Int? { try bool() ? try int() : nil }
  mutating func optionalText() throws(HelperError) -> String? { try bool() ? try text() : nil }

  private mutating func word() throws(HelperError) -> UInt64 {
    try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: Int) throws(HelperError) -> ArraySlice<UInt8> {
    guard 0...(bytes.count - position) ~= count else { throw .damaged }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
