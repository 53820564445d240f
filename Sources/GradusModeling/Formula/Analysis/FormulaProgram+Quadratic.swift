// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
package import GradusNumerics

/// offset + Σ linear + Σ quadratic of a formula of degree 2.
package struct QuadraticFormula: Sendable, Hashable {
  package var offset = 0.0
  package var linear: [Int: Double] = [:]
  /// Coefficients of x_i·x_j with i ≤ j.
  package var products: [Pair: Double] = [:]

  package struct Pair: Sendable, Hashable {
    package var first: Int
    package var second: Int
    init(_ a: Int, _ b: Int) {
      first = min(a, b)
      second = max(a, b)
    }
  }

  mutating func add(_ other: QuadraticFormula, times w: Double) {
    offset += w * other.offset
    for (j, a) in other.linear { linear[j, default: 0] += w * a }
    for (pair, a) in other.products { products[pair, default: 0] += w * a }
  }

  /// The product of two formulas of degree at most 1.
  static func * (a: QuadraticFormula, b: QuadraticFormula) -> QuadraticFormula {
    var result = QuadraticFormula()
    result.offset = a.offset * b.offset
    for (j, v) in a.linear { result.linear[j, default: 0] += v * b.offset }
    for (j, v) in b.linear { result.linear[j, default: 0] += v * a.offset }
    for (i, v) in a.linear { for (j, w) in b.linear { result.products[Pair(i, j), default: 0] += v * w } }
    return result
  }

  /// Q of ½xᵀQx, whole.
  package func matrix(order: Int) -> SparseMatrix {
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (pair, v) in products.sorted(by: { ($0.key.second, $0.key.first) < ($1.key.second, $1.key.first) })
    where v != 0 {
      if pair.first == pair.second {
        triplets.append((pair.first, pair.first, 2 * v))
      } else {
        triplets.append((pair.first, pair.second, v))
        triplets.append((pair.second, pair.first, v))
      }
    }
    return SparseMatrix(rowCount: order, columnCount: order, triplets: triplets)
  }
}

extension FormulaProgram {
  /// The degree of every node as a polynomial; nil for what is none. Cost: one pass.
  package var degrees: [Int?] {
    var degrees = [Int?](repeating: nil, count: graph.count)
    for i in graph.operations.indices {
      let children = graph.range(of: Int32(i)).map { degrees[Int(graph.arguments[$0])] }
      let known = children.compactMap { $0 }
      guard known.count == children.count else { continue }
      switch graph.operations[i] {
      case .constant: degrees[i] = 0
      case .variable: degrees[i] = 1
      case .sum: degrees[i] = known.max() ?? 0
      case .product: degrees[i] = known.reduce(0, +)
      case .square: degrees[i] = 2 * (known.first ?? 0)
      case .constantPower:
        let n = graph.numbers[i]
        if n >= 0, n == n.rounded(), n <= 1e6 { degrees[i] = (known.first ?? 0) * Int(n) }
      default: degrees[i] = known.allSatisfy { $0 == 0 } ? 0 : nil
      }
      if let degree = degrees[i], degree > 1_000_000 { degrees[i] = nil }
    }
    return degrees
  }

  /// The nodes as quadratic formulas, where their degree is at most 2; nil when the expansion has more than `limit` terms.
  package func quadratic(of root: FormulaGraph.Node, degrees: [Int?], limit: Int = 200_000) -> QuadraticFormula? {
    guard let degree = degrees[Int(root)], degree <= 2 else { return nil }
    var needed = [Bool](repeating: false, count: Int(root) + 1)
    needed[Int(root)] = true
    for i in stride(from: Int(root), through: variableCount, by: -1) where needed[i] {
      for p in graph.range(of: Int32(i)) { needed[Int(graph.arguments[p])] = true }
    }
    var parts: [Int: QuadraticFormula] = [:]
    var size = 0
    for i in needed.indices where needed[i] {
      var part = QuadraticFormula()
      let places = graph.range(of: Int32(i))
      func argument(_ k: Int) -> QuadraticFormula {
        parts[Int(graph.arguments[places.lowerBound + k])] ?? QuadraticFormula()
      }
      switch graph.operations[i] {
      case .constant: part.offset = graph.numbers[i]
      case .variable: part.linear[i] = 1
      case .sum:
        part.offset = graph.numbers[i]
        for p in places { part.add(parts[Int(graph.arguments[p])] ?? QuadraticFormula(), times: graph.weights[p]) }
      case .product: part = Self.multiplied(argument(0), argument(1))
      case .square: part = Self.multiplied(argument(0), argument(0))
      default:
        guard degrees[i] == 0 else { return nil }
        part.offset = graph.value(of: Int32(i), at: [Double](repeating: 0, count: variableCount))
      }
      size += part.linear.count + part.products.count
      if size > limit { return nil }
      parts[i] = part
    }
    return parts[Int(root)]
  }

  private static func multiplied(_ a: QuadraticFormula, _ b: QuadraticFormula) -> QuadraticFormula {
    if a.linear.isEmpty, a.products.isEmpty {
      var result = QuadraticFormula()
      result.add(b, times: a.offset)
      return result
    }
    if b.linear.isEmpty, b.products.isEmpty {
      var result = QuadraticFormula()
      result.add(a, times: b.offset)
      return result
    }
    return a * b
  }
}
