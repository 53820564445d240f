// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension Verification {
  /// The claim that no point exists.
  mutating func checkInfeasible(_ point: [Double]?) {
    if point != nil {
      report.add("infeasibility", .refuted, "the answer itself holds a feasible point")
      return
    }
    if let text = contradictionAtSight() {
      report.add("infeasibility", .confirmed, text)
    }
    if let ray = answer.ray, ray.values.contains(where: { $0 != 0 }) {
      do throws(Refutation) {
        let y = try OrderedNumbers(ray, over: form.rowNames, "ray").values
        let radius = max(separation(y), separation(y.map { -$0 }))
        guard radius > 0 else { throw Refutation(text: "the ray does not prove infeasibility") }
        let isEnough = radius >= 1e9
        report.add(
          "infeasibility", isEnough ? .confirmed : .unchecked,
          radius.isFinite
            ? "the ray excludes every point with entries up to \(radius)" : "the ray proves that no point exists",
          ["radius": radius])
      } catch {
        report.add("infeasibility", .refuted, error.text)
      }
      return
    }
    if report["infeasibility"] != nil { return }
    if form.isDiscrete, form.quadraticTerms.isEmpty, form.indicators.isEmpty, form.specialOrderedSets.isEmpty,
      effort > 0
    {
      var exhaustion = Exhaustion(view, tolerances, nodes: effort)
      switch exhaustion.decide(noneBetterThan: nil, slack: 0) {
      case .none:
        report.add("infeasibility", .confirmed, "no point exists: all were enumerated")
        return
      case .better:
        report.add("infeasibility", .refuted, "a feasible point exists")
        return
      case .unknown: break
      }
    }
    report.add("infeasibility", .unchecked, "infeasibility is \(voucher)")
  }

  /// How far the multipliers exclude points: margin over what is left on infinite bounds; 0 when they prove nothing.
  ///
  ///     Σ yᵢ·sideᵢ > max over the box of (Aᵀy)ᵀx
  private func separation(_ ray: [Double]) -> Double {
    var y = ray
    let largest = ray.reduce(0) { max($0, abs($1)) }
    var margin = DoubleDouble.zero
    var magnitude = 0.0
    for i in y.indices where y[i] != 0 {
      y[i] /= largest
      let side = y[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      let isNonlinear = form.quadraticTerms.contains { $0.row == i } || form.indicators.contains { $0.row == i }
      if side.isInfinite || isNonlinear {
        y[i] = 0
      } else {
        margin += DoubleDouble.product(y[i], side)
        magnitude += abs(y[i] * side)
      }
    }
    var leftover = 0.0
    let combined = view.combination(y)
    for j in combined.indices {
      let d = combined[j].rounded
      if d == 0 { continue }
      let (lower, upper) = view.hull(j)
      let end = d > 0 ? upper : lower
      if end.isInfinite {
        leftover += abs(d)
      } else {
        margin -= end * combined[j]
        magnitude += abs(end * d)
      }
    }
    guard margin.isFinite, margin.rounded > 1e-15 * magnitude else { return 0 }
    let radius = leftover == 0 ? Double.infinity : margin.rounded / leftover
    return radius >= 1 ? radius : 0
  }

  /// Bounds that exclude each other, or one row out of reach.
  private func contradictionAtSight() -> String? {
    for j in form.costs.indices where !view.isSemi(j) {
      let (l, u) = (form.columnLower[j], form.columnUpper[j])
      if l > u { return "the bounds of '\(form.columnNames[j])' exclude each other" }
      if form.kinds[j].isIntegral, l.isFinite, u.isFinite, l.rounded(.up) > u.rounded(.down) {
        return "no whole number lies between the bounds of '\(form.columnNames[j])'"
      }
    }
    for i in 0..<form.constraintCount {
      if form.quadraticTerms.contains(where: { $0.row == i }) || form.indicators.contains(where: { $0.row == i }) {
        continue
      }
      if form.rowLower[i] > form.rowUpper[i] { return "the sides of row '\(form.rowNames[i])' exclude each other" }
      let (least, most, size) = range(i)
      if least > form.rowUpper[i] + 1e-13 * size || most < form.rowLower[i] - 1e-13 * size {
        return "row '\(form.rowNames[i])' is out of reach within the bounds"
      }
    }
    return nil
  }

  /// The interval of a row over the box, and the magnitude of what was added up.
  private func range(_ i: Int) -> (least: Double, most: Double, size: Double) {
    var (least, most, size) = (0.0, 0.0, 0.0)
    for (j, a) in view.entries(i) where a != 0 {
      let (l, u) = view.hull(j)
      let (p, q) = a > 0 ? (a * l, a * u) : (a * u, a * l)
      least += p
      most += q
      size += (p.isFinite ? abs(p) : 0) + (q.isFinite ? abs(q) : 0)
    }
    return (least, most, size)
  }

  /// The claim that the objective improves without end.
  mutating func checkUnbounded(_ point: [Double]?) {
    if !form.quadraticTerms.isEmpty || !form.indicators.isEmpty || !form.specialOrderedSets.isEmpty {
      report.add(
        "unboundedness", .unchecked, "rays of problems with sets, indicators or quadratic rows are not checked")
      return
    }
    if point == nil, report["point"] == nil { report.add("point", .unchecked, "no feasible point is given") }
    guard let ray = answer.ray, ray.values.contains(where: { $0 != 0 }) else {
      report.add("unboundedness", .unchecked, "unboundedness is \(voucher)")
      return
    }
    do throws(Refutation) {
      let given = try OrderedNumbers(ray, over: form.columnNames, "ray").values
      let largest = given.reduce(0) { max($0, abs($1)) }
      try follow(given.map { $0 / largest })
      report.add("unboundedness", .confirmed, "the ray keeps every row and improves the objective without end")
    } catch {
      report.add("unboundedness", .refuted, error.text)
    }
  }

  private func follow(_ d: [Double]) throws(Refutation) {
    func leaves(_ move: Double, _ lower: Double, _ upper: Double, _ size: Double) -> Bool {
      (lower.isFinite && move < -1e-9 * size) || (upper.isFinite && move > 1e-9 * size)
    }
    for j in d.indices where leaves(d[j], form.columnLower[j], form.columnUpper[j], 1) {
      throw Refutation(text: "the ray leaves the bounds of '\(form.columnNames[j])'")
    }
    for i in 0..<form.constraintCount {
      let size = view.entries(i).reduce(0.0) { $0 + abs($1.value * d[$1.column]) }
      if leaves(view.linearActivity(i, d).rounded, form.rowLower[i], form.rowUpper[i], size) {
        throw Refutation(text: "the ray leaves row '\(form.rowNames[i])'")
      }
    }
    var zeroCost = form
    zeroCost.costs = [Double](repeating: 0, count: form.costs.count)
    if let quadratic = form.quadratic {
      let largest = quadratic.values.reduce(0) { max($0, abs($1)) }
      for bend in RowView(zeroCost).gradient(d) where bend.magnitude > 1e-9 * largest {
        throw Refutation(text: "the objective is curved along the ray")
      }
    }
    var slope = DoubleDouble.zero
    var size = 0.0
    for j in d.indices {
      slope += DoubleDouble.product(form.costs[j], d[j])
      size += abs(form.costs[j] * d[j])
    }
    guard view.sign * slope.rounded < -1e-9 * size else {
      throw Refutation(text: "the objective does not improve along the ray")
    }
  }
}
