// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// offset + Σ value·variable, the columns ascending and no value zero.
package struct AffineFormula: Sendable, Hashable, Codable {
  package var offset: Double
  package private(set) var columns: [Int]
  package private(set) var values: [Double]

  package init(offset: Double, coefficients: [Int: Double]) {
    self.offset = offset
    columns = coefficients.keys.filter { coefficients[$0] != 0 }.sorted()
    values = columns.compactMap { coefficients[$0] }
  }

  /// The value at a point of all variables.
  package func value(at x: [Double]) -> Double {
    zip(columns, values).reduce(offset) { $0 + $1.1 * x[$1.0] }
  }

  /// The range over a box, rounded outward.
  package func range(over box: [Interval]) -> Interval {
    zip(columns, values).reduce(Interval(offset)) { $0 + $1.1 * box[$1.0] }
  }

  /// self = factor·other + remainder, where the coefficients are exactly proportional.
  package func multiple(of other: AffineFormula) -> (factor: Double, remainder: Double)? {
    guard columns == other.columns, let first = values.first, let unit = other.values.first else { return nil }
    let factor = first / unit
    guard factor.isFinite, zip(values, other.values).allSatisfy({ $0 == factor * $1 }) else { return nil }
    return (factor, offset - factor * other.offset)
  }
}

extension FormulaGraph {
  /// A node made of sums, constants and variables alone; nil for every other node, and for one that takes more than
  /// `limit` steps to open.
  package func affine(_ node: Node, limit: Int = 20_000) -> AffineFormula? {
    var offset = 0.0
    var coefficients: [Int: Double] = [:]
    var stack: [(node: Node, weight: Double)] = [(node, 1)]
    var steps = 0
    while let (node, weight) = stack.popLast() {
      steps += 1
      if steps > limit { return nil }
      switch operations[Int(node)] {
      case .constant: offset += weight * numbers[Int(node)]
      case .variable: coefficients[Int(numbers[Int(node)]), default: 0] += weight
      case .sum:
        offset += weight * numbers[Int(node)]
        for p in range(of: node) { stack.append((arguments[p], weight * weights[p])) }
      default: return nil
      }
    }
    return AffineFormula(offset: offset, coefficients: coefficients)
  }
}
