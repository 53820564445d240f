// SPDX-License-Identifier: Apache-2.0
public import GradusLanguage
public import GradusModeling
public import GradusNumerics

/// Models words by the loop of a `Formulator`.
public struct FormulatingModeller: ProblemModeller {
  public var formulator: Formulator
  public var service: any ModelService

  public init(_ formulator: Formulator, _ service: any ModelService) {
    self.formulator = formulator
    self.service = service
  }

  /// nil for words that are no problem, and where the model found is no statement (`FiveElementStatement.init(reading:)`).
  public func statement(for words: String, stream: RandomStream) async throws -> FiveElementStatement? {
    guard let problem = try? WordProblem(words) else { return nil }
    var formulator = formulator
    var draws = stream
    formulator.seed = Int(draws.next() >> 33)
    let found = try await formulator.formulate(problem, asking: service)
    return found.model.flatMap { try? FiveElementStatement(reading: $0) }
  }
}
