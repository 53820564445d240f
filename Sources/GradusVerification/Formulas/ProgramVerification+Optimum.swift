// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// First- and second-order conditions of a nonlinear program at a feasible point, with the multipliers given.
extension ProgramVerification {
  /// What is active where, and with which price (for minimization).
  struct Multipliers {
    /// ∂objective/∂side of each row and ∂objective/∂bound of each variable; the latter follow from the former.
    var rows: [Double]
    var bounds: [Double]
    /// ‖∇f − Jᵀy − z‖∞ over variables whose price has no bound to belong to.
    var residual: Double
    var complementarity: Double
    var scale: Double
  }

  mutating func checkOptimum(_ x: [Double]) {
    if program.linear.isDiscrete {
      if answer.status != .optimal {
        report.add("optimality", .unchecked, "local optimality of this problem is not checked")
      } else {
        checkClosedGap(x)
      }
      return
    }
    if answer.status == .optimal, isLeast(x) { return }
    if answer.status == .optimal, answer.bound != nil, answer.duals == nil { return checkClosedGap(x) }
    guard let multipliers = multipliers(at: x) else { return }
    let residuals = ["dualResidual": multipliers.residual, "complementarity": multipliers.complementarity]
    let error = max(multipliers.residual, multipliers.complementarity) / multipliers.scale
    guard error <= 1e-6 else {
      // Another start would have scaled otherwise: what is nearly right is not refuted.
      return report.add(
        "optimality", error <= 1e-4 ? .unchecked : .refuted,
        "first-order conditions fail: residual \(multipliers.residual), complementarity \(multipliers.complementarity)",
        residuals)
    }
    switch answer.status {
    case .stationary: report.add("optimality", .confirmed, "first-order conditions hold", residuals)
    case .optimal:
      if program.isProvedConvex {
        report.add("optimality", .confirmed, "first-order conditions hold, and the problem is convex", residuals)
      } else {
        report.add("optimality", .unchecked, "first-order conditions hold; convexity was not proved", residuals)
      }
    default: checkCurvature(x, multipliers, residuals)
    }
  }

  /// Confirms a point at which the objective is as low (high, when maximized) as interval arithmetic lets it be anywhere
  /// between the bounds.
  private mutating func isLeast(_ x: [Double]) -> Bool {
    var sweep = IntervalSweep(program)
    let box = sweep.box
    sweep.forward(box)
    let range = sweep.range(ofRow: program.constraintCount, in: box)
    let best = sign > 0 ? range.lower : range.upper
    let objective = view.values(x).objective.rounded
    let allowed = max(tolerances.gapAbsolute, min(tolerances.gapRelative, 1e-6) * max(1, abs(objective)))
    guard best.isFinite, sign * (objective - best) <= allowed else { return false }
    if let bound = answer.bound, sign * (bound - objective) > 1e-6 * max(1, abs(objective)) { return false }
    report.add("optimality", .confirmed, "the objective is nowhere better than \(best) between the bounds")
    return true
  }

  /// `optimal` by a bound: the bound must lie within the gap, and is not proved again.
  private mutating func checkClosedGap(_ x: [Double]) {
    let objective = view.values(x).objective.rounded
    guard let bound = answer.bound else {
      return report.add("bound", .unchecked, "no bound is given with the optimum")
    }
    let allowed = max(tolerances.gapAbsolute, tolerances.gapRelative * max(1, abs(objective)))
    let gap = sign * (objective - bound)
    if bound.isNaN || gap > allowed * (1 + 1e-6) + 1e-12 {
      return report.add("bound", .refuted, "the bound \(bound) leaves a gap of \(gap), but \(allowed) is allowed")
    }
    if gap < -1e-6 * max(1, abs(objective)) {
      return report.add(
        "bound", .refuted, "the bound \(bound) excludes the point itself, whose objective is \(objective)")
    }
    report.add("bound", .unchecked, "the bound \(bound) is not proved again here")
  }

  /// The multipliers given, judged; nil when there are none or they are malformed.
  mutating func multipliers(at x: [Double]) -> Multipliers? {
    var y = [Double](repeating: 0, count: program.constraintCount)
    if let duals = answer.duals {
      do throws(Refutation) {
        let ordered = try OrderedNumbers(duals, over: program.linear.rowNames, "duals")
        if let name = ordered.missing.first { throw Refutation(text: "the duals lack row '\(name)'") }
        y = ordered.values.map { sign * $0 }
      } catch {
        report.add("duals", .refuted, error.text)
        return nil
      }
    } else if program.constraintCount > 0 {
      report.add("optimality", .unchecked, "no duals are given that prove first-order conditions")
      return nil
    }
    // ∇f − Jᵀy, for minimization, is what the bounds must carry.
    let z = view.gradient(x, objectiveWeight: sign, rowWeights: y.map { -$0 })
    guard z.allSatisfy(\.isFinite) else {
      report.add("optimality", .unchecked, "the derivatives at the point are not finite")
      return nil
    }
    let form = program.linear
    let size = (y + z).reduce(0) { $0 + abs($1) } / Double(max(1, y.count + z.count))
    var result = Multipliers(rows: y, bounds: z, residual: 0, complementarity: 0, scale: max(100, size) / 100)
    // Gradients are measured in units of a hundredth of the one at the start, as interfaces §2 scales the KKT error.
    let begin = program.start.elements.indices.map { j in
      min(max(program.start[j], form.columnLower[j]), form.columnUpper[j])
    }
    let slope = view.gradient(begin, objectiveWeight: 1, rowWeights: y.map { _ in 0 }).reduce(0) { max($0, abs($1)) }
    if slope.isFinite { result.scale *= min(max(1, slope / 100), 1e8) }
    func weigh(_ price: Double, _ value: Double, _ lower: Double, _ upper: Double) {
      let side = price > 0 ? lower : upper
      // A violation within the tolerance of rows is no slack.
      let distance = side.isFinite ? max(0, price > 0 ? value - side : side - value) : .infinity
      // A price far from its side is a residual when small, a broken complementarity otherwise: whichever is smaller.
      let product = abs(price) * distance
      if product <= abs(price) {
        result.complementarity = max(result.complementarity, product.isNaN ? 0 : product)
      } else {
        result.residual = max(result.residual, abs(price))
      }
    }
    let rows = view.values(x).rows
    for i in y.indices where form.rowLower[i] != form.rowUpper[i] {
      weigh(y[i], rows[i].rounded, form.rowLower[i], form.rowUpper[i])
    }
    for j in z.indices where form.columnLower[j] != form.columnUpper[j] {
      weigh(z[j], x[j], form.columnLower[j], form.columnUpper[j])
    }
    return result
  }

  /// Variables that no price holds at a bound, and rows that one holds at a side.
  func held(_ x: [Double], _ multipliers: Multipliers) -> (free: [Int], active: [Int]) {
    let form = program.linear
    let rows = view.values(x).rows
    let strong = 1e-7 * multipliers.scale
    func isHeld(_ price: Double, _ value: Double, _ lower: Double, _ upper: Double) -> Bool {
      if lower == upper { return true }
      let nearest = Swift.min(Swift.abs(value - lower), Swift.abs(value - upper))
      return Swift.abs(price) > strong && nearest <= 1e-5 * Swift.max(1, Swift.abs(value))
    }
    let free = x.indices.filter { j in
      !isHeld(multipliers.bounds[j], x[j], form.columnLower[j], form.columnUpper[j])
    }
    let active = multipliers.rows.indices.filter { i in
      isHeld(multipliers.rows[i], rows[i].rounded, form.rowLower[i], form.rowUpper[i])
    }
    return (free, active)
  }

  /// dᵀ∇²L d ≥ 0 on the tangent space of the active constraints, by elimination and polarization.
  private mutating func checkCurvature(_ x: [Double], _ multipliers: Multipliers, _ residuals: [String: Double]) {
    let n = x.count
    let (free, active) = held(x, multipliers)
    let work = Double(free.count + active.count) * Double(free.count + active.count) * Double(program.graph.count + n)
    guard work <= 2e10 else {
      return report.add(
        "optimality", .unchecked, "first-order conditions hold; the problem is too large for curvature", residuals)
    }
    var basis = TangentBasis(columns: free)
    for i in active { basis.remove(view.rowGradient(i, x)) }
    let directions = basis.directions(dimension: n)
    let weights = multipliers.rows.map { -$0 }
    func bend(_ d: [Double]) -> Double {
      view.curvature(x, along: d, objectiveWeight: sign, rowWeights: weights)
    }
    let k = directions.count
    let diagonal = directions.map(bend)
    var matrix = [Double](repeating: 0, count: k * k)
    for a in 0..<k {
      matrix[a * k + a] = diagonal[a]
      for b in 0..<a {
        let both = bend(zip(directions[a], directions[b]).map { $0 + $1 })
        let entry = 0.5 * (both - diagonal[a] - diagonal[b])
        matrix[a * k + b] = entry
        matrix[b * k + a] = entry
      }
    }
    if matrix.contains(where: { !$0.isFinite }) {
      return report.add("optimality", .unchecked, "first-order conditions hold; the curvature is not finite", residuals)
    }
    if Definiteness.isNearlySemidefinite(matrix, order: k) {
      report.add(
        "optimality", .confirmed, "first-order conditions hold, and no feasible direction bends down", residuals)
    } else {
      report.add("optimality", .refuted, "a feasible direction bends down: the point is no local optimum", residuals)
    }
  }
}
