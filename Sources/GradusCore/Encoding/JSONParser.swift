// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
  /// Reads one JSON text (RFC 8259). Strict and total: UTF-8 is checked, a name may occur once in an object, and nesting is
  /// limited. Cost: one pass, memory proportional to the text.
  public init(parsing bytes: [UInt8], depth: Int = 200) throws(JSONError) {
    let parsed = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONError> in
      var parser = JSONParser(bytes: buffer, depthLimit: depth)
      do throws(JSONError) { return .success(try parser.document()) } catch { return .failure(error) }
    }
    self = try parsed.get()
  }

  /// Reads one JSON text.
  public init(parsing text: String, depth: Int = 200) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), depth: depth)
  }
}

/// Walks once over the bytes of a JSON text.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let depthLimit: Int
  var position = 0
  var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipBlanks()
    guard position == bytes.count else { throw failure("unexpected \(found) after the end of the value") }
    return value
  }

  // MARK: Values

  mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    guard position < bytes.count else { throw failure("expected a value, found the end") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("expected a value, found \(found)")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count else { throw failure("expected \(word)") }
    for i in 0..<count where bytes[position + i] != word.utf8Start[i] { throw failure("expected \(word)") }
    position += count
    return value
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try descend()
    var elements: [JSONValue] = []
    skipBlanks()
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return .array([])
    }
    while true {
      elements.append(try value())
      skipBlanks()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw failure("expected ',' or ']', found \(found)") }
      depth -= 1
      return .array(elements)
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try descend()
    var members: [JSONValue.Member] = []
    var seen = Set<String>()
    skipBlanks()
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return .object([])
    }
    while true {
      skipBlanks()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw failure("expected a name in quotes, found \(found)")
      }
      let name = try string()
      // Few members are compared one by one; many go through a set.
      if members.count == Self.linear { seen = Set(members.map(\.name)) }
      let isNew =
        members.count < Self.linear ? !members.contains { $0.name == name } : seen.insert(name).inserted
      guard isNew else { throw failure("the name \"\(name.prefix(60))\" occurs twice", at: start) }
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw failure("expected ':', found \(found)") }
      members.append(JSONValue.Member(name, try value()))
      skipBlanks()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw failure("expected ',' or '}', found \(found)") }
      depth -= 1
      return .object(members)
    }
  }

  private static let linear = 12

  private mutating func descend() throws(JSONError) {
    position += 1
    depth += 1
    guard depth <= depthLimit else { throw failure("nesting is deeper than \(depthLimit)", at: position - 1) }
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    var mantissa: UInt64 = 0
    var digits = 0
    let first = position
    readDigits(&mantissa, &digits)
    guard position > first else { throw failure("expected a digit, found \(found)") }
    if position - first > 1, bytes[first] == UInt8(ascii: "0") {
      throw failure("a number does not begin with a further zero", at: first)
    }
    var exponent = 0
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      let point = position
      readDigits(&mantissa, &digits)
      guard position > point else { throw failure("expected a digit, found \(found)") }
      exponent = point - position
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      let isBelow = take(UInt8(ascii: "-"))
      if !isBelow { _ = take(UInt8(ascii: "+")) }
      var power: UInt64 = 0
      var count = 0
      let begin = position
      readDigits(&power, &count)
      guard position > begin else { throw failure("expected a digit, found \(found)") }
      // Anything with so long an exponent is decided by the slow path.
      if count > 6 { digits = .max } else { exponent += isBelow ? -Int(power) : Int(power) }
    }
    if isWhole, digits <= 18, !(isNegative && mantissa == 0) {
      return .integer(isNegative ? -Int(mantissa) : Int(mantissa))
    }
    // Clinger's exact case: both factors are doubles without error.
    if digits <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
      let power = powersOfTen[abs(exponent)]
      let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return .number(isNegative ? -magnitude : magnitude)
    }
    if digits <= 19, !isWhole, let magnitude = nearestDouble(mantissa, tenTo: exponent) {
      return .number(isNegative ? -magnitude : magnitude)
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw failure("the number \(text.prefix(40)) is too large", at: start)
    }
    return .number(value)
  }

  /// Takes digits in; beyond nineteen the mantissa is no longer exact and `digits` says so.
  private mutating func readDigits(_ mantissa: inout UInt64, _ digits: inout Int) {
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit <= 9 else { return }
      position += 1
      if mantissa > 0 || digit > 0 { digits += 1 }
      if digits <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
    }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var isAscii = true
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
        let text = try decode(content, isAscii: isAscii, at: start)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw failure("a control character in a string must be escaped") }
      if byte >= 0x80 { isAscii = false }
      position += 1
    }
    throw failure("the string that begins here has no end", at: start - 1)
  }

  private func decode(
    _ content: UnsafeBufferPointer<UInt8>, isAscii: Bool, at start: Int
  ) throws(JSONError) -> String {
    if isAscii { return String(decoding: content, as: UTF8.self) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw failure("the string is not valid UTF-8", at: start)
    }
    return text
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var content = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("the string is not valid UTF-8", at: start)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &content)
      case ..<0x20: throw failure("a control character in a string must be escaped")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw failure("the string that begins here has no end", at: start - 1)
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    guard position < bytes.count else { throw failure("expected the rest of an escape, found the end") }
    let byte = bytes[position]
    let plain: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
    case UInt8(ascii: "b"): plain = 8
    case UInt8(ascii: "f"): plain = 12
    case UInt8(ascii: "n"): plain = 10
    case UInt8(ascii: "r"): plain = 13
    case UInt8(ascii: "t"): plain = 9
    case UInt8(ascii: "u"):
      content.append(contentsOf: String(Character(try unicodeEscape())).utf8)
      return
    default: throw failure("unknown escape \\\(Character(Unicode.Scalar(byte)))")
    }
    content.append(plain)
    position += 1
  }

  /// At the `u` of an escape; takes two of them where they form a pair.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 1
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), position < bytes.count,
      bytes[position] == UInt8(ascii: "u")
    else { throw failure("half of a surrogate pair", at: start) }
    let second = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    position += 1
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw failure("expected four hexadecimal digits after \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  // MARK: Places

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private var found: String {
    guard position < bytes.count else { return "the end" }
    let byte = bytes[position]
    return (0x21..<0x7F).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
  }

  private func failure(_ cause: String, at place: Int? = nil) -> JSONError {
    var line = 1
    var begin = 0
    let place = min(place ?? position, bytes.count)
    for i in 0..<place where bytes[i] == UInt8(ascii: "\n") {
      line += 1
      begin = i + 1
    }
    return JSONError(line: line, column: place - begin + 1, cause: cause)
  }
}

private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21,
  1e22,
]
