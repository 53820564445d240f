// SPDX-License-Identifier: Apache-2.0

/// Formulas as one array of nodes, arguments before users, equal nodes stored once (hash-consing).
///
/// Node i applies `operations[i]` to the nodes `arguments[starts[i] ..< starts[i + 1]]`. `numbers[i]` is the value of a
/// constant, the index of a variable or parameter, the exponent of a constant power, or the constant of a sum, whose
/// `weights` run parallel to its arguments. No pass over a graph recurses: a chain of a million operations is as safe as
/// a short one. About 30 bytes a node.
public struct FormulaGraph: Sendable, Hashable {
  /// A place in the graph.
  public typealias Node = Int32

  public private(set) var operations: [FormulaOperation] = []
  public private(set) var numbers: [Double] = []
  public private(set) var starts: [Int32] = [0]
  public private(set) var arguments: [Node] = []
  /// Parallel to `arguments`; 1 outside sums. (Inside an `EGraph` products have any number of arguments, and these are
  /// their exponents.)
  public private(set) var weights: [Double] = []
  /// Open addressing: node + 1, or 0 for an empty slot.
  private var table: [Int32] = [Int32](repeating: 0, count: 64)

  public init() {}

  /// The number of nodes.
  public var count: Int { operations.count }

  /// The places of the arguments of a node.
  @inlinable
  public func range(of node: Node) -> Range<Int> { Int(starts[Int(node)])..<Int(starts[Int(node) + 1]) }

  /// Argument `k` of a node.
  @inlinable
  public func argument(_ k: Int, of node: Node) -> Node { arguments[Int(starts[Int(node)]) + k] }

  /// The number of a node that is a constant; nil for every other node.
  @inlinable
  public func constant(at node: Node) -> Double? {
    operations[Int(node)] == .constant ? numbers[Int(node)] : nil
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.operations == b.operations && a.starts == b.starts && a.arguments == b.arguments && a.weights == b.weights
      && a.numbers.count == b.numbers.count
      && zip(a.numbers, b.numbers).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(operations)
    hasher.combine(arguments)
  }

  /// The node with this content: the one there is, or a new one at the end. Expected cost O(arguments).
  ///
  /// Nothing is simplified here; the canonical constructors (`sum`, `product`, …) call this last.
  package mutating func node(
    _ operation: FormulaOperation, number: Double = 0, _ arguments: some Collection<Node>,
    weights: some Collection<Double> = EmptyCollection<Double>()
  ) -> Node {
    if operations.count * 2 >= table.count { grow() }
    var hash = Self.mixed(UInt64(operation.rawValue), number.bitPattern)
    for argument in arguments { hash = Self.mixed(hash, UInt64(UInt32(bitPattern: argument))) }
    for weight in weights where weight != 1 { hash = Self.mixed(hash, weight.bitPattern) }
    let mask = table.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table[slot] != 0 {
      let candidate = table[slot] - 1
      if matches(candidate, operation, number, arguments, weights) { return candidate }
      slot = (slot + 1) & mask
    }
    let new = Node(operations.count)
    precondition(operations.count < Int(Int32.max) - 1, "a graph holds at most 2³¹ nodes")
    table[slot] = new + 1
    operations.append(operation)
    numbers.append(number)
    self.arguments.append(contentsOf: arguments)
    if weights.isEmpty {
      for _ in arguments { self.weights.append(1) }
    } else {
      self.weights.append(contentsOf: weights)
    }
    starts.append(Int32(self.arguments.count))
    return new
  }

  private func matches(
    _ node: Node, _ operation: FormulaOperation, _ number: Double, _ wanted: some Collection<Node>,
    _ wantedWeights: some Collection<Double>
  ) -> Bool {
    guard operations[Int(node)] == operation, numbers[Int(node)].bitPattern == number.bitPattern else { return false }
    let range = range(of: node)
    guard range.count == wanted.count, arguments[range].elementsEqual(wanted) else { return false }
    return wantedWeights.isEmpty
      ? weights[range].allSatisfy { $0 == 1 } : weights[range].elementsEqual(wantedWeights)
  }

  private mutating func grow() {
    let mask = table.count * 2 - 1
    table = [Int32](repeating: 0, count: mask + 1)
    for i in operations.indices {
      var hash = Self.mixed(UInt64(operations[i].rawValue), numbers[i].bitPattern)
      let range = range(of: Node(i))
      for p in range { hash = Self.mixed(hash, UInt64(UInt32(bitPattern: arguments[p]))) }
      for p in range where weights[p] != 1 { hash = Self.mixed(hash, weights[p].bitPattern) }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while table[slot] != 0 { slot = (slot + 1) & mask }
      table[slot] = Int32(i) + 1
    }
  }

  @inline(__always)
  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low &+ 0x9E37_79B9_7F4A_7C15
  }
}
