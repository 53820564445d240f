// SPDX-License-Identifier: Apache-2.0

/// A recorded execution, in the order it happened: operation names, inputs, values, rules for the way back.
///
/// Nodes are numbered from 0, and inputs are always smaller than the node that uses them, so the order of recording is a
/// topological order and nothing recurses. All inputs lie in one array. Values may be of any type: a number, a tensor, a
/// prompt, an error. A value that fits three words, or is a class instance, costs no allocation.
public struct Trace: Sendable {
  private var operations: [String] = []
  /// Where the inputs of node i end; they begin where those of node i − 1 end.
  private var ends: [Int32] = []
  private var flatInputs: [Int32] = []
  private var values: [(any Sendable)?] = []
  private var rules: [(any Sendable)?] = []

  /// An empty trace.
  public init() {}

  /// The number of nodes.
  public var count: Int { operations.count }

  /// The name of the operation, or of the parameter, at `node`.
  public func operation(of node: Int) -> String { operations[node] }

  /// How many inputs `node` has.
  public func inputCount(of node: Int) -> Int { Int(ends[node]) - start(of: node) }

  /// Input `position` of `node`.
  public func input(_ position: Int, of node: Int) -> Int { Int(flatInputs[start(of: node) + position]) }

  /// The inputs of `node`; allocates.
  public func inputs(of node: Int) -> [Int] { flatInputs[start(of: node)..<Int(ends[node])].map(Int.init) }

  /// What `node` holds; nil when it was freed.
  public func value(of node: Int) -> (any Sendable)? { values[node] }

  /// The rule for the way back, such as a `Pullback`; nil where feedback of numbers stops.
  public func rule(of node: Int) -> (any Sendable)? { rules[node] }

  /// What `node` holds, as a `V`. Throws the cause when the operation failed.
  public func value<V>(of node: Int, as type: V.Type = V.self) throws(TraceError) -> V {
    guard operations.indices.contains(node) else { throw .noSuchNode(node, count: count) }
    guard let value = values[node] else { throw .freed(operation: operations[node], node: node) }
    if let value = value as? V { return value }
    if let failure = value as? FailedValue {
      throw .failed(operation: failure.operation, node: failure.node, cause: failure.cause)
    }
    throw .otherType(
      operation: operations[node], node: node, found: String(describing: Swift.type(of: value)),
      wanted: String(describing: V.self))
  }

  private func start(of node: Int) -> Int { node == 0 ? 0 : Int(ends[node - 1]) }

  /// Appends a node and returns its number. Every input must be smaller.
  package mutating func append(
    _ operation: String, inputs: [Int32], value: consuming (any Sendable)?, rule: consuming (any Sendable)?
  ) -> Int {
    let node = operations.count
    for input in inputs {
      precondition(
        Int(input) < node, "an input of \(operation) is node \(input), which does not come before node \(node)")
    }
    operations.append(operation)
    flatInputs.append(contentsOf: inputs)
    ends.append(Int32(flatInputs.count))
    values.append(value)
    rules.append(rule)
    return node
  }

  package mutating func setValue(_ value: consuming (any Sendable)?, of node: Int) { values[node] = value }

  /// Takes the value out of `node`, so that the caller holds the only reference the trace had.
  package mutating func takeValue(of node: Int) -> (any Sendable)? { values[node].take() }

  package mutating func setRule(_ rule: consuming (any Sendable)?, of node: Int) { rules[node] = rule }

  package mutating func dropRule(of node: Int) { rules[node] = nil }

  /// Forgets all nodes from `count` on and keeps the memory for the next recording.
  package mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    let inputs = count == 0 ? 0 : Int(ends[count - 1])
    operations.removeSubrange(count...)
    ends.removeSubrange(count...)
    flatInputs.removeSubrange(inputs...)
    values.removeSubrange(count...)
    rules.removeSubrange(count...)
  }
}

/// What the node of a failed operation holds: the first failure, where it happened, and why.
public struct FailedValue: Sendable, CustomStringConvertible {
  /// The operation that failed first.
  public let operation: String
  /// Its node.
  public let node: Int
  /// Why.
  public let cause: any Error

  package init(operation: String, node: Int, cause: any Error) {
    self.operation = operation
    self.node = node
    self.cause = cause
  }

  public var description: String { "error: \(cause)" }
}
