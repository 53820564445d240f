// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension HighsSolver {
  /// True when an optimum is claimed, or nearly, whose residuals the judge would not accept, and asking again may help.
  func needsRepair(_ answer: LinearAnswer, in form: StandardForm) -> Bool {
    guard let point = answer.primal, point.isFinite else { return false }
    guard answer.status == .optimal || answer.status == .failed && answer.failure != nil else { return false }
    return !AnswerResiduals(answer, in: form, point: point).meets(Tolerances())
  }

  /// The question that mends an answer.
  func repair(_ answer: LinearAnswer, of form: StandardForm, _ settings: LinearSolveSettings) -> SolveLinear {
    var question = SolveLinear()
    question.settings = settings
    question.settings.feasibility = 1e-9
    question.settings.dual = 1e-9
    guard form.isDiscrete, let point = answer.primal else {
      // Without a basis the method that was asked for tries harder; with one the simplex method finishes its work.
      guard let basis = answer.basis else {
        question.settings.options["kkt_tolerance"] = "1e-9"
        return question
      }
      question.settings.options["presolve"] = "off"
      question.settings.options["solver"] = "simplex"
      question.basis = basis
      return question
    }
    question.relaxed = true
    for j in form.kinds.indices where form.kinds[j] != .continuous {
      let semi = form.kinds[j] == .semicontinuous || form.kinds[j] == .semiinteger
      if semi, abs(point[j]) <= 1e-6 {
        question.changes.append(BoundChange(column: j, lower: 0, upper: 0))
      } else if form.kinds[j].isIntegral {
        let value = min(max(point[j].rounded(), form.columnLower[j].rounded(.up)), form.columnUpper[j].rounded(.down))
        question.changes.append(BoundChange(column: j, lower: value, upper: value))
      }
    }
    return question
  }

  /// The answer that is closer to what it claims; the claim and the bound of an integer program stay those of the first.
  func better(_ first: LinearAnswer, _ second: LinearAnswer, in form: StandardForm) -> LinearAnswer {
    guard second.status == .optimal, let old = first.primal, let new = second.primal else { return first }
    let before = AnswerResiduals(first, in: form, point: old)
    if form.isDiscrete {
      var merged = first
      merged.primal = new
      merged.objective = form.objective(at: new)
      merged.iterations += second.iterations
      let after = AnswerResiduals(merged, in: form, point: new)
      return max(after.primal, after.integrality) < max(before.primal, before.integrality) ? merged : first
    }
    let after = AnswerResiduals(second, in: form, point: new)
    func worst(_ r: AnswerResiduals) -> Double { max(r.primal, r.dual, r.gap) }
    guard worst(after) < worst(before) || first.status != .optimal else { return first }
    var merged = second
    merged.iterations += first.iterations
    return merged
  }
}

extension LinearStatus {
  /// What the solver claims about the problem; nil when a limit spoke.
  var claim: Claim? {
    switch self {
    case .optimal: .optimal
    case .infeasible: .infeasible
    case .unbounded: .unbounded
    case .infeasibleOrUnbounded: .infeasibleOrUnbounded
    case .failed: .failed
    case .timeLimit, .nodeLimit, .iterationLimit, .memoryLimit, .interrupted: nil
    }
  }
}

extension LinearAnswer {
  /// The limit or failure that ended the solve; nil when a statement was reached.
  var limit: StopReason? {
    switch status {
    case .optimal, .infeasible, .unbounded, .infeasibleOrUnbounded: nil
    case .timeLimit: StopReason(.time, "time limit of \(source)")
    case .nodeLimit: StopReason(.nodes, "node limit of \(source)")
    case .iterationLimit: StopReason(.iterations, "iteration limit of \(source)")
    case .memoryLimit: StopReason(.memory, "memory limit of \(source)")
    case .interrupted: StopReason(.interrupt, failure ?? "interrupted")
    case .failed: StopReason(.failure, failure ?? "\(source) failed")
    }
  }
}
