// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// Rays of unboundedness of a nonlinear program.
extension ProgramVerification {
  /// Follows the ray from the start, from the point given and from points between: from one of them every row must hold
  /// for ever, and the objective improve at no less than some rate, both by interval arithmetic.
  mutating func checkUnbounded(_ point: [Double], _ isFeasible: Bool) {
    guard let ray = answer.ray else {
      return report.add("unboundedness", .unchecked, "no ray is given that proves that the objective is unbounded")
    }
    let form = program.linear
    let d: Vector
    do throws(Refutation) {
      let ordered = try OrderedNumbers(ray, over: form.columnNames, "ray")
      guard ordered.missing.isEmpty, ordered.values.allSatisfy(\.isFinite) else {
        throw Refutation(text: "the ray needs a finite number for each variable")
      }
      d = Vector(ordered.values)
    } catch {
      return report.add("unboundedness", .refuted, error.text)
    }
    let box = Box(lower: Vector(form.columnLower), upper: Vector(form.columnUpper))
    guard d.maximumMagnitude > 0, RecessionRay.stays(d, in: box) else {
      return report.add("unboundedness", .refuted, "the ray leaves the bounds of the variables")
    }
    guard !form.isDiscrete else {
      return report.add("unboundedness", .unchecked, "rays of programs with integer variables are not checked")
    }
    let start = box.projection(of: program.start)
    let end = box.projection(of: Vector(point))
    let (low, high) = (Vector(form.rowLower), Vector(form.rowUpper))
    for anchor in RecessionRay.anchors(start: start, end: end, direction: d, in: box) {
      let values = view.values(anchor.elements)
      let violation = Violation(view.linear, anchor.elements, activities: values.rows)
      guard anchor.isFinite, violation.relative <= tolerances.feasibility else { continue }
      let roots = RaySweep(program, from: anchor, along: d).roots()
      let rate = roots[roots.count - 1].rate
      let ranges = ProgramRanges(
        objective: .init(-.infinity, .infinity),
        rows: roots.dropLast().map { .init($0.value.lower, $0.value.upper) },
        objectiveRate: sign > 0 ? .init(rate.lower, rate.upper) : .init(-rate.upper, -rate.lower),
        rowRates: roots.dropLast().map { .init($0.rate.lower, $0.rate.upper) })
      if RecessionRay.isProved(ranges, rowLower: low, rowUpper: high, slack: tolerances.feasibility) {
        return report.add(
          "unboundedness", .confirmed, "along the ray every row holds and the objective improves without end")
      }
    }
    report.add(
      "unboundedness", .unchecked,
      "interval arithmetic does not show that the objective improves along the ray without end")
  }
}
