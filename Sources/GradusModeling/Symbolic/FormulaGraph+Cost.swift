// SPDX-License-Identifier: Apache-2.0

/// weight·node, up to the sign.
private struct Multiple: Hashable {
  var weight: Double
  var node: FormulaGraph.Node
}

extension FormulaGraph {
  /// What one evaluation of `roots` costs by `CostTable`, equal parts computed once: also a weight times a node that several
  /// sums have.
  public func cost(of roots: some Sequence<Node>) -> Double {
    var isNeeded = [Bool](repeating: false, count: count)
    for root in roots { isNeeded[Int(root)] = true }
    var scaled: Set<Multiple> = []
    var total = 0.0
    for i in stride(from: count - 1, through: 0, by: -1) where isNeeded[i] {
      let places = range(of: Node(i))
      for p in places { isNeeded[Int(arguments[p])] = true }
      total += ownCost(Node(i))
      if operations[i] == .sum {
        for p in places where abs(weights[p]) != 1 {
          if !scaled.insert(Multiple(weight: abs(weights[p]), node: arguments[p])).inserted {
            total -= CostTable.multiplication
          }
        }
      }
    }
    return total
  }

  /// What one evaluation of `roots` costs when they are computed as they are written out, nothing shared: infinite where
  /// that exceeds all numbers.
  public func writtenCost(of roots: some Sequence<Node>) -> Double {
    var costs = [Double](repeating: 0, count: count)
    for i in 0..<count {
      costs[i] = range(of: Node(i)).reduce(ownCost(Node(i))) { $0 + costs[Int(arguments[$1])] }
    }
    return roots.reduce(0) { $0 + costs[Int($1)] }
  }

  private func ownCost(_ node: Node) -> Double {
    let i = Int(node)
    switch operations[i] {
    case .sum: return CostTable.sum(weights[range(of: node)], offset: numbers[i])
    case .constantPower: return CostTable.power(exponent: numbers[i])
    default: return CostTable.cost(operations[i])
    }
  }
}
