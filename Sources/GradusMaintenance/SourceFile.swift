// SPDX-License-Identifier: Apache-2.0

/// One text file of the repository, read whole.
package struct SourceFile: Sendable {
  /// Relative to the root of the repository, with `/` between parts.
  package let path: String
  package let lines: [Substring]

  package init(path: String, text: String) {
    self.path = path
    // CR LF is a single character to Swift: split at any of them.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
  }

  /// The first part of the path after `Sources/`; nil for other files.
  package var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  package var isSwift: Bool { path.hasSuffix(".swift") }

  /// Each line with its number and without strings and end-of-line comments, for rules about code.
  package var code: [(number: Int, text: String)] {
    var inText = false
    return lines.enumerated().map { index, line in
      let marks = line.matches(of: #/"""/#).count
      defer { if marks % 2 == 1 { inText.toggle() } }
      return (index + 1, inText || marks > 0 ? "" : Self.withoutStringsAndComments(line))
    }
  }

  /// Blanks out what stands between quotes and drops what follows `//`.
  static func withoutStringsAndComments(_ line: Substring) -> String {
    var result = ""
    var inString = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" {
        inString.toggle()
        result.append(character)
      } else if !inString {
        if character == "/", previous == "/" {
          result.removeLast()
          break
        }
        result.append(character)
      }
      previous = character
    }
    return result
  }
}
