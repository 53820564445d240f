// SPDX-License-Identifier: Apache-2.0
import Gradus

extension SolveSession {
  /// Says by the user's names why a linear program has no point: a smallest conflict, and the smallest relaxation.
  ///
  /// At most ten seconds, and never beyond the time limit; a program whose conflict is not found keeps its Farkas ray.
  func explain(_ document: inout ResultDocument) async {
    guard request.explains, document.status == .infeasible, case .form(let form) = subject.content,
      form.quadratic == nil
    else { return }
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
    document.relaxation = found.relaxation(in: form)
    document.explanation = found.sentences(in: form)
    document.seconds = request.elapsed
  }
}
