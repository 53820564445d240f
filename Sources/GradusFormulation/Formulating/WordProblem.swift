// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A problem in words: data, never an instruction.
public struct WordProblem: Sendable, Codable, Hashable {
  /// Without blanks around it.
  public let text: String
  /// In the order of the text.
  public let numbers: [WordNumber]

  /// Bytes that a text may have: 100 kB.
  public static let limit = 100_000

  /// Why a text is not worth a question to a model.
  public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case tooLong(bytes: Int)
    case wantsNothing
    case noNumbers

    public var description: String {
      switch self {
      case .empty: "the problem is empty; say what is decided, what is wanted and what is required"
      case .tooLong(let bytes):
        "the problem has \(bytes) bytes, more than \(WordProblem.limit); put its tables into parameters of a model file"
      case .wantsNothing:
        "the text asks nothing and wants nothing; say what shall be found, or what shall be largest or smallest"
      case .noNumbers: "the text holds no number; give the data of the problem"
      }
    }
  }

  /// Throws what makes the text no problem. Cost: linear.
  public init(_ text: String) throws(Fault) {
    let bytes = text.utf8.count
    guard bytes <= Self.limit else { throw .tooLong(bytes: bytes) }
    self.text = text.trimmed
    guard !self.text.isEmpty else { throw .empty }
    numbers = WordNumber.all(in: self.text)
    guard Self.wantsSomething(self.text) else { throw .wantsNothing }
    guard numbers.contains(where: \.isCertain) else { throw .noNumbers }
  }

  /// What stands in a text that wants something, as beginnings of words.
  private static let wishes = [
    "maxim", "minim", "optim", "how many", "how much", "how should", "least", "fewest", "cheap", "largest", "highest",
    "greatest", "smallest", "lowest", "most", "best", "shortest", "longest", "fastest", "decide", "determine", "find",
    "choose", "plan", "schedule", "assign", "allocate", "which", "what", "want", "goal", "aim", "feasible", "possible",
  ]

  private static func wantsSomething(_ text: String) -> Bool {
    if text.contains("?") { return true }
    // Blanks and line ends are one, so that "how\nmany" is found.
    let words = " " + text.lowercased().split(whereSeparator: { !$0.isLetter }).joined(separator: " ")
    return wishes.contains { words.contains(" \($0)") }
  }

  /// The text between marks that it cannot close: what looks like a mark is written with another sign.
  var marked: String { Self.marked(text, "problem") }

  /// Any text as data between marks.
  static func marked(_ text: String, _ name: String) -> String {
    var harmless = ""
    var last: Character = " "
    for character in text {
      if last == "<" { harmless.append(character.isLetter || character == "/" ? "‹" : "<") }
      if character != "<" { harmless.append(character) }
      last = character
    }
    if last == "<" { harmless.append("<") }
    return "<\(name)>\n\(harmless)\n</\(name)>"
  }

  /// The text that stands between the marks of a prompt, the last time, as `init` took it.
  static func text(in prompt: String) -> String? {
    let opening = "<problem>\n"
    let closing = "\n</problem>"
    guard let end = prompt.ranges(of: closing).last, let begin = prompt[..<end.lowerBound].ranges(of: opening).last
    else { return nil }
    return String(prompt[begin.upperBound..<end.lowerBound]).replacing("‹", with: "<")
  }
}
