// SPDX-License-Identifier: Apache-2.0

/// An expression as its words, numbers and signs, to be changed and compared without knowing the model. Spaces are kept.
package struct ExpressionPieces: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case number(Double), name(String)
    /// An element in quotes.
    case element(String)
    case keyword(String), sign(String)
  }

  package struct Piece: Sendable, Hashable {
    /// What stands in front of it.
    package var space: String
    package var kind: Kind

    package init(_ kind: Kind, space: String = "") {
      self.space = space
      self.kind = kind
    }

    package var name: String? { if case .name(let name) = kind { name } else { nil } }
    package var sign: String? { if case .sign(let sign) = kind { sign } else { nil } }
    package var keyword: String? { if case .keyword(let word) = kind { word } else { nil } }
  }

  package var pieces: [Piece]

  package init(pieces: [Piece]) { self.pieces = pieces }

  /// nil where the text is cut into no words of the language.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let tokens = try? ExpressionLexer.tokens(text) { _, cause, remedy in
      ReadError(file: "expression", cause: cause, expected: remedy)
    }
    guard let tokens else { return nil }
    pieces = []
    var end = 0
    for token in tokens where token.kind != .end {
      let space = String(decoding: bytes[end..<token.start], as: UTF8.self)
      let kind: Kind =
        switch token.kind {
        case .number(let value): .number(value)
        case .name(let name): .name(name)
        case .text(let text): .element(text)
        case .keyword(let word): .keyword(word.rawValue)
        case .sign(let sign): .sign(sign.rawValue)
        case .end: .sign("")
        }
      pieces.append(Piece(kind, space: space))
      end = token.end
    }
  }

  /// The expression as a model has it.
  package var text: String {
    pieces.map { piece in
      switch piece.kind {
      case .number(let value): piece.space + TextBuffer.shortest(value)
      case .name(let name): piece.space + Self.written(name)
      case .element(let text): piece.space + (text.contains("\"") ? "'\(text)'" : "\"\(text)\"")
      case .keyword(let word): piece.space + word
      case .sign(let sign): piece.space + sign
      }
    }.joined()
  }

  /// A name, in backquotes where it is no word.
  package static func written(_ name: String) -> String {
    let isWord =
      name.utf8.first.map { ExpressionLexer.isNameStart($0) } == true
      && name.utf8.allSatisfy { ExpressionLexer.isNameStart($0) || ExpressionLexer.isDigit($0) }
      && ExpressionToken.Keyword(rawValue: name) == nil
    return isWord ? name : "`\(name)`"
  }

  package static let comparisons = ["<", "<=", "==", ">=", ">", "!="]

  /// For each bracket the place of its partner; nil for other pieces.
  package var partners: [Int?] {
    var partners = [Int?](repeating: nil, count: pieces.count)
    var open: [Int] = []
    for (k, piece) in pieces.enumerated() {
      switch piece.sign {
      case "(", "[", "{": open.append(k)
      case ")", "]", "}":
        guard let start = open.popLast() else { continue }
        partners[k] = start
        partners[start] = k
      default: break
      }
    }
    return partners
  }

  /// Both sides of the only comparison outside brackets; nil for chains and logic.
  package var sides: (left: ExpressionPieces, sign: String, right: ExpressionPieces)? {
    var depth = 0
    var places: [Int] = []
    for (k, piece) in pieces.enumerated() {
      if let sign = piece.sign {
        if ["(", "[", "{"].contains(sign) { depth += 1 }
        if [")", "]", "}"].contains(sign) { depth -= 1 }
        if depth == 0, Self.comparisons.contains(sign) { places.append(k) }
      }
      if depth == 0, ["if", "and", "or", "not", "implies"].contains(piece.keyword) { return nil }
    }
    guard places.count == 1, let place = places.first, let sign = pieces[place].sign else { return nil }
    return (
      ExpressionPieces(pieces: Array(pieces[..<place])), sign,
      ExpressionPieces(pieces: Array(pieces[(place + 1)...]))
    )
  }

  /// The places of names that are bound here: `i` of `sum(i in I)`, `i` and `j` of `(i, j) in ARC`. In an indexing, as that of a
  /// constraint, they stand outside brackets too.
  package func binders(isIndexing: Bool) -> [Int] {
    var found: [Int] = []
    let partners = partners
    for (k, piece) in pieces.enumerated() where piece.keyword == "in" && k > 0 {
      var first = k - 1
      if pieces[first].sign == ")", let open = partners[first] { first = open }
      guard isBinding(first, partners, isIndexing) else { continue }
      found += (first..<k).filter { pieces[$0].name != nil }
    }
    return found
  }

  /// True where nothing but other indices stands between the index and the bracket of a fold, or the beginning. What stands
  /// behind `where` is a condition, which binds nothing.
  private func isBinding(_ first: Int, _ partners: [Int?], _ isIndexing: Bool) -> Bool {
    var k = first - 1
    while k >= 0 {
      if pieces[k].keyword == "where" { return false }
      if let partner = partners[k] {
        if partner > k { return k > 0 && ["sum", "prod", "min", "max"].contains(pieces[k - 1].keyword) }
        k = partner
      }
      k -= 1
    }
    return isIndexing
  }
}
