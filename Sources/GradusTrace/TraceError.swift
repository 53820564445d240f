// SPDX-License-Identifier: Apache-2.0

/// Why something recorded cannot be had.
public enum TraceError: Error, Sendable, CustomStringConvertible {
  /// The operation threw; its node holds the error.
  case failed(operation: String, node: Int, cause: any Error)
  /// The value was freed by a consuming walk or by the end of a segment.
  case freed(operation: String, node: Int)
  /// The node holds a value of another type than was asked for.
  case otherType(operation: String, node: Int, found: String, wanted: String)
  /// A node that the trace does not have.
  case noSuchNode(Int, count: Int)
  /// A rule shared feedback among another number of inputs than the operation has.
  case wrongShares(operation: String, node: Int, shares: Int, inputs: Int)

  public var description: String {
    switch self {
    case .failed(let operation, let node, let cause): "\(operation) (node \(node)) failed: \(cause)"
    case .freed(let operation, let node):
      "the value of \(operation) (node \(node)) is gone: read it before the walk back, or propagate without consuming"
    case .otherType(let operation, let node, let found, let wanted):
      "\(operation) (node \(node)) holds \(found), not \(wanted)"
    case .noSuchNode(let node, let count): "there is no node \(node): the trace has \(count)"
    case .wrongShares(let operation, let node, let shares, let inputs):
      "the pullback of \(operation) (node \(node)) returned \(shares) shares for \(inputs) inputs"
    }
  }
}
