// SPDX-License-Identifier: Apache-2.0
import GradusModeling

/// A box that is still to be searched.
struct BranchNode: Sendable, Codable {
  var box: [Interval]
  /// No point of the box has a smaller objective (in the sense of minimization).
  var bound: Double
  var depth = 0
  /// The branching that made it, for pseudocosts.
  var variable = -1
  var isUp = false
  var distance = 0.0
}

/// Open nodes, the smallest bound first; a binary heap.
struct NodeHeap: Sendable, Codable {
  private(set) var nodes: [BranchNode] = []

  var least: Double { nodes.first?.bound ?? .infinity }
  var isEmpty: Bool { nodes.isEmpty }

  mutating func insert(_ node: BranchNode) {
    nodes.append(node)
    var k = nodes.count - 1
    while k > 0, nodes[(k - 1) / 2].bound > nodes[k].bound {
      nodes.swapAt(k, (k - 1) / 2)
      k = (k - 1) / 2
    }
  }

  mutating func popLeast() -> BranchNode? {
    guard !nodes.isEmpty else { return nil }
    nodes.swapAt(0, nodes.count - 1)
    let result = nodes.removeLast()
    var k = 0
    while true {
      var least = k
      for child in [2 * k + 1, 2 * k + 2] where child < nodes.count && nodes[child].bound < nodes[least].bound {
        least = child
      }
      if least == k { break }
      nodes.swapAt(k, least)
      k = least
    }
    return result
  }
}
