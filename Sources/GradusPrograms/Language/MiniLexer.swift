// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into tokens. Linear in its length; a column is a count of Unicode scalars.
struct MiniLexer {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var place = MiniPlace(line: 1, column: 1)

  static func tokens(of text: String) throws(MiniError) -> [MiniToken] {
    guard text.utf8.count <= MiniProgram.lengthLimit else {
      throw MiniError(
        MiniPlace(line: 1, column: 1), "the text has \(text.utf8.count) bytes",
        remedy: "a program has at most \(MiniProgram.lengthLimit)")
    }
    var lexer = MiniLexer(scalars: Array(text.unicodeScalars))
    var tokens: [MiniToken] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
  private var following: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  private mutating func advance() {
    if scalars[position] == "\n" {
      place = MiniPlace(line: place.line + 1, column: 1)
    } else {
      place.column += 1
    }
    position += 1
  }

  private mutating func next() throws(MiniError) -> MiniToken {
    skipBlanks()
    let start = place
    guard let first = current else { return MiniToken(kind: .end, place: start) }
    if Self.startsWord(first) {
      var word = ""
      while let c = current, Self.startsWord(c) || Self.isDigit(c) {
        word.unicodeScalars.append(c)
        advance()
      }
      return MiniToken(kind: .word(word), place: start)
    }
    if Self.isDigit(first) { return MiniToken(kind: try number(start), place: start) }
    if first == "\"" { return MiniToken(kind: .text(try quoted(start)), place: start) }
    for symbol in Self.symbols where starts(with: symbol) {
      for _ in symbol.unicodeScalars { advance() }
      return MiniToken(kind: .symbol(symbol), place: start)
    }
    throw MiniError(
      start, "the character \(Self.name(of: first)) begins no word",
      remedy: "outside of texts only ASCII words, numbers and operators stand")
  }

  /// Longer ones first.
  private static let symbols = [
    "..<", "->", "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "=", "!", "(", ")", "[", "]",
    "{", "}", ",", ":",
  ]

  private func starts(with symbol: String) -> Bool {
    var k = position
    for c in symbol.unicodeScalars {
      guard k < scalars.count, scalars[k] == c else { return false }
      k += 1
    }
    return true
  }

  private mutating func skipBlanks() {
    while let c = current {
      if c == " " || c == "\n" || c == "\t" || c == "\r" {
        advance()
      } else if c == "/", following == "/" {
        while let c = current, c != "\n" { _ = (c, advance()) }
      } else {
        return
      }
    }
  }

  private mutating func digits(_ into: inout String) {
    while let c = current, Self.isDigit(c) {
      into.unicodeScalars.append(c)
      advance()
    }
  }

  private mutating func number(_ start: MiniPlace) throws(MiniError) -> MiniToken.Kind {
    var text = ""
    digits(&text)
    var isReal = false
    if current == ".", let c = following, Self.isDigit(c) {
      isReal = true
      text += "."
      advance()
      digits(&text)
    }
    if current == "e" || current == "E" {
      isReal = true
      text += "e"
      advance()
      if current == "+" || current == "-" {
        text += current == "-" ? "-" : ""
        advance()
      }
      digits(&text)
    }
    if let c = current, Self.startsWord(c) {
      throw MiniError(start, "a number runs into a word", remedy: "put a blank between '\(text)' and what follows")
    }
    guard isReal else { return .whole(text) }
    guard let value = Double(text), value.isFinite else {
      throw MiniError(start, "the number '\(text)' is none", remedy: "write it as 1.5 or 1.5e3, at most 1.7e308")
    }
    return .real(value)
  }

  private mutating func quoted(_ start: MiniPlace) throws(MiniError) -> String {
    let open = MiniError(
      start, "the text does not end on its line", remedy: "close it with \" and write \\n for a new line")
    advance()
    var text = ""
    while true {
      guard let c = current, c != "\n" else { throw open }
      let at = place
      advance()
      if c == "\"" { return text }
      guard c == "\\" else {
        text.unicodeScalars.append(c)
        continue
      }
      guard let escape = current, escape != "\n" else { throw open }
      advance()
      switch escape {
      case "n": text += "\n"
      case "t": text += "\t"
      case "\"", "\\": text.unicodeScalars.append(escape)
      case "u": text.unicodeScalars.append(try scalar(at))
      default:
        throw MiniError(
          at, "the escape \\\(Self.name(of: escape)) is unknown", remedy: "there are \\n \\t \\\" \\\\ \\u{…}")
      }
    }
  }

  /// What stands between the braces of `\u{…}`.
  private mutating func scalar(_ at: MiniPlace) throws(MiniError) -> Unicode.Scalar {
    var digits = ""
    if current == "{" {
      advance()
      while let c = current, c.properties.isASCIIHexDigit, digits.count < 8 {
        digits.unicodeScalars.append(c)
        advance()
      }
    }
    guard current == "}", let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
      throw MiniError(at, "the escape \\u names no character", remedy: "write it as \\u{e9}")
    }
    advance()
    return scalar
  }

  private static func startsWord(_ c: Unicode.Scalar) -> Bool {
    c.value < 128 && (c.properties.isAlphabetic || c == "_")
  }

  private static func isDigit(_ c: Unicode.Scalar) -> Bool { c >= "0" && c <= "9" }

  /// Never a character that breaks the line of a message.
  private static func name(of c: Unicode.Scalar) -> String {
    c.value >= 32 && c.value < 127 ? "'\(c)'" : "U+" + String(c.value, radix: 16, uppercase: true)
  }
}
