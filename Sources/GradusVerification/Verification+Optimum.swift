// SPDX-License-Identifier: Apache-2.0
import GradusCore

extension Verification {
  /// What the gap may be between this objective and a bound.
  func allowedGap(_ objective: Double) -> Double {
    form.isDiscrete
      ? max(tolerances.gapAbsolute, tolerances.gapRelative * max(1, abs(objective)))
      : min(1e-6, tolerances.gapRelative) * max(1, abs(objective))
  }

  /// The claim that nothing is better than the point (or, locally, that first-order conditions hold).
  mutating func checkOptimum(_ point: [Double]?, claimsGlobal: Bool) {
    guard let point else { return }
    let objective = view.objective(point).rounded
    var bound: Double?
    if claimsGlobal {
      switch statedBound(objective, allowsGap: false) {
      case .refuted: return
      case .missing: bound = nil
      case .stated(let value): bound = value
      }
    }
    if form.isDiscrete || !form.quadraticTerms.isEmpty {
      if claimsGlobal {
        proveOrRefute(point, objective, bound)
      } else {
        report.add("optimality", .unchecked, "local optimality of this problem is not checked")
      }
      return
    }
    guard let dual = checkDuals(point) else { return }
    let allowed = allowedGap(objective)
    let residuals = ["dualResidual": dual.residual, "gap": dual.gap]
    guard abs(dual.gap) <= allowed else {
      report.add(
        "optimality", .refuted, "the duals leave a gap of \(dual.gap), but \(allowed) is allowed", residuals)
      return
    }
    guard let quadratic = form.quadratic, claimsGlobal else {
      let text = claimsGlobal ? "the duals prove the optimum" : "first-order conditions hold"
      let isStronger = answer.status == .locallyOptimal && form.quadratic != nil
      report.add("optimality", isStronger ? .unchecked : .confirmed, text, residuals)
      return
    }
    switch Definiteness.isPositiveSemidefinite(quadratic, sign: view.sign) {
    case true?:
      report.add("optimality", .confirmed, "the duals prove the optimum, and the problem is convex", residuals)
    case false?:
      report.add("optimality", .unchecked, "first-order conditions hold, but the problem is not convex", residuals)
    case nil:
      report.add("optimality", .unchecked, "first-order conditions hold; convexity was not decided", residuals)
    }
  }

  private enum StatedBound { case refuted, missing, stated(Double) }

  /// The stated bound in the user's sense, unless it contradicts the point or its distance the claim.
  private mutating func statedBound(_ objective: Double, allowsGap: Bool) -> StatedBound {
    guard let bound = answer.bound else { return .missing }
    if bound.isNaN {
      report.add("bound", .refuted, "the bound is not a number")
      return .refuted
    }
    let slack = 1e-6 * max(1, abs(objective))
    let excess = view.sign * (bound - objective)
    if excess > slack {
      report.add("bound", .refuted, "the bound \(bound) excludes the point itself, whose objective is \(objective)")
      return .refuted
    }
    let allowed = allowedGap(objective)
    if !allowsGap, -excess > allowed * (1 + 1e-6) + 1e-12 {
      report.add("bound", .refuted, "the bound \(bound) leaves a gap of \(-excess), but \(allowed) is allowed")
      return .refuted
    }
    return .stated(bound)
  }

  /// A bound beside a point that is not called optimal, or without any point.
  mutating func checkStandingBound(_ point: [Double]?) {
    guard let bound = answer.bound, bound.isFinite || bound.isNaN else { return }
    if let point {
      let objective = view.objective(point).rounded
      guard case .stated(let stated) = statedBound(objective, allowsGap: true) else { return }
      proveOrRefute(point, objective, stated)
    } else if bound.isNaN {
      report.add("bound", .refuted, "the bound is not a number")
    } else if isProved(bound) {
      report.add("bound", .confirmed, "the bound \(bound) follows from the data")
    } else {
      report.add("bound", .unchecked, "the bound is \(voucher)")
    }
  }

  /// Who the answer says vouches for its bound.
  var voucher: String {
    switch answer.certificate.bound {
    case .reported(let source): "from \(source)"
    case .checked: "said to be checked, but nothing given proves it"
    case .none: "vouched for by nobody"
    }
  }

  /// Tries to prove the bound, then to refute it by a better point; otherwise names who vouches for it.
  private mutating func proveOrRefute(_ point: [Double], _ objective: Double, _ bound: Double?) {
    guard let bound else {
      report.add("bound", .unchecked, "no bound is given with the optimum")
      return
    }
    if isProved(bound) {
      report.add("bound", .confirmed, "the bound \(bound) follows from the data")
      return
    }
    let slack = 1e-6 * max(1, abs(bound))
    if form.isDiscrete, form.quadratic == nil, form.quadraticTerms.isEmpty, form.indicators.isEmpty,
      form.specialOrderedSets.isEmpty, effort > 0
    {
      var search = NearbySearch(view, tolerances, effort: 10 * min(effort, 1_000_000_000))
      if let better = search.improve(point, target: bound, slack: slack) {
        let value = view.objective(better).rounded
        report.add("bound", .refuted, "the bound \(bound) is wrong: a feasible point has the objective \(value)")
        return
      }
      var exhaustion = Exhaustion(view, tolerances, nodes: effort)
      switch exhaustion.decide(noneBetterThan: bound, slack: slack) {
      case .none:
        report.add("bound", .confirmed, "no point is better than \(bound): all were enumerated")
        return
      case .better(let value):
        report.add("bound", .refuted, "the bound \(bound) is wrong: a feasible point has the objective \(value)")
        return
      case .unknown: break
      }
    }
    report.add("bound", .unchecked, "the bound is \(voucher)")
  }

  /// True when duals given, or the bounds of the variables alone, prove this bound of a linear objective.
  private func isProved(_ bound: Double) -> Bool {
    guard form.quadratic == nil else { return false }
    var multipliers = [[Double](repeating: 0, count: form.constraintCount)]
    if let duals = answer.duals, let given = try? OrderedNumbers(duals, over: form.rowNames, "duals") {
      multipliers.append(given.values)
    }
    let slack = 1e-6 * max(1, abs(bound))
    return multipliers.contains {
      guard let proved = relaxationBound($0) else { return false }
      return view.sign * (bound - onGrid(proved)) <= slack
    }
  }

  /// min over the box of offset + cᵀx + Σ yᵢ(side − aᵢᵀx), in the user's sense; nil when it is infinite.
  private func relaxationBound(_ duals: [Double]) -> Double? {
    let s = view.sign
    var y = duals.map { s * $0 }
    var total = DoubleDouble(s * form.objectiveOffset)
    for i in y.indices where y[i] != 0 {
      let side = y[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      if side.isInfinite || form.quadraticTerms.contains(where: { $0.row == i }) {
        y[i] = 0
      } else {
        total += DoubleDouble.product(y[i], side)
      }
    }
    for indicator in form.indicators where y[indicator.row] != 0 { return nil }
    let combined = view.combination(y)
    for j in form.costs.indices {
      let slope = DoubleDouble(s * form.costs[j]) - combined[j]
      let (lower, upper) = view.hull(j)
      let d = slope.rounded
      if abs(d) <= 1e-30 * (abs(form.costs[j]) + combined[j].magnitude) { continue }
      let end = d > 0 ? lower : upper
      if end.isInfinite { return nil }
      total += end * slope
    }
    return total.isFinite ? s * total.rounded : nil
  }

  /// The bound moved to the next objective value that whole-number costs over integral variables allow.
  func onGrid(_ bound: Double) -> Double {
    let used = form.costs.indices.filter { form.costs[$0] != 0 }
    guard !used.isEmpty, form.quadratic == nil,
      used.allSatisfy({ form.kinds[$0].isIntegral && form.costs[$0] == form.costs[$0].rounded() })
    else { return bound }
    let step = view.sign * (bound - form.objectiveOffset)
    guard abs(step) < 1e12 else { return bound }
    return view.sign * (step - 1e-6).rounded(.up) + form.objectiveOffset
  }
}
