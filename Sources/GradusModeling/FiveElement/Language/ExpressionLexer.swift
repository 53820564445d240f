// SPDX-License-Identifier: Apache-2.0

/// Cuts an expression into tokens. Names are letters, digits and `_`, or any text in backquotes.
struct ExpressionLexer {
  private let bytes: [UInt8]
  private var position = 0
  private let failure: (Int, String, String) -> ReadError

  /// All tokens with one `end` behind them. `failure` makes an error of a place in the scalar, a cause and a remedy.
  static func tokens(
    _ text: String, _ failure: @escaping (Int, String, String) -> ReadError
  ) throws(ReadError) -> [ExpressionToken] {
    var lexer = ExpressionLexer(bytes: Array(text.utf8), failure: failure)
    var tokens: [ExpressionToken] = []
    repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
    return tokens
  }

  private init(bytes: [UInt8], failure: @escaping (Int, String, String) -> ReadError) {
    self.bytes = bytes
    self.failure = failure
  }

  private func byte(_ ahead: Int = 0) -> UInt8 { position + ahead < bytes.count ? bytes[position + ahead] : 0 }

  static func isNameStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  /// Letters beyond ASCII that text uses; signs such as ≤ are none.
  private func letterCount() -> Int {
    guard byte() >= 0x80 else { return 0 }
    let count = byte() >= 0xF0 ? 4 : byte() >= 0xE0 ? 3 : 2
    let text = String(decoding: bytes[position..<min(bytes.count, position + count)], as: UTF8.self)
    return text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0.properties.isEmoji } == true ? count : 0
  }

  private mutating func next() throws(ReadError) -> ExpressionToken {
    while [0x20, 0x09, 0x0A, 0x0D].contains(byte()), position < bytes.count { position += 1 }
    let start = position
    guard position < bytes.count else { return ExpressionToken(kind: .end, start: start, end: start) }
    let kind: ExpressionToken.Kind
    switch byte() {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): kind = .number(try number())
    case UInt8(ascii: ".") where Self.isDigit(byte(1)): kind = .number(try number())
    case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .text(try quoted())
    case UInt8(ascii: "`"): kind = .name(try quoted())
    case let first where Self.isNameStart(first) || letterCount() > 0: kind = word()
    default: kind = .sign(try sign())
    }
    return ExpressionToken(kind: kind, start: start, end: position)
  }

  private mutating func word() -> ExpressionToken.Kind {
    let start = position
    while position < bytes.count {
      if Self.isNameStart(byte()) || Self.isDigit(byte()) {
        position += 1
      } else {
        let count = letterCount()
        if count == 0 { break }
        position = min(bytes.count, position + count)
      }
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    return ExpressionToken.Keyword(rawValue: name).map { .keyword($0) } ?? .name(name)
  }

  /// digits[.digits][e[±]digits]; two points behind digits begin a range.
  private mutating func number() throws(ReadError) -> Double {
    let start = position
    while Self.isDigit(byte()) { position += 1 }
    if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: ".") {
      position += 1
      while Self.isDigit(byte()) { position += 1 }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if Self.isDigit(byte(1 + sign)) {
        position += 1 + sign
        while Self.isDigit(byte()) { position += 1 }
      }
    }
    let digits = bytes[start..<position]
    let text = String(decoding: digits, as: UTF8.self)
    if byte() == UInt8(ascii: "_") {
      throw failure(start, "a number with an underscore", "the digits alone")
    }
    if Self.isNameStart(byte()) || letterCount() > 0 {
      throw failure(position, "a name directly behind the number \(text)", "* between them for a product")
    }
    let value = digits.withUnsafeBufferPointer { DecimalNumber.parse($0) }
    guard value.isFinite else { throw failure(start, "the number \(text.prefix(40)) is too large", "a finite number") }
    return value
  }

  /// Text between equal quotes; there are no escapes.
  private mutating func quoted() throws(ReadError) -> String {
    let quote = byte()
    let start = position
    position += 1
    while position < bytes.count, byte() != quote { position += 1 }
    guard position < bytes.count else {
      throw failure(start, "the quote has no end", "a closing \(Character(Unicode.Scalar(quote)))")
    }
    let text = String(decoding: bytes[(start + 1)..<position], as: UTF8.self)
    position += 1
    return text
  }

  private mutating func sign() throws(ReadError) -> ExpressionToken.Sign {
    let start = position
    let two = String(decoding: bytes[position..<min(bytes.count, position + 2)], as: UTF8.self)
    if let sign = ExpressionToken.Sign(rawValue: two), two.utf8.count == 2 {
      position += 2
      return sign
    }
    let foreign = ["**": "^", "=<": "<=", "=>": ">= or implies", "<>": "!=", "&&": "and", "||": "or", ":=": "=="]
    if let remedy = foreign[two] { throw failure(start, "the sign \(two) is unknown", remedy) }
    if let sign = ExpressionToken.Sign(rawValue: String(two.prefix(1))) {
      position += 1
      return sign
    }
    let rest = String(decoding: bytes[position..<min(bytes.count, position + 4)], as: UTF8.self)
    let shown = String(rest.prefix(1))
    let remedies = [
      "=": "== for an equation", "!": "not", "&": "and", "|": "or", ":": "where in front of a condition",
      "%": "mod(a, b)", "≤": "<=", "≥": ">=", "≠": "!=", "·": "*", "×": "*", "−": "-", "÷": "/",
      "#": "a comment on a line of its own", ";": "one expression",
    ]
    throw failure(start, "the sign \(shown) is unknown", remedies[shown] ?? "an expression")
  }
}
