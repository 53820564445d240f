// SPDX-License-Identifier: Apache-2.0
import GradusCore

extension Verification {
  /// What duals leave open at a point: f(x) − f(x*) ≤ gap for convex f.
  struct DualCheck {
    var residual: Double
    var gap: Double
  }

  /// Signs and slacks of the duals at the point; nil when there is none to check or after a refutation.
  ///
  ///     z = c + Qx − Aᵀy        gap = Σ yᵢ·(aᵢᵀx − sideᵢ) + Σ zⱼ·(xⱼ − boundⱼ)
  ///
  /// each multiplier with the side its sign belongs to; on an infinite side it must be within the dual tolerance.
  mutating func checkDuals(_ x: [Double]) -> DualCheck? {
    let s = view.sign
    var y = [Double](repeating: 0, count: form.constraintCount)
    if let duals = answer.duals {
      do throws(Refutation) {
        let ordered = try OrderedNumbers(duals, over: form.rowNames, "duals")
        if let name = ordered.missing.first { throw Refutation(text: "the duals lack row '\(name)'") }
        y = ordered.values
      } catch {
        report.add("duals", .refuted, error.text)
        return nil
      }
    }
    let isGiven = answer.duals != nil || form.constraintCount == 0
    let scale = max(1, form.costs.reduce(0) { max($0, abs($1)) })
    let limit = tolerances.dual * scale
    var gap = DoubleDouble.zero
    var residual = 0.0
    var culprit: String?
    func weigh(_ price: Double, _ value: DoubleDouble, _ lower: Double, _ upper: Double, _ name: () -> String) {
      if price == 0 { return }
      let side = price > 0 ? lower : upper
      if side.isFinite {
        let distance = value - DoubleDouble(side)
        // Rounding noise on a far side is a residual, not a slack.
        if abs(price) <= 1e-3 * limit, abs(distance.rounded) > 1 {
          residual = max(residual, abs(price))
        } else {
          gap += price * distance
        }
      } else {
        residual = max(residual, abs(price))
        if abs(price) > limit, culprit == nil { culprit = name() }
      }
    }
    let activities = view.activities(x)
    for i in y.indices {
      weigh(s * y[i], activities[i], form.rowLower[i], form.rowUpper[i]) {
        "the dual of row '\(form.rowNames[i])' has the wrong sign"
      }
    }
    let gradient = view.gradient(x)
    let combined = view.combination(y)
    let reduced = x.indices.map { (gradient[$0] - combined[$0]).rounded }
    for j in x.indices {
      weigh(s * reduced[j], DoubleDouble(x[j]), form.columnLower[j], form.columnUpper[j]) {
        "the reduced cost of '\(form.columnNames[j])' has the wrong sign"
      }
    }
    if isGiven { checkReducedCosts(reduced, limit) }
    let check = DualCheck(residual: residual / scale, gap: gap.rounded)
    if let culprit {
      guard isGiven else {
        report.add("optimality", .unchecked, "no duals are given that prove the optimum")
        return nil
      }
      report.add("duals", .refuted, culprit, ["dualResidual": check.residual])
      return nil
    }
    if !isGiven, !(abs(check.gap) <= allowedGap(view.objective(x).rounded)) {
      report.add("optimality", .unchecked, "no duals are given that prove the optimum")
      return nil
    }
    return check
  }

  /// The reduced costs given are those that the duals imply.
  private mutating func checkReducedCosts(_ actual: [Double], _ limit: Double) {
    guard let given = answer.reducedCosts, given.values.count > 0 else { return }
    do throws(Refutation) {
      let ordered = try OrderedNumbers(given, over: form.columnNames, "reduced costs")
      for j in actual.indices where !(abs(ordered.values[j] - actual[j]) <= max(limit, 1e-6 * abs(actual[j]))) {
        throw Refutation(
          text: "the reduced cost of '\(form.columnNames[j])' is \(actual[j]), not \(ordered.values[j])")
      }
      report.add("reducedCosts", .confirmed, "the reduced costs follow from the duals")
    } catch {
      report.add("reducedCosts", .refuted, error.text)
    }
  }
}
