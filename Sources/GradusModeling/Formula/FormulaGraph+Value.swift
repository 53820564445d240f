// SPDX-License-Identifier: Apache-2.0

extension FormulaGraph {
  /// The values of all nodes up to `last`. Cost: one operation a node. For many evaluations compile a `Tape`.
  package func values(upTo last: Node, at point: [Double], parameters: [Double] = []) -> [Double] {
    var values = [Double](repeating: 0, count: Int(last) + 1)
    for i in 0...Int(last) {
      let first = Int(starts[i])
      func argument(_ k: Int) -> Double { values[Int(arguments[first + k])] }
      switch operations[i] {
      case .constant: values[i] = numbers[i]
      case .variable: values[i] = point[Int(numbers[i])]
      case .parameter: values[i] = parameters[Int(numbers[i])]
      case .sum:
        var total = numbers[i]
        for p in first..<Int(starts[i + 1]) { total += weights[p] * values[Int(arguments[p])] }
        values[i] = total
      case .conditional: values[i] = argument(0) != 0 ? argument(1) : argument(2)
      default:
        values[i] =
          operations[i].arity == 1
          ? operations[i].value(argument(0), number: numbers[i]) : operations[i].value(argument(0), argument(1))
      }
    }
    return values
  }

  /// The value of one node. Cost: as `values`.
  public func value(of node: Node, at point: [Double], parameters: [Double] = []) -> Double {
    values(upTo: node, at: point, parameters: parameters)[Int(node)]
  }
}
