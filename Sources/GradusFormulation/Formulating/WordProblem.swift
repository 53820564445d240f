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
    /// Without a question mark, in a language whose words for wishes are not known here.
    case unasked
    case noNumbers
    /// Each with a heading and a wish of its own, on these lines.
    case several(lines: [Int])

    public var description: String {
      switch self {
      case .empty: "the problem is empty; say what is decided, what is wanted and what is required"
      case .tooLong(let bytes):
        "the problem has \(bytes) bytes, more than \(WordProblem.limit); put its tables into parameters of a model file"
      case .wantsNothing:
        "the text asks nothing and wants nothing; say what shall be found, or what shall be largest or smallest"
      case .unasked:
        "the text asks nothing that could be found in it, and seems not to be English; ask with a question mark what shall be found"
      case .noNumbers: "the text holds no number; give the data of the problem"
      case .several(let lines):
        "the text holds \(lines.count) problems (on the lines \(lines.prefix(9).map { "\($0)" }.joined(separator: ", "))); give one at a time"
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
    guard Self.wantsSomething(self.text) else {
      throw WordLanguage.isEnglish(self.text) ? .wantsNothing : .unasked
    }
    guard numbers.contains(where: \.isCertain) else { throw .noNumbers }
    let parts = Self.parts(self.text)
    if parts.count > 1 { throw .several(lines: parts) }
  }

  private static let headings = ["problem", "question", "exercise", "task", "case"]

  /// The lines of headings such as `Problem 2:` under each of which something is asked, or shall be largest or smallest.
  private static func parts(_ text: String) -> [Int] {
    var found: [(line: Int, asks: Bool)] = []
    for (k, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let lower = line.lowercased()
      let words = lower.split { !$0.isLetter && !$0.isNumber }
      if let first = words.first, headings.contains(String(first)), let second = words.dropFirst().first,
        second.count == 1 || second.allSatisfy(\.isNumber)
      {
        found.append((k + 1, false))
      }
      if !found.isEmpty, line.contains("?") || lower.contains("maximi") || lower.contains("minimi") {
        found[found.count - 1].asks = true
      }
    }
    return found.count > 1 && found.allSatisfy(\.asks) ? found.map(\.line) : []
  }

  /// What stands in a text that wants something, as beginnings of words.
  private static let wishes = [
    "maxim", "minim", "optim", "how many", "how much", "how should", "least", "fewest", "cheap", "largest", "highest",
    "greatest", "smallest", "lowest", "most", "best", "shortest", "longest", "fastest", "decide", "determine", "find",
    "choose", "formulate", "solve", "plan", "schedule", "assign", "allocate", "which", "what", "want", "goal", "aim",
    "feasible", "possible",
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
