// SPDX-License-Identifier: Apache-2.0

/// One call of a tool: what it was given, and where that came from.
public struct ToolCall: Sendable, Hashable, Codable {
  /// What a tool was given.
  public enum Argument: Sendable, Hashable, Codable {
    /// Written in the program, or computed from something.
    case literal(MiniValue)
    /// The result of an earlier call as it was, by the number of the call from 0.
    case result(of: Int)
  }

  public var tool: String
  public var arguments: [Argument]
  public var result: MiniValue
  public var line: Int

  public init(_ tool: String, _ arguments: [Argument], result: MiniValue, line: Int = 0) {
    self.tool = tool
    self.arguments = arguments
    self.result = result
    self.line = line
  }
}
