// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

extension FormulaProgram: Judged {
  /// One number a variable, in the order of the program.
  public typealias Point = Vector

  /// Recomputes rows, bounds, integrality and the objective at the point from the formulas.
  ///
  /// A bound is taken as checked when the method proved it itself (no `boundSource`), for then it was computed in
  /// outward-rounded arithmetic; otherwise it is reported by whoever computed it. The outcome is optimal only where the point
  /// is feasible, the gap lies within the tolerances, and the value of a continuous program does not hang on how far rows
  /// may be violated.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let voucher: Voucher = report.boundSource.map { .reported(by: $0) } ?? .checked
    guard report.value != nil, report.point.count == variableCount, report.point.isFinite else {
      return withoutPoint(report, voucher)
    }
    let check = PointCheck(self, report.point)
    var certificate = Certificate(.gap)
    certificate.primalResidual = check.violation
    certificate.primalResidualRelative = check.relativeViolation
    certificate.integralityResidual = check.fraction
    guard check.relativeViolation <= tolerances.feasibility, check.fraction <= tolerances.integrality,
      check.objective.isFinite
    else {
      certificate.kind = .none
      certificate.note = "the point violates \(check.worst) by \(TextBuffer.shortest(check.violation))"
      return Verdict(outcome: .unproved, certificate: certificate)
    }
    certificate.pointChecked = true
    let objective = check.objective
    guard let bound = report.bound, bound.isFinite else {
      certificate.kind = .none
      if report.claim == .optimal { certificate.note = "claimed optimal, but without a bound" }
      return Verdict(outcome: .feasible, certificate: certificate, objective: objective)
    }
    certificate.bound = voucher
    let gap = linear.sense == .minimize ? objective - bound : bound - objective
    let relative = linear.isDiscrete ? tolerances.gapRelative : min(tolerances.gapRelative, 1e-6)
    if gap <= max(tolerances.gapAbsolute, relative * max(1, abs(objective))) {
      let drift = drift(from: report.point, check)
      guard drift <= 1e-4 * max(1, abs(objective)) else {
        certificate.note =
          "the rows hold to the tolerance only, and meeting them better moves the objective by \(TextBuffer.shortest(drift))"
        return Verdict(outcome: .feasible, certificate: certificate, objective: objective, bound: bound)
      }
      certificate.verified = voucher == .checked
      return Verdict(outcome: .optimal, certificate: certificate, objective: objective, bound: bound)
    }
    if report.claim == .optimal {
      certificate.note = "claimed optimal, but the gap is \(TextBuffer.shortest(gap))"
    }
    return Verdict(outcome: .feasible, certificate: certificate, objective: objective, bound: bound)
  }

  private static let sweeps = 20

  /// By how much the objective changes when a point that violates rows is moved closer to them: twenty rounds of
  ///
  ///     x ← x − ∇cᵢ·(cᵢ − sideᵢ)/|∇cᵢ|²   for each violated row i in turn, linearized, over the
  ///     variables that no bound stops;   x ← P(x) in the end
  ///
  /// (Kaczmarz). Large only where multipliers are very large or do not exist, as at a cusp; 0 where nothing is violated.
  private func drift(from point: Vector, _ check: PointCheck) -> Double {
    guard check.violation > 1e-12, !linear.isDiscrete else { return 0 }
    let box = Box(lower: Vector(linear.columnLower), upper: Vector(linear.columnUpper))
    let oracle = FormulaOracle(self)
    var x = box.projection(of: point)
    var first: Double?
    var last: Double?
    for _ in 0..<Self.sweeps {
      guard let values = try? oracle.immediateValues(at: x),
        let derivatives = try? oracle.immediateDerivatives(at: x),
        values.objective.isFinite, values.constraints.isFinite
      else { break }
      if first == nil { first = values.objective }
      last = values.objective
      let rows = derivatives.jacobian.transposed()
      let origin = x
      var isMet = true
      for i in values.constraints.indices {
        var c = values.constraints[i]
        for p in rows.range(ofColumn: i) { c += rows.values[p] * (x[Int(rows.rows[p])] - origin[Int(rows.rows[p])]) }
        let excess = c > linear.rowUpper[i] ? c - linear.rowUpper[i] : min(0, c - linear.rowLower[i])
        guard abs(excess) > 1e-14 * max(1, abs(c)) else { continue }
        isMet = false
        // Bounds that the variable lies on stop it.
        let moving = rows.range(ofColumn: i).filter { p in
          let (j, move) = (Int(rows.rows[p]), -rows.values[p] * excess)
          return move > 0 ? x[j] < box.upper[j] : x[j] > box.lower[j]
        }
        let square = moving.reduce(0.0) { $0 + rows.values[$1] * rows.values[$1] }
        guard square > 0, square.isFinite else { continue }
        for p in moving { x[Int(rows.rows[p])] -= rows.values[p] * excess / square }
      }
      x = box.projection(of: x)
      if isMet { break }
    }
    guard let first, let last else { return 0 }
    return abs(last - first)
  }

  private func withoutPoint(_ report: Report<Vector>, _ voucher: Voucher) -> Verdict {
    var certificate = Certificate(.none)
    certificate.bound = report.bound == nil && report.claim != .infeasible ? .none : voucher
    if report.claim == .infeasible {
      certificate.verified = voucher == .checked
      certificate.note =
        voucher == .checked
        ? "every part of the box was refuted in interval arithmetic" : "the claim of the solver; no ray was checked"
      return Verdict(outcome: .infeasible, certificate: certificate)
    }
    certificate.note = "no feasible point was found"
    return Verdict(outcome: .unproved, certificate: certificate, bound: report.bound)
  }
}

/// What a point does to a program of formulas, recomputed.
private struct PointCheck {
  var objective = Double.nan
  var violation = 0.0
  var relativeViolation = 0.0
  var fraction = 0.0
  var worst = "nothing"

  init(_ program: FormulaProgram, _ x: Vector) {
    let form = program.linear
    let graph = program.graph
    let values = graph.count == 0 ? [] : graph.values(upTo: FormulaGraph.Node(graph.count - 1), at: x.elements)
    var totals = [Double](repeating: 0, count: program.constraintCount)
    for j in 0..<program.variableCount {
      for p in form.matrix.range(ofColumn: j) { totals[Int(form.matrix.rows[p])] += form.matrix.values[p] * x[j] }
      var (low, high) = (form.columnLower[j], form.columnUpper[j])
      if form.kinds[j] == .semicontinuous || form.kinds[j] == .semiinteger {
        if x[j] == 0 { continue }
        (low, high) = (min(low, high), high)
      }
      note(x[j], low, high) { form.columnNames[j] }
      if form.kinds[j].isIntegral { fraction = max(fraction, abs(x[j] - x[j].rounded())) }
    }
    for i in totals.indices {
      if let root = program.rows[i] { totals[i] += values[Int(root)] }
      note(totals[i], form.rowLower[i], form.rowUpper[i]) { "row \(form.rowNames[i])" }
    }
    objective = form.objective(at: x) + (program.objective.map { values[Int($0)] } ?? 0)
  }

  private mutating func note(_ value: Double, _ lower: Double, _ upper: Double, _ name: () -> String) {
    let below = lower - value
    let above = value - upper
    let relative = value.isNaN ? .infinity : max(below / max(1, abs(lower)), above / max(1, abs(upper)))
    if relative > relativeViolation {
      relativeViolation = relative
      worst = name()
    }
    violation = max(violation, value.isNaN ? .infinity : max(below, above))
  }
}
