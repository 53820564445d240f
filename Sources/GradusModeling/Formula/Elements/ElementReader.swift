// SPDX-License-Identifier: Apache-2.0

/// Takes the shape of sub-expressions of a graph, one after the other, in time linear in their nodes.
struct ElementReader {
  /// Larger sub-expressions are left to the tape.
  static let nodeLimit = 160
  static let variableLimit = 24
  static let numberLimit = 256

  private let graph: FormulaGraph
  private let variableCount: Int
  /// Place of each node among the inner nodes (or variables) of the present sub-expression, where its stamp is current.
  private var local: [Int32]
  private var stamps: [Int32]
  private var stamp: Int32 = 0
  private var stack: [(node: Int32, next: Int32)] = []
  /// How many sub-expressions hold a node (see `count`).
  private var uses: [Int32]

  /// What `read` found.
  private(set) var shape = ElementShape()
  private(set) var variables: [Int32] = []
  private(set) var numbers: [Double] = []
  private(set) var innerCount = 0
  private var writtenCount: Int32 = 0
  /// Cost of all inner nodes, and the part of it that this sub-expression answers for when shared nodes are split
  /// between those that hold them.
  private(set) var cost = 0.0
  private(set) var ownCost = 0.0

  init(_ graph: FormulaGraph, variableCount: Int) {
    self.graph = graph
    self.variableCount = variableCount
    local = [Int32](repeating: 0, count: graph.count)
    stamps = local
    uses = local
  }

  /// Counts the nodes under `root` as used once more. False when the sub-expression is too large or holds operations that
  /// stay in the tape.
  mutating func count(_ root: Int32) -> Bool {
    visit(root) { reader, node in reader.uses[node] += 1 }
  }

  /// Reads shape, variables and numbers under `root`.
  mutating func read(_ root: Int32) -> Bool {
    shape.words.removeAll(keepingCapacity: true)
    variables.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    writtenCount = 0
    cost = 0
    ownCost = 0
    let isElement = visit(root) { reader, node in reader.append(node) }
    return isElement && variables.count <= Self.variableLimit && numbers.count <= Self.numberLimit
  }

  /// Keeps elements of the objective apart from those of rows.
  mutating func mark(isObjective: Bool) {
    shape.isObjective = isObjective
  }

  /// Every inner node under `root` once, arguments before users.
  private mutating func visit(_ root: Int32, _ leave: (inout Self, Int) -> Void) -> Bool {
    innerCount = 0
    stamp += 1
    stack.removeAll(keepingCapacity: true)
    guard enter(root) else { return false }
    while let (node, next) = stack.last {
      let range = graph.range(of: node)
      if Int(next) < range.count {
        stack[stack.count - 1].next += 1
        let child = graph.arguments[range.lowerBound + Int(next)]
        let isLeaf = Int(child) < variableCount || graph.operations[Int(child)] == .constant
        if !isLeaf, stamps[Int(child)] != stamp, !enter(child) { return false }
      } else {
        leave(&self, Int(node))
        stack.removeLast()
      }
    }
    return true
  }

  private mutating func enter(_ node: Int32) -> Bool {
    let i = Int(node)
    guard i >= variableCount, graph.operations[i].standsInElements, innerCount < Self.nodeLimit,
      graph.range(of: node).count < Self.nodeLimit
    else { return false }
    innerCount += 1
    stamps[i] = stamp
    stack.append((node, 0))
    return true
  }

  /// Writes a node whose arguments were written.
  private mutating func append(_ i: Int) {
    let operation = graph.operations[i]
    let range = graph.range(of: Int32(i))
    shape.words.append(UInt32(operation.rawValue) | UInt32(range.count) << 8)
    if operation == .constantPower {
      let bits = graph.numbers[i].bitPattern
      shape.words.append(UInt32(bits >> 32))
      shape.words.append(UInt32(truncatingIfNeeded: bits))
    }
    if operation == .sum {
      numbers.append(graph.numbers[i])
      for p in range { numbers.append(graph.weights[p]) }
    }
    for p in range {
      let child = Int(graph.arguments[p])
      if child < variableCount {
        if stamps[child] != stamp {
          stamps[child] = stamp
          local[child] = Int32(variables.count)
          variables.append(Int32(child))
        }
        shape.words.append(ElementShape.Argument.variable(Int(local[child])).word)
      } else if graph.operations[child] == .constant {
        shape.words.append(ElementShape.Argument.number(numbers.count).word)
        numbers.append(graph.numbers[child])
      } else {
        shape.words.append(ElementShape.Argument.inner(Int(local[child])).word)
      }
    }
    local[i] = writtenCount
    writtenCount += 1
    let price = operation.isExpensive ? 8.0 : Double(1 + range.count / 4)
    cost += price
    ownCost += price / Double(max(1, uses[i]))
  }
}
