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
  /// The factorization would take more than `DefiniteFactor.workLimit` operations, or Q is not symmetric.
  case undecided(String)

  /// Shift of the unit-diagonal matrix that absorbs rounding in the data of singular matrices.
  public static let allowance = 1e-9

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
    let order = MinimumDegree.order(scaled)
    switch DefiniteFactor.factorize(scaled, order) {
    case .tooLarge: return .undecided("factorizing Q would take too long")
    case .definite: return .convex(allowance: allowance)
    case .indefinite: return .nonconvex("the factorization of Q met a negative pivot")
    }
  }
}
