// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The smallest repair of a Farkas ray in floating point, so that its rounding errors on infinite bounds vanish.
///
/// Entries that point to an infinite side become zero. Then, for every column whose slope (Aᵀy)ⱼ points to an infinite
/// bound, (Aᵀy)ⱼ = 0 is solved for exactly, by entries of y that are there already; everything else stays.
struct FarkasCorrection {
  private let view: RowView
  private let ray: [Double]
  private let wrong: [Int]

  /// True when the ray needs no repair.
  var isIdentity: Bool { wrong.isEmpty }

  init(_ view: RowView, _ ray: [Double]) {
    let form = view.form
    let largest = ray.reduce(0) { max($0, abs($1)) }
    let usable = ray.indices.map { i -> Double in
      let side = ray[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      return side.isFinite && abs(ray[i]) > 1e-14 * largest ? ray[i] : 0
    }
    self.view = view
    self.ray = usable
    let check = ExactCheck(view: view, deadline: ProofDeadline(after: 1e9))
    let exact = ExactVector(usable)
    wrong = form.costs.indices.filter { j in
      let sign = check.slope(j, exact, withCost: false).signum
      let (lower, upper) = view.hull(j)
      return sign > 0 && upper.isInfinite || sign < 0 && lower.isInfinite
    }
  }

  /// Nil when the repair turns an entry to an infinite side.
  func multipliers(by deadline: ProofDeadline) throws(ExactSystem.Obstacle) -> ExactVector? {
    if wrong.isEmpty { return ExactVector(ray) }
    let form = view.form
    let used = ray.indices.filter { ray[$0] != 0 }
    var place = [Int](repeating: -1, count: ray.count)
    for (k, i) in used.enumerated() { place[i] = k }
    // Columns that are zero already must stay so.
    let bound = Set(wrong).union(
      form.costs.indices.filter { j in
        let (lower, upper) = view.hull(j)
        guard lower.isInfinite || upper.isInfinite else { return false }
        return abs(
          form.matrix.range(ofColumn: j).reduce(0.0) { sum, p in
            sum + form.matrix.values[p] * ray[Int(form.matrix.rows[p])]
          }) <= 1e-9
      })
    var system = ExactSystem(equations: [], sides: [], given: used.map { ray[$0] }, classes: nil)
    for j in bound.sorted() {
      var equation: ExactSystem.Equation = []
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        let k = place[Int(form.matrix.rows[p])]
        if k >= 0 { equation.append((k, form.matrix.values[p])) }
      }
      if equation.isEmpty { continue }
      system.equations.append(equation)
      system.sides.append(DyadicSum())
    }
    let solved = try system.solve(by: deadline)
    var all = ExactVector([Double](repeating: 0, count: ray.count))
    for (k, i) in used.enumerated() { all[i] = solved[k] }
    return all
  }
}
