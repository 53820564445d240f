// SPDX-License-Identifier: Apache-2.0

/// A word, number or sign of an expression, with its place in the text of the scalar.
struct ExpressionToken {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    /// In double or single quotes: always an element of a set.
    case text(String)
    case keyword(Keyword)
    case sign(Sign)
    case end
  }

  enum Keyword: String {
    case sum, prod, min, max
    case `if`, then, `else`
    case and, or, not, implies
    case `in`, `where`, inf, by
  }

  enum Sign: String {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case power = "^"
    case open = "("
    case close = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case comma = ","
    case range = ".."
    case less = "<"
    case lessOrEqual = "<="
    case equal = "=="
    case greaterOrEqual = ">="
    case greater = ">"
    case notEqual = "!="
  }

  var kind: Kind
  /// Bytes from the beginning of the scalar.
  var start: Int
  var end: Int

  /// How messages show it.
  var shown: String {
    switch kind {
    case .number(let value): TextBuffer.shortest(value)
    case .name(let name): name
    case .text(let text): "\"\(text)\""
    case .keyword(let word): word.rawValue
    case .sign(let sign): sign.rawValue
    case .end: "the end"
    }
  }
}
