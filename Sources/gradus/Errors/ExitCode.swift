// SPDX-License-Identifier: Apache-2.0

/// What the command tells a script.
enum ExitCode: Int32, Comparable {
  /// A statement was reached, or the command did what it was asked.
  case success = 0
  case failed = 1
  case usage = 2
  /// The input cannot be read.
  case unreadable = 3
  /// Stopped without a statement.
  case unfinished = 4
  /// A component is missing.
  case missing = 5
  case refuted = 100
  case interrupted = 130

  static func < (a: ExitCode, b: ExitCode) -> Bool { a.rawValue < b.rawValue }
}
