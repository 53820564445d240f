// SPDX-License-Identifier: Apache-2.0

/// What tests say about a program.
public enum MiniOutcome: Sendable, Hashable {
  /// It is no program, or has not the function that is tested.
  case syntaxError(MiniError)
  /// The fault of the first test that ended with one.
  case runtimeError(MiniFault)
  /// Every test ended; so many of them not with what was expected.
  case wrong(Int, of: Int)
  /// All steps together, the most cells of one test, and steps by line.
  case passed(steps: Int, peakCells: Int, profile: [Int: Int])

  /// Whether every test passed.
  public var isPassed: Bool { if case .passed = self { true } else { false } }

  /// The steps of one that passed.
  public var steps: Int? { if case .passed(let steps, _, _) = self { steps } else { nil } }
}
