// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The sparse text format of LIBSVM and SVMlight: `label index:value …`, a comment behind `#`.
///
/// Indices increase within a line and count from 1, or from 0 when a 0 occurs anywhere. Labels are numbers.
struct LIBSVMReader {
  /// Features up to which a file is read: a vector of weights has at least this many numbers.
  static let featureLimit = 1 << 24

  private let file: FileBytes
  private var position = 0
  private var line = 1
  private var lineStart = 0
  private var table = DataTable()
  private var labels: [Double] = []
  private var smallest = Int.max
  private var largest = -1

  private init(_ file: FileBytes) { self.file = file }

  /// The whole file. Cost: one pass.
  static func read(_ file: FileBytes) throws(ReadError) -> DataTable {
    var reader = LIBSVMReader(file)
    return try reader.readAll()
  }

  private mutating func readAll() throws(ReadError) -> DataTable {
    let end = file.bytes.count
    while position < end {
      try readLine()
      line += 1
      lineStart = position
    }
    guard !labels.isEmpty else {
      throw ReadError(
        file: file.path, line: 1, column: 1, cause: "the file has no observation", expected: "label index:value …")
    }
    guard largest >= 0 else {
      throw ReadError(
        file: file.path, line: 1, column: 1, cause: "no observation has a feature", expected: "label index:value …")
    }
    let base = smallest == 0 ? 0 : 1
    if base == 1 { for k in table.features.indices { table.features[k] -= 1 } }
    table.featureCount = largest + 1 - base
    table.featureNames = NameTable((base...largest).lazy.map { "\($0)" })
    table.targets = .numbers(labels)
    return table
  }

  /// One line with its end.
  private mutating func readLine() throws(ReadError) {
    defer { skipLine() }
    guard let label = nextField() else { return }
    if let comma = file.bytes[label].firstIndex(of: UInt8(ascii: ",")) {
      throw error(at: comma, "several labels", expected: "one label a line")
    }
    labels.append(try number(label, "the label"))
    var last = -1
    while let field = nextField() {
      guard let colon = file.bytes[field].firstIndex(of: UInt8(ascii: ":")) else {
        throw error(at: field.lowerBound, "\"\(text(field))\" has no colon", expected: "index:value")
      }
      let index = try featureIndex(field.lowerBound..<colon)
      guard index > last else {
        throw error(
          at: field.lowerBound, "feature \(index) follows feature \(last)", expected: "increasing indices in a line")
      }
      last = index
      let value = try number(colon + 1..<field.upperBound, "the value of feature \(index)")
      smallest = min(smallest, index)
      largest = max(largest, index)
      if value != 0 {
        table.features.append(Int32(index))
        table.values.append(value)
      }
    }
    table.starts.append(table.values.count)
  }

  private func featureIndex(_ range: Range<Int>) throws(ReadError) -> Int {
    let digits = file.bytes[range]
    guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy({ $0 &- 0x30 <= 9 }) else {
      throw error(
        at: range.lowerBound, "\"\(text(range))\" is not a feature", expected: "the number of a feature, from 1")
    }
    let index = digits.reduce(0) { 10 * $0 + Int($1 &- 0x30) }
    guard index <= Self.featureLimit else {
      throw error(at: range.lowerBound, "feature \(index)", expected: "at most \(Self.featureLimit) features")
    }
    return index
  }

  private func number(_ range: Range<Int>, _ what: String) throws(ReadError) -> Double {
    let value = file.bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { DecimalNumber.parse($0, range.lowerBound, range.upperBound) } ?? .nan
    }
    guard value.isFinite else {
      throw error(at: range.lowerBound, "\(what) is \"\(text(range))\"", expected: "a finite number")
    }
    return value
  }

  /// The next run of bytes that are no blanks on this line, before a comment.
  private mutating func nextField() -> Range<Int>? {
    while isBlank(file.bytes[position]) { position += 1 }
    let start = position
    while !isBlank(file.bytes[position]), file.bytes[position] != 0x0A, file.bytes[position] != 0x23 { position += 1 }
    return position > start ? start..<position : nil
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  private mutating func skipLine() {
    while position < file.bytes.count, file.bytes[position] != 0x0A { position += 1 }
    position += 1
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: file.bytes[range].prefix(40), as: UTF8.self) }

  private func error(at place: Int, _ cause: String, expected: String) -> ReadError {
    ReadError(file: file.path, line: line, column: place - lineStart + 1, cause: cause, expected: expected)
  }
}
