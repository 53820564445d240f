// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The laws of journals, for those in memory, in files, or elsewhere.
public enum JournalSuite {
  /// Tries a journal that `open` makes.
  ///
  /// - Parameters:
  ///   - isLasting: opening it again, once the first is gone, finds the lines; and while the first is there it is refused.
  ///   - tear: leaves half a line at its end, as a killed process would; nil where that cannot happen.
  public static func check(
    _ name: String, isLasting: Bool, open: () throws -> any Journal, tear: (() throws -> Void)? = nil
  ) throws -> [Violation] {
    var seen = Observations(name)
    // Every byte a line may hold, text beyond ASCII, and more than one block of a file.
    let lines = [
      Array("first".utf8), Array(UInt8.min...UInt8.max).filter { $0 != UInt8(ascii: "\n") }, Array("∇f(x) = 0".utf8),
      [UInt8](repeating: 120, count: 300_000), Array("last".utf8),
    ]
    do {
      let journal = try open()
      try seen.expect(journal.lines().isEmpty, "empty", "a new journal holds \(try journal.lines().count) lines")
      for (i, line) in lines.enumerated() {
        try journal.append(line)
        try seen.expect(
          journal.lines() == Array(lines[...i]), "order", "after \(i + 1) lines it does not hold what was appended")
      }
      try seen.expect(journal.lines() == journal.lines(), "reading", "reading it twice gives two answers")
      if isLasting {
        let second = try? open()
        seen.expect(second == nil, "one writer", "it can be opened while somebody writes to it")
      }
    }
    guard isLasting else { return seen.violations }
    try tear?()
    let journal = try open()
    try seen.expect(
      journal.lines() == lines, "lasting",
      "opened again it holds \(try journal.lines().count) lines of \(lines.count)")
    try journal.append(Array("after".utf8))
    try seen.expect(
      journal.lines() == lines + [Array("after".utf8)], "whole lines",
      "after half a line was left behind, appending does not give a whole one")
    return seen.violations
  }
}
