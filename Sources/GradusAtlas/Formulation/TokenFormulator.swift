// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusFormulation
import GradusLearning
import GradusModeling
import GradusNumerics

/// A transformer that writes the formulations of told problems, within their grammar.
struct TokenFormulator: Sendable {
  static let model = TextTransformer(
    vocabulary: TokenProblem.vocabulary, context: TokenProblem.lengths.text + TokenProblem.lengths.answer, width: 48,
    layers: 2,
    heads: 4)

  var parameters: Buffer<Float>

  /// A formulation behind a text, the likeliest allowed token each time, or drawn at temperature 1 with a stream. What is `begun` stands.
  func write(_ text: [Int32], after begun: [Int32] = [], _ stream: inout RandomStream, isDrawn: Bool) throws -> [Int32]
  {
    var reader = Self.model.reader(context: Self.model.context, parameters: parameters)
    var answer = begun
    var new = text + begun
    while true {
      let allowed = TokenProblem.following(answer)
      guard !allowed.isEmpty else { return answer }
      let scores = try reader.read(new)
      let own = allowed.map { scores[Int($0)] }
      let choice =
        isDrawn
        ? TokenSampler.token(TokenSampler().probabilities(own), at: stream.uniform())
        : own.firstIndex(of: own.max() ?? 0) ?? 0
      answer.append(allowed[choice])
      new = [allowed[choice]]
    }
  }

  /// Writes, runs, compares what the text says with what the formulation says, and writes again from the first token that the text does
  /// not have, until everything is used once and there is an optimum; the first one after `rounds` rounds.
  ///
  /// Nothing but the text and the solver's status is looked at.
  func corrected(
    _ text: [Int32], rounds: Int, _ stream: inout RandomStream, _ solver: TokenSolver
  ) async throws -> (answer: [Int32], rounds: Int) {
    let first = try write(text, &stream, isDrawn: false)
    var answer = first
    for round in 0..<rounds {
      let place = Self.firstFault(answer, text)
      let isSolved = try await solver.optimum(answer) != nil
      if place == nil, isSolved { return (answer, round) }
      answer = try write(text, after: Array(answer.prefix(place ?? 0)), &stream, isDrawn: true)
    }
    let isSolved = try await solver.optimum(answer) != nil
    return (isSolved && Self.firstFault(answer, text) == nil ? answer : first, rounds)
  }

  /// Where the first token stands that the text does not say (any more); 0 where the text says one that is not there; nil without a
  /// fault. Which amount a digit belongs to is not looked at.
  static func firstFault(_ answer: [Int32], _ text: [Int32]) -> Int? {
    var counts = [Int](repeating: 0, count: TokenProblem.vocabulary)
    for token in text {
      if let said = TokenProblem.meaning(of: token) { counts[Int(said)] += 1 }
    }
    for (place, token) in answer.enumerated() where TokenProblem.isSaid(token) {
      counts[Int(token)] -= 1
      if counts[Int(token)] < 0 { return place }
    }
    return counts.allSatisfy { $0 == 0 } ? nil : 0
  }
}

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

  /// Whether a formulation can be solved at all.
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
}
