// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusLinearAlgebra
internal import GradusNumerics

/// What is known about the curvature of a problem's quadratic parts.
public enum Convexity: String, Sendable, Codable, Hashable {
  /// The objective is convex (concave when maximized) and so is the set that the rows describe.
  case convex
  case nonconvex
  /// The factorization that would tell is too expensive.
  case unknown

  /// The convexity of the continuous relaxation of `form`.
  ///
  /// Q is scaled to a unit diagonal and factorized as LDLᵀ with 1e-8 added to the diagonal; a pivot that is not positive
  /// refutes convexity. Data rounded in the eighth digit therefore counts as convex. Cost: one sparse factorization for
  /// each quadratic part, not tried beyond 10¹¹ operations.
  public init(of form: StandardForm) {
    var result = Convexity.convex
    var parts: [(SparseMatrix, Double)] = []
    if let quadratic = form.quadratic { parts.append((quadratic, form.sense == .minimize ? 1 : -1)) }
    for term in form.quadraticTerms {
      if form.rowUpper[term.row] < .infinity { parts.append((term.matrix, 1)) }
      if form.rowLower[term.row] > -.infinity { parts.append((term.matrix, -1)) }
    }
    for (matrix, sign) in parts {
      switch Convexity.ofMatrix(matrix, sign: sign) {
      case .nonconvex:
        self = .nonconvex
        return
      case .unknown: result = .unknown
      case .convex: break
      }
    }
    self = result
  }

  /// Whether sign·Q is positive semidefinite.
  static func ofMatrix(_ matrix: SparseMatrix, sign: Double) -> Convexity {
    let n = matrix.columnCount
    var diagonal = [Double](repeating: 0, count: n)
    var isDiagonal = true
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) where matrix.values[p] != 0 {
        if Int(matrix.rows[p]) == j { diagonal[j] = sign * matrix.values[p] } else { isDiagonal = false }
      }
    }
    if diagonal.contains(where: { $0 < 0 }) { return .nonconvex }
    if isDiagonal { return .convex }
    // A zero on the diagonal of a semidefinite matrix makes its whole row zero.
    var compact = [Int](repeating: -1, count: n)
    var kept = 0
    for j in 0..<n where diagonal[j] > 0 {
      compact[j] = kept
      kept += 1
    }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) where matrix.values[p] != 0 {
        let i = Int(matrix.rows[p])
        guard diagonal[i] > 0, diagonal[j] > 0 else { return .nonconvex }
        if i < j {
          let scaled = sign * matrix.values[p] / (diagonal[i].squareRoot() * diagonal[j].squareRoot())
          if abs(scaled) > 1 + 1e-8 { return .nonconvex }
          triplets.append((compact[i], compact[j], scaled))
        }
      }
    }
    for j in 0..<kept { triplets.append((j, j, 1 + 1e-8)) }
    let upper = SparseMatrix(rowCount: kept, columnCount: kept, triplets: triplets)
    let symbolic = SymbolicLDL(upper: upper)
    if symbolic.operations > 1e11 { return .unknown }
    var factor = SparseLDL(symbolic)
    do throws(FactorizationError) {
      try factor.factorize(upper.values)
    } catch {
      return .nonconvex
    }
    return factor.inertia.negative + factor.inertia.zero == 0 ? .convex : .nonconvex
  }
}
