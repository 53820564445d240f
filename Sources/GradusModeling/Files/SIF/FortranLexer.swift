// SPDX-License-Identifier: Apache-2.0

/// A word of a Fortran expression.
enum FortranToken: Hashable {
  case number(Double, isInteger: Bool)
  /// In upper case.
  case name(String)
  case truth(Bool)
  case plus, minus, times, divide, power, open, close, comma
  case compare(FormulaOperation)
  case and, or, not, equivalent, notEquivalent
  case end
}

/// The words of a Fortran expression, case ignored: numbers with exponents after E or D, names, operators in both
/// spellings (`.LT.`, `<`).
struct FortranLexer {
  private let text: [UInt8]
  private var next = 0
  /// Where the token at hand begins, counted from 0.
  private(set) var start = 0
  private(set) var token = FortranToken.end

  init(_ text: [UInt8]) { self.text = text }

  /// True for a letter followed by letters, digits and underscores.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x5F }
  }

  private static func isLetter(_ c: UInt8) -> Bool { c | 0x20 >= 0x61 && c | 0x20 <= 0x7A }
  private static func isDigit(_ c: UInt8) -> Bool { c >= 0x30 && c <= 0x39 }

  private func byte(_ i: Int) -> UInt8 { i < text.count ? text[i] : 0 }

  /// Moves to the next token; false where there is none that Fortran knows.
  mutating func advance() -> Bool {
    while byte(next) == 0x20 { next += 1 }
    start = next
    guard next < text.count else {
      token = .end
      return true
    }
    let c = byte(next)
    if FortranLexer.isDigit(c) || c == 0x2E && FortranLexer.isDigit(byte(next + 1)) { return number() }
    if c == 0x2E { return dotted() }
    if FortranLexer.isLetter(c) {
      while FortranLexer.isLetter(byte(next)) || FortranLexer.isDigit(byte(next)) || byte(next) == 0x5F { next += 1 }
      token = .name(String(decoding: text[start..<next], as: UTF8.self).uppercased())
      return true
    }
    return sign(c)
  }

  private mutating func take(_ token: FortranToken, _ length: Int) -> Bool {
    self.token = token
    next += length
    return true
  }

  private mutating func sign(_ c: UInt8) -> Bool {
    let d = byte(next + 1)
    switch (c, d) {
    case (0x2A, 0x2A): return take(.power, 2)
    case (0x2F, 0x3D): return take(.compare(.notEqual), 2)
    case (0x3D, 0x3D): return take(.compare(.equal), 2)
    case (0x3C, 0x3D): return take(.compare(.lessOrEqual), 2)
    case (0x3E, 0x3D): return take(.compare(.greaterOrEqual), 2)
    default: break
    }
    switch c {
    case 0x2B: return take(.plus, 1)
    case 0x2D: return take(.minus, 1)
    case 0x2A: return take(.times, 1)
    case 0x2F: return take(.divide, 1)
    case 0x28: return take(.open, 1)
    case 0x29: return take(.close, 1)
    case 0x2C: return take(.comma, 1)
    case 0x3C: return take(.compare(.less), 1)
    case 0x3E: return take(.compare(.greater), 1)
    default: return false
    }
  }

  /// The operator between two points at `i`, and its length with the points.
  private func dottedToken(at i: Int) -> (FortranToken, Int)? {
    guard byte(i) == 0x2E else { return nil }
    var j = i + 1
    while FortranLexer.isLetter(byte(j)), j - i < 8 { j += 1 }
    guard byte(j) == 0x2E, j > i + 1 else { return nil }
    let token: FortranToken
    switch String(decoding: text[(i + 1)..<j], as: UTF8.self).uppercased() {
    case "LT": token = .compare(.less)
    case "LE": token = .compare(.lessOrEqual)
    case "EQ": token = .compare(.equal)
    case "NE": token = .compare(.notEqual)
    case "GE": token = .compare(.greaterOrEqual)
    case "GT": token = .compare(.greater)
    case "AND": token = .and
    case "OR": token = .or
    case "NOT": token = .not
    case "EQV": token = .equivalent
    case "NEQV": token = .notEquivalent
    case "TRUE": token = .truth(true)
    case "FALSE": token = .truth(false)
    default: return nil
    }
    return (token, j + 1 - i)
  }

  private mutating func dotted() -> Bool {
    guard let (token, length) = dottedToken(at: next) else { return false }
    return take(token, length)
  }

  private mutating func number() -> Bool {
    var isInteger = true
    while FortranLexer.isDigit(byte(next)) { next += 1 }
    // In 1.EQ.N the point belongs to the operator.
    if byte(next) == 0x2E, dottedToken(at: next) == nil {
      isInteger = false
      next += 1
      while FortranLexer.isDigit(byte(next)) { next += 1 }
    }
    if byte(next) | 0x20 == 0x65 || byte(next) | 0x20 == 0x64 {
      var j = next + 1
      if byte(j) == 0x2B || byte(j) == 0x2D { j += 1 }
      if FortranLexer.isDigit(byte(j)) {
        while FortranLexer.isDigit(byte(j)) { j += 1 }
        isInteger = false
        next = j
      }
    }
    let value = Array(text[start..<next]).withUnsafeBufferPointer { DecimalNumber.parse($0) }
    guard value.isFinite else { return false }
    token = .number(value, isInteger: isInteger)
    return true
  }
}
