// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ProblemProof {
  /// Optimality by KKT, by enumeration of all integer points, or non-existence by the stated ray.
  mutating func checkProgram(_ form: StandardForm) {
    guard let best = problem.optimum.value else { return }
    for x in problem.optimum.points {
      expect(isFeasible(x, form), "the stated point is feasible", "\(x.elements)")
      if best.isFinite {
        let value = form.objective(at: x)
        expect(abs(value - best) <= 1e-12 * max(1, abs(best)), "the stated point has the stated value", "\(value)")
      }
    }
    switch best {
    case .infinity: checkFarkas(form)
    case -.infinity: checkDescentRay(form)
    default:
      if form.isDiscrete { checkEveryPoint(form, best) } else { checkMultipliers(form) }
    }
    for _ in 0..<50 * points {
      let x = sample()
      expect(
        form.isDiscrete || !isFeasible(x, form, tolerance: 0) || form.objective(at: x) >= best - 1e-12,
        "no random feasible point is better", "\(form.objective(at: x)) at \(x.elements)")
    }
  }

  private func isFeasible(_ x: Vector, _ form: StandardForm, tolerance: Double = 1e-12) -> Bool {
    func lies(_ v: Double, _ lower: Double, _ upper: Double) -> Bool {
      lower - tolerance * max(1, abs(v)) <= v && v <= upper + tolerance * max(1, abs(v))
    }
    let rows = form.matrix.times(x)
    return x.indices.allSatisfy { lies(x[$0], form.columnLower[$0], form.columnUpper[$0]) }
      && rows.indices.allSatisfy { lies(rows[$0], form.rowLower[$0], form.rowUpper[$0]) }
  }

  /// c + Qx = Aᵀy + z with the signs of sides that bind.
  private mutating func checkMultipliers(_ form: StandardForm) {
    guard let y = problem.optimum.multipliers, let x = problem.optimum.points.first else {
      expect(false, "a point and multipliers are stated", "one is missing")
      return
    }
    let rows = form.matrix.times(x)
    for i in y.indices {
      let side = y[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      expect(
        y[i] == 0 || abs(rows[i] - side) <= 1e-12 * max(1, abs(side)), "multipliers belong to rows that bind",
        "row \(i) is \(rows[i]), multiplier \(y[i])")
    }
    let gradient = Vector(form.costs) + (form.quadratic?.times(x) ?? .zeros(x.count))
    let reduced = gradient - form.matrix.transposedTimes(y)
    for j in x.indices {
      let (atLower, atUpper) = (x[j] == form.columnLower[j], x[j] == form.columnUpper[j])
      expect(
        abs(reduced[j]) <= 1e-12 || (reduced[j] > 0 && atLower) || (reduced[j] < 0 && atUpper),
        "reduced costs have the signs of bounds that bind", "column \(j): \(reduced[j]) at \(x[j])")
    }
  }

  /// Σ yᵢ·(side of row i) exceeds the largest value that yᵀAx can take in the box.
  private mutating func checkFarkas(_ form: StandardForm) {
    guard let y = problem.optimum.ray else {
      expect(false, "a ray is stated", "there is none")
      return
    }
    let sides = y.indices.reduce(0) { $0 + (y[$1] == 0 ? 0 : y[$1] * (y[$1] > 0 ? form.rowLower : form.rowUpper)[$1]) }
    let combined = form.matrix.transposedTimes(y)
    let reach = combined.indices.reduce(0.0) { sum, j in
      combined[j] == 0 ? sum : sum + combined[j] * (combined[j] > 0 ? form.columnUpper : form.columnLower)[j]
    }
    expect(sides > reach, "the rows contradict each other", "sides \(sides), reach \(reach)")
  }

  /// From a feasible point the ray stays feasible and the objective falls.
  private mutating func checkDescentRay(_ form: StandardForm) {
    guard let d = problem.optimum.ray, let x = problem.optimum.points.first else {
      expect(false, "a point and a ray are stated", "one is missing")
      return
    }
    expect(d.inner(Vector(form.costs)) < 0, "the objective falls along the ray", "\(d.elements)")
    for t in [1, 1e3, 1e6] { expect(isFeasible(x + t * d, form), "the ray is feasible", "at \(t)") }
  }

  private mutating func checkEveryPoint(_ form: StandardForm, _ best: Double) {
    let counts = form.columnLower.indices.map { Int(form.columnUpper[$0] - form.columnLower[$0]) + 1 }
    let total = counts.reduce(1, *)
    for code in 0..<total {
      var rest = code
      let x = Vector(
        counts.indices.map { j in
          defer { rest /= counts[j] }
          return form.columnLower[j] + Double(rest % counts[j])
        })
      expect(
        !isFeasible(x, form, tolerance: 0) || form.objective(at: x) >= best - 1e-12, "no integer point is better",
        "\(form.objective(at: x)) at \(x.elements)")
    }
  }
}
