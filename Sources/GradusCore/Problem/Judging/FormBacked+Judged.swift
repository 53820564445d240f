// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

extension LinearProgram: Judged {
  /// `optimal` when the point and the dual objective of the multipliers meet within the tolerances.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    LinearJudge(form, report, tolerances).verdict()
  }
}

extension MixedIntegerProgram: Judged {
  /// `optimal` when a bound lies within the gap of a checked point; without integers the rule of linear programs.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    LinearJudge(form, report, tolerances).verdict()
  }
}

extension QuadraticProgram: Judged {
  /// `optimal` when first-order conditions hold and Q is proved convex; without convexity at most `stationary`.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    LinearJudge(form, report, tolerances).verdict()
  }
}

extension StandardForm {
  /// A point nearby that satisfies bounds and kinds to the letter: integral variables rounded, all put into their bounds.
  ///
  /// Nil when that point violates the rows more than the tolerance allows, or when there is nothing to repair.
  public func repaired(_ point: Vector, tolerances: Tolerances) -> Vector? {
    guard point.count == variableCount, point.isFinite else { return nil }
    var x = point
    for j in x.indices {
      if kinds[j].isIntegral { x[j] = x[j].rounded() }
      let isSemi = kinds[j] == .semicontinuous || kinds[j] == .semiinteger
      if isSemi, abs(x[j]) <= max(columnLower[j] - x[j], x[j] - columnUpper[j], 0) {
        x[j] = 0
      } else if columnLower[j] <= columnUpper[j] {
        x[j] = min(max(x[j], columnLower[j]), columnUpper[j])
      }
    }
    if x == point { return nil }
    guard let check = PrimalResiduals(self, at: x.elements), check.isFeasible(within: tolerances) else { return nil }
    return x
  }
}
