// SPDX-License-Identifier: Apache-2.0
public import GradusCore

extension Verifier {
  /// Checks as `verify` does, then proves or refutes in rational arithmetic: the basic solution of a linear program with
  /// its multipliers, a point of an integer program, a Farkas ray.
  ///
  /// The claim `exact` of the report says what was proved, or why it is not decided; it never takes much longer than
  /// `timeLimit` seconds. Cost: some sparse eliminations modulo a prime, and one sparse solve for each 61 bits of the
  /// answer.
  public func verifyExactly(
    _ form: StandardForm, _ answer: ResultDocument, timeLimit: Double = 60
  ) -> VerificationReport {
    let deadline = ProofDeadline(after: timeLimit)
    var verification = Verification(form, answer, effort: effort)
    verification.run()
    verification.proveExactly(deadline)
    return verification.report
  }
}

extension Verification {
  private func check(_ deadline: ProofDeadline) -> ExactCheck { ExactCheck(view: view, deadline: deadline) }

  mutating func proveExactly(_ deadline: ProofDeadline) {
    guard form.quadratic == nil, form.quadraticTerms.isEmpty, form.indicators.isEmpty, form.specialOrderedSets.isEmpty
    else {
      return report.add("exact", .unchecked, "only linear and integer linear programs are checked exactly")
    }
    do throws(ExactSystem.Obstacle) {
      switch answer.status {
      case .optimal where !form.isDiscrete: try proveOptimum(deadline)
      case .optimal, .feasible, .targetReached: try provePoint(deadline)
      case .infeasible: try proveInfeasible(deadline)
      default: report.add("exact", .unchecked, "'\(answer.status.rawValue)' has no exact proof here")
      }
    } catch {
      report.add(
        "exact", .unchecked,
        error == .time
          ? "not decided exactly: the time is over; give more with --time-limit"
          : "not decided exactly: the rational numbers of the answer are too long")
    }
  }

  private func ordered(_ numbers: NamedNumbers?, _ names: NameTable) -> [Double]? {
    guard let numbers, let ordered = try? OrderedNumbers(numbers, over: names, "numbers"), ordered.missing.isEmpty
    else { return nil }
    return ordered.values
  }

  /// The basic solution is feasible and its multipliers stand on its sides.
  private mutating func proveOptimum(_ deadline: ProofDeadline) throws(ExactSystem.Obstacle) {
    let x = ordered(answer.solution, form.columnNames)
    let y = ordered(answer.duals, form.rowNames)
    var activity = answer.basis.flatMap { AnswerActivity(view, basis: $0) }
    if activity == nil, let x { activity = AnswerActivity(view, point: x, duals: y, fixing: false) }
    guard let activity else {
      return report.add("exact", .unchecked, "not decided exactly: the answer has neither a basis nor a point")
    }
    let zeros = [Double](repeating: 0, count: max(form.variableCount, form.constraintCount))
    let point = try activity.point(view, near: x ?? zeros, by: deadline)
    let prices = try activity.multipliers(view, near: y ?? zeros, by: deadline)
    let check = check(deadline)
    let violation = try check.violation(point)
    let misplaced = violation == nil ? try check.misplacedPrice(point, prices) : nil
    if violation == nil, misplaced == nil {
      let optimum = check.objective(point)
      let value = optimum.value
      if let claimed = answer.objective, !(abs(claimed - value) <= allowedGap(value)) {
        return report.add("exact", .refuted, "the optimum is exactly \(optimum.text), not \(claimed)")
      }
      report.certificate = .exact
      return report.add(
        "exact", .confirmed, "the basic solution is optimal in rational arithmetic: the optimum is \(optimum.text)")
    }
    // A near miss still proves a bound.
    if deadline.hasPassed { throw .time }
    let bound = try check.bound(prices)
    let miss =
      violation.map { "the basic solution leaves \($0.place) by \(RowViolation.text($0.amount))" }
      ?? "\(misplaced ?? "a price") has the wrong sign"
    let proved = bound.map { "; its multipliers prove exactly that the optimum is no better than \($0.text)" } ?? ""
    report.add("exact", .unchecked, "not decided exactly: \(miss)\(proved)")
  }

  /// A point with whole numbers where they are asked for, whose continuous part is moved onto the sides it is near to.
  private mutating func provePoint(_ deadline: ProofDeadline) throws(ExactSystem.Obstacle) {
    guard let x = ordered(answer.solution, form.columnNames) else {
      return report.add("exact", .unchecked, "not decided exactly: the answer has no point")
    }
    let rounded = x.indices.map { form.kinds[$0].isIntegral ? x[$0].rounded() : x[$0] }
    var point = ExactVector(rounded)
    var words = rounded == x ? "the point as it is written" : "the point with its whole numbers rounded"
    let check = check(deadline)
    if try check.violation(point) != nil {
      let y = ordered(answer.duals, form.rowNames)
      let activity = AnswerActivity(view, point: rounded, duals: y, fixing: true)
      point = try activity.point(view, near: rounded, by: deadline)
      words = "the point, with its continuous part solved for exactly,"
    }
    if let violation = try check.violation(point) {
      let isWhole = form.kinds.allSatisfy { $0.isIntegral }
      return report.add(
        "exact", .unchecked,
        "the point holds within the tolerances only: \(isWhole ? "rounded" : "solved for exactly"), it leaves "
          + "\(violation.place) by \(RowViolation.text(violation.amount))")
    }
    let value = check.objective(point)
    if let claimed = answer.objective, !(abs(claimed - value.value) <= 1e-6 * max(1, abs(claimed))) {
      return report.add("exact", .refuted, "the objective of the exact point is \(value.text), not \(claimed)")
    }
    report.certificate = .exact
    report.add("exact", .confirmed, "\(words) satisfies everything exactly; its objective is \(value.text)")
  }

  /// Multipliers near the ray that separate exactly, or a contradiction at sight.
  private mutating func proveInfeasible(_ deadline: ProofDeadline) throws(ExactSystem.Obstacle) {
    guard let ray = ordered(answer.ray, form.rowNames), ray.contains(where: { $0 != 0 }) else {
      if let claim = report["infeasibility"], claim.finding == .confirmed, claim.text.contains("exclude each other") {
        report.certificate = .exact
        return report.add("exact", .confirmed, "\(claim.text), exactly")
      }
      return report.add("exact", .unchecked, "not decided exactly: the answer has no ray")
    }
    for orientation in [1.0, -1.0] {
      let correction = FarkasCorrection(view, ray.map { orientation * $0 })
      guard let y = try correction.multipliers(by: deadline), let margin = try check(deadline).separation(y),
        margin.signum > 0
      else { continue }
      report.certificate = .exact
      return report.add(
        "exact", .confirmed,
        "\(correction.isIdentity ? "the ray" : "the ray, corrected in its last digits,") proves in rational arithmetic "
          + "that no point exists", ["margin": margin.approximation])
    }
    let radius = max(try check(deadline).radius(ray), try check(deadline).radius(ray.map { -$0 }))
    let proved =
      radius > 0 ? "; exactly, it excludes every point with entries up to \(radius)" : ""
    report.add(
      "exact", .unchecked, "not decided exactly: no multipliers near the ray separate without rounding\(proved)")
  }
}

/// Words for small numbers.
enum RowViolation {
  static func text(_ amount: Double) -> String { amount.isFinite ? "\(amount)" : "any amount" }
}
