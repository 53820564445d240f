// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A small set of rows and bounds without a point of whole numbers, where the relaxation has points.
///
/// Rows first, then bounds, are left out in blocks of half the size each time, down to single ones (the deletion filter in
/// the order of QuickXplain: Junker, *QuickXplain*, AAAI 2004). Every trial is an integer program of its own; one that is not
/// decided keeps what it wanted to leave out. Integrality always counts. Cost: O(k·log(n/k)) integer programs for k members.
struct IntegerConflict {
  let form: StandardForm
  let oracle: InfeasibilityExplainer.OracleMaker
  private(set) var effort: ExplanationEffort

  init(_ form: StandardForm, oracle: @escaping InfeasibilityExplainer.OracleMaker, effort: ExplanationEffort) {
    self.form = form
    self.oracle = oracle
    self.effort = effort
  }

  private enum Decision { case infeasible, feasible, open }

  /// A solve of fewer seconds would decide nothing.
  private var isSpent: Bool { effort.isSpent(below: 0.05) }

  private mutating func decide(_ set: ConflictSet) async throws -> Decision {
    if isSpent { return .open }
    if set.rows.isEmpty { return holdsWholeNumbers(set) ? .feasible : .infeasible }
    let part = set.program(in: form)
    var program = part.form
    program.kinds = part.columns.map { form.kinds[$0] }
    var question = SolveLinear()
    // Without bounds a search may never end; no trial gets more than a third of what is left.
    effort.spend(on: &question, share: 1.0 / 3, least: 0.05)
    question.settings.feasibility = 1e-9
    switch try await oracle(program).solve(question).status {
    case .infeasible: return .infeasible
    case .optimal: return .feasible
    default: return .open
    }
  }

  private func holdsWholeNumbers(_ set: ConflictSet) -> Bool {
    set.bounds.allSatisfy { j in
      let (l, u) = (form.columnLower[j], form.columnUpper[j])
      return form.kinds[j].isIntegral ? l.rounded(.up) <= u.rounded(.down) : l <= u
    }
  }

  /// Nil when the program is not found infeasible; otherwise the set, and whether each member was shown to be needed.
  mutating func find() async throws -> (set: ConflictSet, isIrreducible: Bool)? {
    if let j = form.costs.indices.first(where: { !holdsWholeNumbers(ConflictSet(rows: [], bounds: [$0])) }) {
      return (ConflictSet(rows: [], bounds: [j]), true)
    }
    var set = ConflictSet.all(form)
    guard try await decide(set) == .infeasible else { return nil }
    var isSure = true
    for takesRows in [true, false] {
      var width = max(1, (takesRows ? set.rows.count : set.bounds.count) / 2)
      while true {
        var start = 0
        while start < (takesRows ? set.rows.count : set.bounds.count) {
          var trial = set
          if takesRows {
            trial.rows.removeSubrange(start..<min(start + width, set.rows.count))
          } else {
            trial.bounds.removeSubrange(start..<min(start + width, set.bounds.count))
          }
          switch try await decide(trial) {
          case .infeasible: set = trial
          case .feasible: start += width
          case .open:
            if isSpent { return (set, false) }
            if width == 1 { isSure = false }
            start += width
          }
        }
        if width == 1 { break }
        width = max(1, width / 2)
      }
    }
    return (set, isSure)
  }
}
