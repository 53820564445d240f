// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What the options of an AMPL call amount to.
struct AMPLSettings: Sendable {
  var verbosity: Int?
  var timeLimit: Double?
  var threads: Int?
  var seed: Int?
  var method: String?
  var gap: Double?
  var gapAbsolute: Double?
  var feasibility: Double?
  var tolerance: Double?
  var iterations: Int?
  var nodes: Int?
  /// From 1; 0 wants none.
  var objective: Int?
  var wantsConflict = false
  /// Bits: 1 a `.sol` file (always written), 2 values and 4 duals on standard output, 8 no message there.
  var wantedOutput: Int?
  var exported: String?
  /// Options that could not be understood, one sentence each.
  var complaints: [String] = []

  init(environment: String, arguments: [String]) {
    for word in Self.words(of: environment) + arguments { read(word) }
  }

  /// Splits at blanks outside quotes; quotes stay for `read`.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    for c in text {
      if quote == nil, c.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      if c == quote { quote = nil } else if quote == nil, c == "\"" || c == "'" { quote = c }
      word.append(c)
    }
    return word.isEmpty ? words : words + [word]
  }

  /// One word: `key=value`, or a flag.
  private mutating func read(_ word: String) {
    let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let key = Self.unquoted(sides[0])
    if key.isEmpty, sides.count == 1 { return }
    guard let option = AMPLOption.all.first(where: { $0.names.contains(key.lowercased()) }) else {
      let near = AMPLOption.all.flatMap(\.names).first { $0.hasPrefix(key.lowercased()) && !key.isEmpty }
      complaints.append(
        "unknown option '\(key)'" + (near.map { "; did you mean '\($0)'?" } ?? "; 'gradus -=' lists the options"))
      return
    }
    if let complaint = option.set(sides.count > 1 ? Self.unquoted(sides[1]) : nil, in: &self) {
      complaints.append("option \(key): \(complaint)")
    }
  }

  /// Without quotes around it, and without those that stand inside.
  private static func unquoted(_ text: Substring) -> String {
    let trimmed = text.trimmed
    guard let first = trimmed.first, first == "\"" || first == "'" else { return trimmed }
    return String(trimmed.filter { $0 != first })
  }
}
