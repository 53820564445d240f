// SPDX-License-Identifier: Apache-2.0

/// A problem that a format cannot state, or a file that cannot be written.
public struct WriteError: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  /// What is in the way.
  public var cause: String
  /// What would help.
  public var remedy: String

  public init(file: String, cause: String, remedy: String) {
    self.file = file
    self.cause = cause
    self.remedy = remedy
  }

  public var description: String { "\(file): \(cause); \(remedy)" }
}
