// SPDX-License-Identifier: Apache-2.0
import GradusModeling

/// The terms of degree two among weighted nodes, gathered: offset + Σ linear + Σ products, and the other nodes.
struct QuadraticPart {
  struct Pair: Hashable {
    let first: Int
    let second: Int
    init(_ a: Int, _ b: Int) { (first, second) = (min(a, b), max(a, b)) }
  }

  private(set) var offset = 0.0
  private(set) var linear: [Int: Double] = [:]
  private(set) var products: [Pair: Double] = [:]
  private(set) var rest: [Int32: Double] = [:]

  /// Nil when no node is of degree two, or too many products arise.
  init?(_ nodes: [Int32: Double], graph: FormulaGraph, box: [Interval]) {
    for (node, weight) in nodes.sorted(by: { $0.key < $1.key }) {
      let places = graph.range(of: node)
      let isProduct = graph.operations[Int(node)] == .product
      guard isProduct || graph.operations[Int(node)] == .square,
        let a = graph.affine(graph.arguments[places.lowerBound]),
        let b = isProduct ? graph.affine(graph.arguments[places.lowerBound + 1]) : a
      else {
        rest[node] = weight
        continue
      }
      if products.count + a.columns.count * b.columns.count > 100_000 { return nil }
      offset += weight * a.offset * b.offset
      for (j, x) in zip(a.columns, a.values) { linear[j, default: 0] += weight * x * b.offset }
      for (j, y) in zip(b.columns, b.values) { linear[j, default: 0] += weight * y * a.offset }
      for (i, x) in zip(a.columns, a.values) {
        for (j, y) in zip(b.columns, b.values) { products[Pair(i, j), default: 0] += weight * x * y }
      }
    }
    if products.isEmpty { return nil }
  }

  /// x² = x for binary variables.
  mutating func foldBinaries(_ isBinary: (Int) -> Bool) {
    for (pair, value) in products where pair.first == pair.second && isBinary(pair.first) {
      linear[pair.first, default: 0] += value
      products[pair] = nil
    }
  }

  /// sign·Σ products = Σ weight·(Σ value·x)² with weights ≥ 0, by LDLᵀ; nil where that is not so.
  ///
  /// Cost: O(n³) for n variables in products; more than 400 are not tried.
  func squares(sign: Double) -> [(weight: Double, form: [(column: Int, value: Double)])]? {
    let columns = Set(products.keys.flatMap { [$0.first, $0.second] }).sorted()
    let n = columns.count
    guard n > 0, n <= 400 else { return nil }
    let place = Dictionary(uniqueKeysWithValues: zip(columns, 0...))
    var a = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for (pair, value) in products {
      guard let i = place[pair.first], let j = place[pair.second] else { continue }
      a[i][j] += sign * value / 2
      a[j][i] += sign * value / 2
    }
    let scale = (0..<n).map { abs(a[$0][$0]) }.max() ?? 0
    var result: [(weight: Double, form: [(column: Int, value: Double)])] = []
    var isDone = [Bool](repeating: false, count: n)
    for _ in 0..<n {
      // The largest pivot first keeps what is lost of a semidefinite form to rounding.
      guard let k = (0..<n).filter({ !isDone[$0] }).max(by: { a[$0][$0] < a[$1][$1] }) else { break }
      let pivot = a[k][k]
      isDone[k] = true
      if pivot <= 1e-11 * scale {
        let rest = (0..<n).flatMap { i in
          isDone[i] && i != k ? [] : (0..<n).filter { !isDone[$0] || $0 == k }.map { abs(a[i][$0]) }
        }
        guard (rest.max() ?? 0) <= 1e-11 * scale else { return nil }
        return result
      }
      var form = [(column: columns[k], value: 1.0)]
      for i in 0..<n where !isDone[i] && a[k][i] != 0 { form.append((columns[i], a[k][i] / pivot)) }
      for i in 0..<n where !isDone[i] && a[k][i] != 0 {
        for j in 0..<n where !isDone[j] { a[i][j] -= a[k][i] * a[k][j] / pivot }
      }
      result.append((pivot, form))
    }
    return result
  }
}
