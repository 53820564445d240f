// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

extension SolveSession {
  /// Says by the user's names why a linear program has no point: a smallest conflict, and the smallest relaxation.
  ///
  /// At most ten seconds, and never beyond the time limit; a program whose conflict is not found keeps its Farkas ray.
  func explain(_ document: inout ResultDocument, at point: Vector) async {
    if case .program(let program) = subject.content { return await explain(program, &document, at: point) }
    guard request.explains, document.status == .infeasible, case .form(var form) = subject.content,
      form.quadraticTerms.isEmpty
    else { return }
    // Where no point exists, the objective has no part in it.
    form.quadratic = nil
    let rest = min(10, request.timeLimit.map { $0 - request.elapsed } ?? 10)
    guard rest > 0.05, !request.interruption.isRaised else { return }
    let interruption = request.interruption
    let explainer = InfeasibilityExplainer(timeLimit: rest) { form in
      let oracle = ProcessOracle(prewarm: false, interruption: interruption)
      try oracle.send(form)
      return oracle
    }
    let ray = document.ray.map { Vector($0.values) }
    guard let found = try? await explainer.explain(form, ray: ray) else { return }
    document.conflict = found.conflict(in: form)
    if !found.relaxation.isEmpty { document.relaxation = found.relaxation(in: form) }
    document.explanation = found.sentences(in: form)
    document.seconds = request.elapsed
  }

  /// Says which rows and bounds of a program of formulas contradict each other, or, where that is only a local finding,
  /// which rows are violated and which of them a local solve could not bring together.
  private func explain(_ program: SolvableProgram, _ document: inout ResultDocument, at point: Vector) async {
    if document.status == .failed, let finding = program.program.undefinedValue(at: program.program.start) {
      document.explanation = ["at the start, \(finding); give a start, or bounds, where it is defined"]
      return
    }
    guard request.explains, document.conflict == nil else { return }
    let rest = min(10, request.timeLimit.map { $0 - request.elapsed } ?? 10)
    guard rest > 0.05, !request.interruption.isRaised else { return }
    defer { document.seconds = request.elapsed }
    if document.status == .infeasible {
      let found = await ProvedConflict(program, timeLimit: rest, interruption: request.interruption)
      document.conflict = found.conflict
      document.explanation = found.sentences
      return
    }
    guard document.status == .locallyInfeasible, point.isFinite else { return }
    let found = await LocalConflict(program, at: point, timeLimit: rest)
    document.conflict = found.conflict
    document.explanation = found.sentences
  }
}
