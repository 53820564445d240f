// SPDX-License-Identifier: Apache-2.0

/// One broken rule of the repository, at one place.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  /// Relative to the root of the repository.
  public var file: String
  /// Counted from 1; 0 when the file as a whole is meant.
  public var line: Int
  public var message: String

  package init(file: String, line: Int = 0, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String { line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)" }
}
