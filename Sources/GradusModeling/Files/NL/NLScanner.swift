// SPDX-License-Identifier: Apache-2.0

/// The tokens of an `.nl` file, text or binary, behind one face.
///
/// A text has its numbers between blanks, a comment begins with `#`, and `endLine` is where a line must end. In a binary
/// file an integer has four bytes, a number eight, little-endian, and `endLine` does nothing. The ten lines of the head
/// are text in both.
struct NLScanner {
  let path: String
  private let base: UnsafePointer<UInt8>
  /// The number of bytes of the file; in a text a line feed stands behind them.
  let size: Int
  var isBinary = false
  private(set) var position = 0
  private(set) var line = 1
  private var lineStart = 0
  /// Where the last token began: the place that complaints name.
  private var mark = 0

  static func scan<T>(
    _ file: FileBytes, _ body: (inout NLScanner) throws(ReadError) -> T
  ) throws(ReadError) -> T {
    try file.bytes.withUnsafeBufferPointer { (bytes) throws(ReadError) -> T in
      guard let base = bytes.baseAddress else {
        preconditionFailure("file bytes end with a line feed, so there is at least one")
      }
      var scanner = NLScanner(path: file.path, base: base, size: bytes.count - 1)
      return try body(&scanner)
    }
  }

  private init(path: String, base: UnsafePointer<UInt8>, size: Int) {
    self.path = path
    self.base = base
    self.size = size
  }

  var isAtEnd: Bool { position >= size }

  /// An error at the last token.
  func error(_ cause: String, expected: String) -> ReadError {
    isBinary
      ? ReadError(file: path, byte: mark, cause: cause, expected: expected)
      : ReadError(file: path, line: line, column: max(1, mark - lineStart + 1), cause: cause, expected: expected)
  }

  private func ended(_ expected: String) -> ReadError { error("the file ends", expected: expected) }

  // MARK: Tokens of both forms

  /// One byte that says what follows.
  mutating func letter(_ expected: String) throws(ReadError) -> UInt8 {
    mark = position
    guard position < size else { throw ended(expected) }
    let letter = base[position]
    position += 1
    return letter
  }

  mutating func integer(_ expected: String) throws(ReadError) -> Int {
    if isBinary { return Int(Int32(bitPattern: try word(4, expected, as: UInt32.self))) }
    return try writtenInteger(expected)
  }

  /// A binary file has two bytes for it.
  mutating func shortInteger(_ expected: String) throws(ReadError) -> Int {
    if isBinary { return Int(Int16(bitPattern: try word(2, expected, as: UInt16.self))) }
    return try writtenInteger(expected)
  }

  /// An integer in `range`.
  mutating func integer(_ expected: String, in range: Range<Int>) throws(ReadError) -> Int {
    let value = try integer(expected)
    guard range.contains(value) else {
      throw error(
        "\(value) is out of range",
        expected: range.isEmpty ? "nothing here" : "\(expected), \(range.lowerBound) to \(range.upperBound - 1)")
    }
    return value
  }

  /// A number; infinities pass, NaN does not.
  mutating func number(_ expected: String) throws(ReadError) -> Double {
    let value: Double
    if isBinary {
      value = Double(bitPattern: try word(8, expected, as: UInt64.self))
    } else {
      let field = try field(expected)
      value = DecimalNumber.parse(base, field.start, field.end)
    }
    guard !value.isNaN else { throw error("found \(isBinary ? "NaN" : found)", expected: expected) }
    return value
  }

  mutating func finiteNumber(_ expected: String) throws(ReadError) -> Double {
    let value = try number(expected)
    guard value.isFinite else { throw error("the number is not finite", expected: expected) }
    return value
  }

  /// A name: a word of a text, or a count and as many bytes.
  mutating func name(_ expected: String) throws(ReadError) -> String {
    let field: TextField
    if isBinary {
      let count = try integer("the length of \(expected)", in: 0..<ReadLimits.nameBytes + 1)
      guard size - position >= count else { throw ended(expected) }
      field = TextField(start: position, end: position + count)
      position += count
    } else {
      field = try self.field(expected)
    }
    guard field.count <= ReadLimits.nameBytes, field.count > 0 else {
      throw error("the name has \(field.count) bytes", expected: "\(expected) of 1 to \(ReadLimits.nameBytes) bytes")
    }
    let name = text(field)
    guard name.utf8.allSatisfy({ $0 >= 0x20 }) else {
      throw error("the name holds control characters", expected: expected)
    }
    return name
  }

  /// The end of a line of a text.
  mutating func endLine() throws(ReadError) {
    if isBinary { return }
    skipBlanks()
    if base[position] == 0x23 { while base[position] != 10 { position += 1 } }
    guard base[position] == 10 else {
      mark = position
      throw error("found \(found)", expected: "the end of the line")
    }
    nextLine()
  }

  // MARK: Text

  /// Passes lines without a token.
  mutating func skipEmptyLines() {
    while !isBinary, position < size {
      let start = position
      skipBlanks()
      if base[position] == 0x23 { while base[position] != 10 { position += 1 } }
      guard base[position] == 10 else {
        position = start
        return
      }
      nextLine()
    }
  }

  /// What remains of a line that is not a number, without the comment sign; the next line begins behind it.
  mutating func comment() throws(ReadError) -> String {
    skipBlanks()
    mark = position
    var start = position
    if base[position] == 0x23 {
      start += 1
    } else if base[position] != 10 {
      throw error("found \(found)", expected: "a comment or the end of the line")
    }
    while base[position] != 10 { position += 1 }
    var end = position
    while end > start, base[end - 1] <= 0x20 { end -= 1 }
    nextLine()
    return text(TextField(start: start, end: max(start, end)))
  }

  /// The rest of the line as it stands; the next line begins behind it.
  mutating func wholeLine() -> String {
    let start = position
    while base[position] != 10 { position += 1 }
    let end = position > start && base[position - 1] == 13 ? position - 1 : position
    nextLine()
    return text(TextField(start: start, end: end))
  }

  /// True when a further number stands on the line.
  mutating func hasMoreOnLine() -> Bool {
    skipBlanks()
    return base[position] != 10 && base[position] != 0x23
  }

  private mutating func nextLine() {
    position += 1
    if position <= size {
      line += 1
      lineStart = position
    }
    // The guard of the file is no line of its own.
    if position > size { position = size }
    mark = position
  }

  private mutating func skipBlanks() {
    while base[position] == 0x20 || base[position] == 9 || base[position] == 13 { position += 1 }
  }

  private mutating func field(_ expected: String) throws(ReadError) -> TextField {
    skipBlanks()
    mark = position
    while base[position] > 0x20 && base[position] != 0x23 { position += 1 }
    guard position > mark else {
      throw position >= size ? ended(expected) : error("found \(found)", expected: expected)
    }
    return TextField(start: mark, end: position)
  }

  private mutating func writtenInteger(_ expected: String) throws(ReadError) -> Int {
    let field = try field(expected)
    var i = field.start
    let isNegative = base[i] == 0x2D
    if isNegative || base[i] == 0x2B { i += 1 }
    var value = 0
    let first = i
    while i < field.end, base[i] &- 0x30 <= 9, i - first < 18 {
      value = 10 * value + Int(base[i] - 0x30)
      i += 1
    }
    guard i == field.end, i > first else { throw error("found \(found)", expected: expected) }
    return isNegative ? -value : value
  }

  /// The word at the last place, cut where it is long.
  var found: String {
    if isBinary { return mark < size ? "the byte \(base[mark])" : "the end of the file" }
    if mark >= size { return "the end of the file" }
    if base[mark] == 10 { return "the end of the line" }
    var end = mark + 1
    while base[end] > 0x20, end - mark < 40 { end += 1 }
    return "\"\(text(TextField(start: mark, end: end)).filter { $0 != "\n" })\""
  }

  private func text(_ field: TextField) -> String {
    String(decoding: UnsafeBufferPointer(start: base + field.start, count: field.count), as: UTF8.self)
  }

  // MARK: Binary

  private mutating func word<T: FixedWidthInteger>(
    _ count: Int, _ expected: String, as type: T.Type
  ) throws(ReadError) -> T {
    mark = position
    guard size - position >= count else { throw ended(expected) }
    let value = UnsafeRawPointer(base + position).loadUnaligned(as: T.self)
    position += count
    return T(littleEndian: value)
  }
}
