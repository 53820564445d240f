// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics

/// Parts answers of one optimum by what becomes of them on other data: a wrong model may have the right optimum by chance.
///
///     each answer joins the first kind whose model `ProblemComparison` does not tell apart from its own on the given and three
///     other data sets, or begins another; the kind with the most answers counts, of equal ones the first
struct FormulationSplit {
  /// The most frequent first; those without a model are of one kind.
  private(set) var kinds: [[Formulation]] = []
  /// That there are others; nil where all are of one kind.
  private(set) var doubt: FormulationDoubt?

  /// Cost: 8 solves for each answer and each kind before its own.
  init(_ answers: [Formulation], by executor: ModelExecutor, _ stream: RandomStream) async throws {
    var models: [FiveElementStatement?] = []
    var differences: [String] = []
    for (k, answer) in answers.enumerated() {
      let model = answer.execution == nil ? nil : answer.model.flatMap { try? FiveElementStatement(reading: $0) }
      var place: Int?
      for kind in kinds.indices where place == nil {
        guard kinds[kind][0].model != answer.model, let model, let first = models[kind] else {
          place = kind
          break
        }
        let verdict = try await ProblemComparison(executor: executor).compare(first, model, stream.child("data", k))
        if case .different(_, let found) = verdict { differences += found.map(\.description) } else { place = kind }
      }
      if let place {
        kinds[place].append(answer)
      } else {
        kinds.append([answer])
        models.append(model)
      }
    }
    guard kinds.count > 1 else { return }
    kinds = kinds.enumerated().sorted { a, b in
      a.element.count != b.element.count ? a.element.count > b.element.count : a.offset < b.offset
    }.map(\.element)
    let others = answers.count - kinds[0].count
    let first = differences.first.map { ": \(FormulationCheck.plain($0))" } ?? ""
    doubt = FormulationDoubt(
      .resampled, "\(others) of \(answers.count) answers with this optimum are other problems on other data\(first)")
  }
}
