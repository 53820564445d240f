// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The words of a command with the values of a trial in place of `{NAME}`.
///
/// `{trial}`, `{seed}`, `{repeat}` and `{fidelity}` are known as well. `{{` and `}}` are braces; so is a brace behind a dollar sign, and
/// one that no name follows.
public struct CommandTemplate: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case text(String)
    case value(String)
  }

  private let words: [[Piece]]
  /// Names that are always known.
  public static let own = ["trial", "seed", "repeat", "fidelity"]

  /// Reads the words. Throws for an unknown name, with the nearest one.
  public init(_ command: [String], parameters: [String]) throws(SpaceError) {
    let known = parameters + Self.own
    var words: [[Piece]] = []
    for word in command {
      var (pieces, text, rest) = ([Piece](), "", word[...])
      while let character = rest.popFirst() {
        switch character {
        case "{" where rest.first == "{", "}" where rest.first == "}":
          text.append(character)
          rest.removeFirst()
        case "{" where text.last != "$":
          guard let end = rest.firstIndex(of: "}") else {
            text.append(character)
            continue
          }
          let name = String(rest[..<end])
          guard known.contains(name) else {
            // What is no name is somebody else's: JSON, or a shell's.
            guard Self.isName(name) else {
              text.append(character)
              continue
            }
            let near =
              nearest(to: name, among: known).map { "did you mean {\($0)}?" }
              ?? "the parameters are \(parameters.joined(separator: ", "))"
            throw SpaceError("'{\(name)}' in \"\(word)\" is no parameter; \(near)")
          }
          if !text.isEmpty { pieces.append(.text(text)) }
          pieces.append(.value(name))
          (text, rest) = ("", rest[rest.index(after: end)...])
        default: text.append(character)
        }
      }
      if !text.isEmpty || pieces.isEmpty { pieces.append(.text(text)) }
      words.append(pieces)
    }
    self.words = words
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "_-.[]".contains($0) }
  }

  /// The words for these values; a parameter that does not matter is empty.
  public func words(_ values: [String: String]) -> [String] {
    words.map { pieces in
      pieces.reduce(into: "") { text, piece in
        switch piece {
        case .text(let own): text += own
        case .value(let name): text += values[name] ?? ""
        }
      }
    }
  }
}
