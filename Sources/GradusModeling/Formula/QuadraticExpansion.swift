// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// Takes nodes of degree two at most apart into coefficients.
///
/// Degrees come from one pass over the graph. A node is then expanded from the root down, every node once with the sum of
/// the weights that reach it, so that shared sub-expressions cost what they are worth and not what their paths count.
struct QuadraticExpansion {
  /// offset + Σ cⱼxⱼ + Σ qᵢⱼxᵢxⱼ, places possibly repeated.
  struct Parts {
    var offset = 0.0
    var linear: [(column: Int, value: Double)] = []
    var products: [(first: Int, second: Int, value: Double)] = []

    /// Q of ½ xᵀQx, whole; nil when there are no products or all cancel.
    func matrix(_ dimension: Int) -> SparseMatrix? {
      var triplets: [(row: Int, column: Int, value: Double)] = []
      triplets.reserveCapacity(2 * products.count)
      for (i, j, value) in products {
        triplets.append((i, j, value))
        triplets.append((j, i, value))
      }
      let sums = SparseMatrix(rowCount: dimension, columnCount: dimension, triplets: triplets)
      if sums.values.allSatisfy({ $0 == 0 }) { return nil }
      guard sums.values.contains(0) else { return sums }
      var kept: [(row: Int, column: Int, value: Double)] = []
      for j in 0..<dimension {
        for p in sums.range(ofColumn: j) where sums.values[p] != 0 {
          kept.append((Int(sums.rows[p]), j, sums.values[p]))
        }
      }
      return SparseMatrix(rowCount: dimension, columnCount: dimension, triplets: kept)
    }
  }

  /// Beyond this number of products a formula is better kept as a formula.
  static let productLimit = 20_000_000

  private let graph: FormulaGraph
  /// 0, 1, 2, or 3 for everything that is no polynomial of degree two.
  private let degrees: [UInt8]

  init(_ graph: FormulaGraph, variableCount: Int) {
    self.graph = graph
    var degrees = [UInt8](repeating: 3, count: graph.count)
    for i in 0..<graph.count {
      let range = graph.range(of: FormulaGraph.Node(i))
      func degree(_ p: Int) -> UInt8 { degrees[Int(graph.arguments[p])] }
      switch graph.operations[i] {
      case .constant: degrees[i] = 0
      case .variable: degrees[i] = 1
      case .sum: degrees[i] = range.reduce(0) { max($0, degree($1)) }
      case .product: degrees[i] = min(3, degree(range.lowerBound) + degree(range.lowerBound + 1))
      case .square: degrees[i] = min(3, 2 * degree(range.lowerBound))
      default: break
      }
    }
    self.degrees = degrees
  }

  /// The parts of a node; nil when its degree is higher than two, or too many products arise.
  func expand(_ root: FormulaGraph.Node) -> Parts? {
    guard degrees[Int(root)] <= 2 else { return nil }
    var parts = Parts()
    for (node, weight) in addends(of: root, &parts.offset) {
      if graph.operations[Int(node)] == .variable {
        parts.linear.append((Int(graph.numbers[Int(node)]), weight))
        continue
      }
      let left = graph.argument(0, of: node)
      let right = graph.operations[Int(node)] == .square ? left : graph.argument(1, of: node)
      // The degree of a factor is at most two, and then the other is a constant that a constructor would have folded.
      guard let a = affine(left), let b = affine(right), multiply(a, b, weight, into: &parts) else { return nil }
    }
    return parts
  }

  /// Constant and coefficients of a node that is a sum of variables.
  private func affine(_ node: FormulaGraph.Node) -> Parts? {
    var parts = Parts()
    for (node, weight) in addends(of: node, &parts.offset) {
      guard graph.operations[Int(node)] == .variable else { return nil }
      parts.linear.append((Int(graph.numbers[Int(node)]), weight))
    }
    return parts
  }

  private func multiply(_ a: Parts, _ b: Parts, _ weight: Double, into parts: inout Parts) -> Bool {
    guard parts.products.count + a.linear.count * b.linear.count <= Self.productLimit else { return false }
    parts.offset += weight * a.offset * b.offset
    if b.offset != 0 { parts.linear += a.linear.map { ($0.column, weight * b.offset * $0.value) } }
    if a.offset != 0 { parts.linear += b.linear.map { ($0.column, weight * a.offset * $0.value) } }
    for (i, x) in a.linear { for (j, y) in b.linear { parts.products.append((i, j, weight * x * y)) } }
    return true
  }

  /// What the sums below `root` add up besides constants, which go to `offset`: every node once with its total weight,
  /// by ascending node. Sums are opened from the top down, each when all its users have been.
  private func addends(
    of root: FormulaGraph.Node, _ offset: inout Double
  ) -> [(node: FormulaGraph.Node, weight: Double)] {
    var sums: [FormulaGraph.Node: Double] = [:]
    var rest: [FormulaGraph.Node: Double] = [:]
    var heap = NodeHeap()
    func isSum(_ node: FormulaGraph.Node) -> Bool { graph.operations[Int(node)] == .sum }
    if isSum(root) {
      sums[root] = 1
      heap.push(root)
    } else if let value = graph.constant(at: root) {
      offset += value
    } else {
      rest[root] = 1
    }
    while let node = heap.pop() {
      let weight = sums.removeValue(forKey: node) ?? 0
      offset += weight * graph.numbers[Int(node)]
      for p in graph.range(of: node) {
        let child = graph.arguments[p]
        let product = weight * graph.weights[p]
        if let value = graph.constant(at: child) {
          offset += product * value
        } else if !isSum(child) {
          rest[child, default: 0] += product
        } else if sums.updateValue((sums[child] ?? 0) + product, forKey: child) == nil {
          heap.push(child)
        }
      }
    }
    return rest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// The largest node first.
private struct NodeHeap {
  private var nodes: [FormulaGraph.Node] = []

  mutating func push(_ node: FormulaGraph.Node) {
    nodes.append(node)
    var i = nodes.count - 1
    while i > 0, nodes[(i - 1) / 2] < nodes[i] {
      nodes.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  mutating func pop() -> FormulaGraph.Node? {
    guard let top = nodes.first, let last = nodes.popLast() else { return nil }
    if nodes.isEmpty { return top }
    nodes[0] = last
    var i = 0
    while true {
      var largest = i
      for child in [2 * i + 1, 2 * i + 2] where child < nodes.count && nodes[child] > nodes[largest] { largest = child }
      if largest == i { return top }
      nodes.swapAt(i, largest)
      i = largest
    }
  }
}
