// SPDX-License-Identifier: Apache-2.0

/// A file that cannot be read as what it claims to be: where, why, and what would have been right.
///
/// One line: `FILE:LINE:COLUMN: cause; expected …`. Lines and columns count from 1, columns in bytes;
/// line 0 means the file as a whole (it is missing, a directory, too large). In a binary file the place is a byte.
public struct ReadError: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var column: Int
  /// The place in a binary file, counted from 0; nil in a text.
  public var byte: Int?
  /// What is wrong.
  public var cause: String
  /// What would have been right.
  public var expected: String

  public init(file: String, line: Int = 0, column: Int = 0, byte: Int? = nil, cause: String, expected: String) {
    self.file = file
    self.line = line
    self.column = column
    self.byte = byte
    self.cause = cause
    self.expected = expected
  }

  /// One line, even where a text of the file that is quoted has several.
  public var description: String {
    let place = byte.map { "\(file): byte \($0)" } ?? (line > 0 ? "\(file):\(line):\(column)" : file)
    let text = "\(place): \(cause); expected \(expected)"
    return text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: " ") : text
  }
}
