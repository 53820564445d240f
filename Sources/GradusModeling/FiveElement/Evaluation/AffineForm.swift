// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// constant + Σ weight·column, with what its bounds and kinds say.
struct AffineForm {
  var constant = 0.0
  var weights: [Int: Double] = [:]
  /// Columns in the order in which they were met.
  var order: [Int] = []

  /// Nil when the node is not affine. Cost: linear in the nodes below.
  init?(_ node: FormulaGraph.Node, in graph: FormulaGraph) {
    var stack: [(weight: Double, node: FormulaGraph.Node)] = [(1, node)]
    while let (weight, node) = stack.popLast() {
      switch graph.operations[Int(node)] {
      case .constant: constant += weight * graph.numbers[Int(node)]
      case .variable:
        let column = Int(graph.numbers[Int(node)])
        if weights[column] == nil { order.append(column) }
        weights[column, default: 0] += weight
      case .sum:
        constant += weight * graph.numbers[Int(node)]
        for p in graph.range(of: node).reversed() { stack.append((weight * graph.weights[p], graph.arguments[p])) }
      default: return nil
      }
    }
  }

  /// The interval of its values over the bounds of the columns.
  func range(_ columns: [Model.Column]) -> (lower: Double, upper: Double) {
    var lower = constant
    var upper = constant
    for column in order {
      guard let weight = weights[column], weight != 0 else { continue }
      var (low, high) = (columns[column].lower, columns[column].upper)
      if columns[column].kind == .semicontinuous || columns[column].kind == .semiinteger {
        low = min(low, 0)
        high = max(high, 0)
      }
      lower += weight > 0 ? weight * low : weight * high
      upper += weight > 0 ? weight * high : weight * low
    }
    return (lower, upper)
  }

  /// True when every point with whole integer columns gives a whole number.
  func isWhole(_ columns: [Model.Column]) -> Bool {
    constant == constant.rounded()
      && order.allSatisfy { column in
        let weight = weights[column] ?? 0
        return weight == weight.rounded() && (weight == 0 || columns[column].kind.isIntegral)
      }
  }

  /// The first column whose bound in the way of `upper` (or of the lower end) is infinite.
  func unbounded(upper: Bool, _ columns: [Model.Column]) -> Int? {
    order.first { column in
      let weight = weights[column] ?? 0
      if weight == 0 { return false }
      return (weight > 0) == upper ? columns[column].upper == .infinity : columns[column].lower == -.infinity
    }
  }
}
