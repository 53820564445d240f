// SPDX-License-Identifier: Apache-2.0

/// Why a run ended without a result, and on which line.
public struct MiniFault: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// The reasons.
  public enum Reason: Sendable, Hashable, Codable {
    case overflow, zeroDivisor, emptyList
    case index(Int, count: Int)
    /// A text that is no number, a number that is no character or Int.
    case conversion(String)
    case negativePower
    case stepLimit(Int)
    case cellLimit(Int)
    case depthLimit(Int)
    case tool(String, cause: String)
    /// The arguments that a run was started with.
    case arguments(String)
  }

  public var reason: Reason
  /// 0 where it has none.
  public var line: Int

  public init(_ reason: Reason, line: Int = 0) {
    self.reason = reason
    self.line = line
  }

  public var description: String { (line > 0 ? "line \(line): " : "") + "\(cause); \(remedy)" }

  /// True where a limit was reached: with a larger one the run might have ended well.
  public var isLimit: Bool {
    switch reason {
    case .stepLimit, .cellLimit, .depthLimit: true
    default: false
    }
  }

  private var cause: String {
    switch reason {
    case .overflow: "a result does not fit into 64 bits"
    case .zeroDivisor: "a division by 0"
    case .emptyList: "an empty list has no least or greatest element"
    case .index(let index, let count): "index \(index) of \(count) elements"
    case .conversion(let text): "\(text) cannot be converted"
    case .negativePower: "a power with a negative exponent"
    case .stepLimit(let limit): "more than \(limit) steps"
    case .cellLimit(let limit): "more than \(limit) cells of memory"
    case .depthLimit(let limit): "more than \(limit) calls inside each other"
    case .tool(let name, let cause): "the tool \(name) failed: \(cause)"
    case .arguments(let cause): cause
    }
  }

  private var remedy: String {
    switch reason {
    case .overflow, .negativePower: "use Float, or smaller numbers"
    case .zeroDivisor: "test the divisor before"
    case .emptyList: "test len before"
    case .index: "indices run from 0 to len - 1"
    case .conversion: "test it before"
    case .stepLimit, .cellLimit, .depthLimit: "does it end? else raise the limit"
    case .tool: "change its arguments"
    case .arguments: "give those of the signature"
    }
  }
}
