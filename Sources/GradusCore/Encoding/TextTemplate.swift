// SPDX-License-Identifier: Apache-2.0

/// A text with `{NAME}` where a value belongs.
///
/// `{{` and `}}` are braces; so is a brace behind a dollar sign, and one that no name follows: JSON and a shell's words stay as
/// they are. What a value holds is text, never a template.
public struct TextTemplate: Sendable, Hashable, CustomStringConvertible {
  private enum Piece: Sendable, Hashable {
    case text(String)
    case value(String)
  }

  private let pieces: [Piece]
  /// As it was written.
  public let description: String

  /// Reads a text whose names are all `known`. Throws for another one, with the nearest.
  public init(_ text: String, known: [String]) throws(TemplateError) {
    self.init(text)
    if let name = names.first(where: { !known.contains($0) }) {
      throw TemplateError(name: name, text: text, known: known)
    }
  }

  /// Reads a text in which every name may have a value.
  public init(_ text: String) {
    description = text
    var (pieces, plain, rest) = ([Piece](), "", text[...])
    while let character = rest.popFirst() {
      switch character {
      case "{" where rest.first == "{", "}" where rest.first == "}":
        plain.append(character)
        rest.removeFirst()
      case "{" where plain.last != "$":
        guard let end = rest.firstIndex(of: "}"), Self.isName(rest[..<end]) else {
          plain.append(character)
          continue
        }
        let name = String(rest[..<end])
        if !plain.isEmpty { pieces.append(.text(plain)) }
        pieces.append(.value(name))
        (plain, rest) = ("", rest[rest.index(after: end)...])
      default: plain.append(character)
      }
    }
    if !plain.isEmpty || pieces.isEmpty { pieces.append(.text(plain)) }
    self.pieces = pieces
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "_-.[]".contains($0) }
  }

  /// The names in it, each once, in their order.
  public var names: [String] {
    pieces.reduce(into: []) { names, piece in
      if case .value(let name) = piece, !names.contains(name) { names.append(name) }
    }
  }

  /// The text with these values; a name without a value gives nothing, or stays as it is where `keepsUnknown` says so.
  public func text(_ values: [String: String], keepsUnknown: Bool = false) -> String {
    pieces.reduce(into: "") { text, piece in
      switch piece {
      case .text(let own): text += own
      case .value(let name): text += values[name] ?? (keepsUnknown ? "{\(name)}" : "")
      }
    }
  }
}

/// A template with a name that nobody knows.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  public var name: String
  public var text: String
  public var known: [String]

  public init(name: String, text: String, known: [String]) {
    self.name = name
    self.text = text
    self.known = known
  }

  public var description: String {
    let near =
      nearest(to: name, among: known).map { "did you mean {\($0)}?" }
      ?? "the parameters are \(known.joined(separator: ", "))"
    return "'{\(name)}' in \"\(text)\" is no parameter; \(near)"
  }
}
