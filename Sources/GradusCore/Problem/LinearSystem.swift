// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Solve A·x = b, or where that has no solution, minimize ½‖A·x − b‖².
public struct LinearSystem: Fingerprinted {
  public let matrix: SparseMatrix
  public let rightHandSide: Vector
  /// Where methods may begin; nil for zero. It changes what a solve costs, not when it counts as solved.
  public let start: Vector?
  public let fingerprint: UInt64

  /// Throws `Unsuitable` when the sides or the start do not fit or a number is not finite.
  public init(_ matrix: SparseMatrix, equals b: Vector, start: Vector? = nil) throws(Unsuitable) {
    let found: String? =
      if matrix.rowCount != b.count {
        "\(matrix.rowCount) rows and \(b.count) right-hand sides"
      } else if !matrix.values.allSatisfy(\.isFinite) {
        "a matrix entry that is NaN or infinite"
      } else if !b.isFinite {
        "a right-hand side that is NaN or infinite"
      } else if let start, start.count != matrix.columnCount || !start.isFinite {
        "a start that is no vector of \(matrix.columnCount) finite numbers"
      } else {
        nil
      }
    if let found {
      throw Unsuitable(
        method: "a linear system", needs: "as many finite right-hand sides as rows, and finite entries", found: found,
        remedy: "Check the data it was made from.")
    }
    self.matrix = matrix
    rightHandSide = b
    self.start = start
    var print = Fingerprint()
    print.mix("linear system")
    print.mix(matrix)
    print.mix(b.elements)
    if let start { print.mix(start.elements) }
    fingerprint = print.value
  }

  /// b − A·x.
  public func residual(at x: Vector) -> Vector { rightHandSide - matrix.times(x) }

  /// ½‖A·x − b‖².
  public func objective(at x: Vector) -> Double {
    let r = residual(at: x)
    return 0.5 * r.inner(r)
  }
}

extension LinearSystem: Judged {
  /// Optimal when the residual vanishes, ‖r‖ ≤ tolerance·‖b‖, or is orthogonal to the columns,
  /// ‖Aᵀr‖ ≤ tolerance·‖A‖·‖r‖ with the Frobenius norm: the objective is convex.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let x = report.point
    guard x.count == matrix.columnCount, x.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the point is no vector of \(matrix.columnCount) numbers"))
    }
    let r = residual(at: x)
    let gradient = matrix.transposedTimes(r)
    let (norm, size) = (r.norm, rightHandSide.norm)
    var certificate = Certificate(.kkt)
    certificate.pointChecked = true
    certificate.primalResidual = norm
    certificate.primalResidualRelative = size > 0 ? norm / size : norm
    certificate.gradientNorm = gradient.norm
    let scale = Vector(matrix.values).norm * norm
    guard norm.isFinite, scale.isFinite, gradient.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the residual at the point is no finite number"))
    }
    let isSolved = norm <= tolerances.feasibility * size || norm == 0
    let isLeast = gradient.norm <= tolerances.dual * scale
    if !isSolved {
      certificate.dualResidual = gradient.norm
      certificate.dualResidualRelative = gradient.norm / scale
    }
    let objective = 0.5 * norm * norm
    guard isSolved || isLeast else {
      certificate.note = "neither the residual nor its image under the transpose vanishes"
      return Verdict(outcome: .feasible, certificate: certificate, objective: objective)
    }
    certificate.verified = true
    certificate.bound = .checked
    if !isSolved { certificate.note = "the system has no solution; this is a least-squares point" }
    return Verdict(
      outcome: .optimal, certificate: certificate, objective: objective, bound: isSolved ? 0 : objective)
  }
}
