// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A sparse factorization P·S·Pᵀ = LDLᵀ with positive D, which exists exactly when S is positive definite up to rounding.
///
/// Up-looking and without pivoting. **Reference** T. A. Davis, *Algorithm 849*, ACM TOMS 31 (2005).
struct DefiniteFactor {
  /// Multiplications spent at most.
  static let workLimit = 2e10

  enum Attempt {
    case definite(DefiniteFactor)
    /// A pivot that is not positive was met.
    case indefinite
    /// It would take more than `workLimit` operations, or too much memory.
    case tooLarge
  }

  private let order: [Int]
  private let starts: [Int]
  private var rows: [Int32]
  private var values: [Double]
  private var d: [Double]

  /// Factorizes `s`, given with both triangles, eliminating `order[0]` first. Columns without entries are passed over.
  static func factorize(_ s: SparseMatrix, _ order: [Int]) -> Attempt {
    let n = s.columnCount
    var place = [Int](repeating: 0, count: n)
    for (k, j) in order.enumerated() { place[j] = k }
    var parent = [Int](repeating: -1, count: n)
    var mark = parent
    var counts = [Int](repeating: 0, count: n)
    for k in 0..<n {
      mark[k] = k
      for p in s.range(ofColumn: order[k]) {
        var i = place[Int(s.rows[p])]
        if i >= k { continue }
        while mark[i] != k {
          if parent[i] == -1 { parent[i] = k }
          counts[i] += 1
          mark[i] = k
          i = parent[i]
        }
      }
    }
    if counts.reduce(0.0, { $0 + Double($1) * Double($1) }) > workLimit { return .tooLarge }
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    guard starts[n] < 200_000_000 else { return .tooLarge }
    var factor = DefiniteFactor(order: order, starts: starts)
    return factor.eliminate(s, place, parent, &mark) ? .definite(factor) : .indefinite
  }

  private init(order: [Int], starts: [Int]) {
    self.order = order
    self.starts = starts
    rows = [Int32](repeating: 0, count: starts[order.count])
    values = [Double](repeating: 0, count: starts[order.count])
    d = [Double](repeating: 1, count: order.count)
  }

  private mutating func eliminate(
    _ s: SparseMatrix, _ place: [Int], _ parent: [Int], _ mark: inout [Int]
  ) -> Bool {
    let n = order.count
    var filled = [Int](repeating: 0, count: n)
    var y = [Double](repeating: 0, count: n)
    var pattern = [Int](repeating: 0, count: n)
    for k in 0..<n {
      // A variable outside S bends nothing and is tied to nothing.
      if s.range(ofColumn: order[k]).isEmpty { continue }
      var top = n
      mark[k] = ~k
      for p in s.range(ofColumn: order[k]) {
        var i = place[Int(s.rows[p])]
        if i > k { continue }
        y[i] += s.values[p]
        var length = 0
        while mark[i] != ~k {
          pattern[length] = i
          length += 1
          mark[i] = ~k
          i = parent[i]
        }
        while length > 0 {
          top -= 1
          length -= 1
          pattern[top] = pattern[length]
        }
      }
      var pivot = y[k]
      y[k] = 0
      for t in top..<n {
        let i = pattern[t]
        let yi = y[i]
        y[i] = 0
        let first = starts[i]
        for p in first..<(first + filled[i]) { y[Int(rows[p])] -= values[p] * yi }
        let l = yi / d[i]
        pivot -= l * yi
        rows[first + filled[i]] = Int32(k)
        values[first + filled[i]] = l
        filled[i] += 1
      }
      if !(pivot > 0) { return false }
      d[k] = pivot
    }
    return true
  }

  /// S⁻¹·b.
  func solve(_ b: [Double]) -> [Double] {
    var x = order.map { b[$0] }
    for k in x.indices {
      let xk = x[k]
      for p in starts[k]..<starts[k + 1] { x[Int(rows[p])] -= values[p] * xk }
    }
    for k in x.indices.reversed() {
      var sum = x[k] / d[k]
      for p in starts[k]..<starts[k + 1] { sum -= values[p] * x[Int(rows[p])] }
      x[k] = sum
    }
    var result = [Double](repeating: 0, count: b.count)
    for (k, j) in order.enumerated() { result[j] = x[k] }
    return result
  }
}
