// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling

/// Solves formulations, each once.
actor TokenSolver {
  private let executor = ModelExecutor(timeLimit: 10)
  private var known: [[Int32]: ModelExecution] = [:]

  private func execution(_ answer: [Int32]) async throws -> ModelExecution {
    if let found = known[answer] { return found }
    guard let problem = TokenProblem(answer: answer) else { return ModelExecution(message: "no formulation") }
    let found = try await executor.run(problem.statement.text())
    known[answer] = found
    return found
  }

  /// Whether a formulation can be solved at all, an optimum or not.
  func runs(_ answer: [Int32]) async throws -> Bool { try await execution(answer).status != nil }

  /// The optimum of a formulation; nil where it has none.
  func optimum(_ answer: [Int32]) async throws -> Double? {
    let found = try await execution(answer)
    return found.hasOptimum ? found.objective : nil
  }

  /// Whether two formulations have the same optimum.
  func agree(_ a: [Int32], _ b: [Int32]) async throws -> Bool {
    guard let x = try await optimum(a), let y = try await optimum(b) else { return false }
    return abs(x - y) <= 1e-6 * max(1, abs(y))
  }

  /// The share of answers with the optimum of their problems.
  func share(_ answers: [[Int32]], _ items: [ToldProblem]) async throws -> Double {
    var right = 0
    for (answer, item) in zip(answers, items) { right += try await agree(answer, item.answer) ? 1 : 0 }
    return Double(right) / Double(items.count)
  }
}
