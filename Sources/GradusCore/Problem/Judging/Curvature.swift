// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Whether ½ xᵀQx is convex, decided by factorizing Q.
///
/// Q is scaled to a unit diagonal (a congruence, which keeps the signs of its eigenvalues) and S + δI = LDLᵀ is computed
/// without pivoting, which succeeds with positive D exactly when S + δI is positive definite up to rounding (n·ε). A
/// diagonally dominant Q needs no factorization and no δ.
public enum Curvature: Sendable, Hashable {
  /// Every eigenvalue of the scaled Q is at least −`allowance`; 0 means proved without rounding.
  case convex(allowance: Double)
  /// A direction of negative curvature exists; the text says how it shows.
  case nonconvex(String)
  /// The factorization would take more than `Curvature.workLimit` operations, or Q is not symmetric.
  case undecided(String)

  /// Shift of the unit-diagonal matrix that absorbs rounding in the data of singular matrices.
  public static let allowance = 1e-9
  /// Multiplications spent at most.
  public static let workLimit = 2e10

  /// The curvature of ½ xᵀ(sign·Q)x.
  public static func of(_ q: SparseMatrix, sign: Double = 1) -> Curvature {
    let n = q.columnCount
    guard q.rowCount == n, q.transposed() == q else { return .undecided("Q is not symmetric") }
    var diagonal = [Double](repeating: 0, count: n)
    var off = diagonal
    for j in 0..<n {
      for p in q.range(ofColumn: j) {
        if Int(q.rows[p]) == j { diagonal[j] = sign * q.values[p] } else { off[j] += abs(q.values[p]) }
      }
      if diagonal[j] < 0 { return .nonconvex("diagonal entry \(j + 1) of Q is \(brief(sign * diagonal[j]))") }
      if diagonal[j] == 0, off[j] > 0 {
        return .nonconvex("variable \(j + 1) of Q has products with others but no square of its own")
      }
    }
    if (0..<n).allSatisfy({ diagonal[$0] >= off[$0] }) { return .convex(allowance: 0) }
    var scaled = q
    for j in 0..<n {
      for p in q.range(ofColumn: j) {
        let i = Int(q.rows[p])
        let v = sign * q.values[p] / (diagonal[i].squareRoot() * diagonal[j].squareRoot())
        if i != j, abs(v) > 1 + 1e-9 {
          return .nonconvex("the product of variables \(min(i, j) + 1) and \(max(i, j) + 1) outweighs their squares")
        }
        scaled.values[p] = i == j ? 1 + allowance : v
      }
    }
    let order = EliminationOrder.minimumDegree(scaled)
    guard let factorized = isPositiveDefinite(scaled, order) else {
      return .undecided("factorizing Q would take too long")
    }
    return factorized ? .convex(allowance: allowance) : .nonconvex("the factorization of Q met a negative pivot")
  }

  /// Up-looking LDLᵀ (Davis, "Algorithm 849", ACM TOMS 31, 2005), stopped at the first pivot ≤ 0; nil beyond the work
  /// limit.
  static func isPositiveDefinite(_ s: SparseMatrix, _ order: [Int]) -> Bool? {
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
    if counts.reduce(0.0, { $0 + Double($1) * Double($1) }) > workLimit { return nil }
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    guard starts[n] < 200_000_000 else { return nil }
    var rows = [Int32](repeating: 0, count: starts[n])
    var values = [Double](repeating: 0, count: starts[n])
    var filled = [Int](repeating: 0, count: n)
    var d = [Double](repeating: 0, count: n)
    var y = d
    var pattern = [Int](repeating: 0, count: n)
    for k in 0..<n {
      // A variable outside Q bends nothing and is tied to nothing.
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
      d[k] = y[k]
      y[k] = 0
      for t in top..<n {
        let i = pattern[t]
        let yi = y[i]
        y[i] = 0
        let first = starts[i]
        for p in first..<(first + filled[i]) { y[Int(rows[p])] -= values[p] * yi }
        let l = yi / d[i]
        d[k] -= l * yi
        rows[first + filled[i]] = Int32(k)
        values[first + filled[i]] = l
        filled[i] += 1
      }
      if !(d[k] > 0) { return false }
    }
    return true
  }
}
