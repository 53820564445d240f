// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// When a global search counts as finished, and which programs none takes.
struct SearchTolerances: Sendable {
  var gap: Double
  var gapContinuous: Double
  var gapAbsolute: Double

  /// The gap below an incumbent that need not be closed; 0 without one.
  func allowance(_ value: Double, isDiscrete: Bool) -> Double {
    let relative = isDiscrete ? gap : min(gap, gapContinuous)
    return value.isFinite ? max(gapAbsolute, relative * max(1, abs(value))) : 0
  }

  /// Throws `Unsuitable` for semi-continuous variables.
  static func requirePlainVariables(_ problem: FormulaProgram, for method: String) throws(Unsuitable) {
    if problem.linear.kinds.contains(where: { $0 == .semicontinuous || $0 == .semiinteger }) {
      throw Unsuitable(
        method: method, needs: "continuous and integer variables", found: "semi-continuous ones",
        remedy: "Write them as products with a binary variable.")
    }
  }
}

extension OuterApproximation {
  var search: SearchTolerances {
    SearchTolerances(gap: gap, gapContinuous: gapContinuous, gapAbsolute: gapAbsolute)
  }
}

extension SpatialBranchAndBound {
  var search: SearchTolerances {
    SearchTolerances(gap: gap, gapContinuous: gapContinuous, gapAbsolute: gapAbsolute)
  }
}
