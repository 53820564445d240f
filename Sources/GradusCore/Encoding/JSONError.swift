// SPDX-License-Identifier: Apache-2.0

/// A text is not JSON: where it ends being so, and what was expected there.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// 1-based.
  public var line: Int
  /// 1-based, in bytes.
  public var column: Int
  public var cause: String

  public var description: String { "line \(line), column \(column): \(cause)" }
}
