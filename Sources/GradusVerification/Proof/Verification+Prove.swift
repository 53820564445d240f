// SPDX-License-Identifier: Apache-2.0
public import GradusCore

extension Verifier {
  /// Checks as `verify` does, then tries to prove the bound of an integer program again by a search of its own.
  ///
  /// `relaxation` solves the linear relaxation of the form within other bounds. Its word counts for nothing: multipliers and
  /// rays are used only for what they prove with safe rounding. The claim `proof` says what was proved and in how many boxes,
  /// or why it is open.
  public func prove(
    _ form: StandardForm, _ answer: ResultDocument, timeLimit: Double = 60, nodeLimit: Int = 1_000_000,
    relaxation: @escaping (_ lower: [Double], _ upper: [Double]) throws -> LinearAnswer
  ) throws -> VerificationReport {
    let deadline = ProofDeadline(after: timeLimit)
    var verification = Verification(form, answer, effort: effort)
    verification.run()
    try verification.proveAgain(deadline, nodeLimit, relaxation)
    return verification.report
  }
}

extension Verification {
  mutating func proveAgain(
    _ deadline: ProofDeadline, _ nodeLimit: Int, _ relaxation: @escaping OptimalityProof.Relaxation
  ) throws {
    guard form.quadratic == nil, form.quadraticTerms.isEmpty, form.indicators.isEmpty, form.specialOrderedSets.isEmpty,
      form.kinds.allSatisfy({ $0 == .continuous || $0 == .integer })
    else { return report.add("proof", .unchecked, "only linear programs with integer variables are proved again") }
    guard answer.status == .optimal || answer.status == .infeasible else {
      return report.add("proof", .unchecked, "'\(answer.status.rawValue)' claims nothing that a search could prove")
    }
    var target = Double.infinity
    var stated = 0.0
    if answer.status == .optimal {
      guard let objective = answer.objective, objective.isFinite else {
        return report.add("proof", .unchecked, "the answer states no objective to prove")
      }
      stated = answer.bound.map { $0.isFinite ? $0 : objective } ?? objective
      target = view.sign * stated - 1e-6 * max(1, abs(stated))
    }
    var proof = OptimalityProof(self, nodeLimit: nodeLimit, deadline: deadline, solve: relaxation)
    let claim = answer.status == .optimal ? "no point is better than \(stated)" : "no point exists"
    switch try proof.run(target: target) {
    case .proved:
      // What was open for want of a proof has one now.
      report.settle("bound", "infeasibility")
      report.add("proof", .confirmed, "\(claim): proved with safe rounding in \(proof.nodes) boxes")
    case .better(let point):
      let value = view.objective(point).rounded
      report.add(
        "proof", .refuted,
        answer.status == .optimal
          ? "the bound \(stated) is wrong: a feasible point has the objective \(value)"
          : "a feasible point exists, with the objective \(value)")
    case .open(let why): report.add("proof", .unchecked, "not proved again that \(claim): \(why)")
    }
  }
}
