// SPDX-License-Identifier: Apache-2.0

/// What came of one run, and what it used up to its end.
public struct MiniExecution: Sendable, Hashable {
  /// A value, or why there is none.
  public enum End: Sendable, Hashable {
    case value(MiniValue)
    case fault(MiniFault)
  }

  public var end: End
  /// One for each operation; built-in functions that walk their arguments one more for each element.
  public var steps: Int
  /// The most cells that were in use at a time.
  public var peakCells: Int
  /// Steps on each line; they add up to `steps`.
  public var profile: [Int: Int]
  /// The calls of tools, in the order of time.
  public var calls: [ToolCall]

  public init(_ end: End, steps: Int = 0, peakCells: Int = 0, profile: [Int: Int] = [:], calls: [ToolCall] = []) {
    self.end = end
    self.steps = steps
    self.peakCells = peakCells
    self.profile = profile
    self.calls = calls
  }

  /// The result, where there is one.
  public var value: MiniValue? { if case .value(let value) = end { value } else { nil } }
  /// Why there is none, where there is none.
  public var fault: MiniFault? { if case .fault(let fault) = end { fault } else { nil } }
}
