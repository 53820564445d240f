// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
import GradusProblems

/// Telling leaves large parameters where they are.
public struct NothingCopied: Law {
  public let name = "no copying"
  public let sentence = "where the method promises to update in place, telling never moves its parameters"

  public init() {}

  /// Compares the address of 20,000 parameters from answer to answer.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    guard let method = M() as? any UpdatesInPlace else {
      return .notApplicable("the method does not promise to update in place")
    }
    let large = bench.sources.filter { $0.problem.dimension >= 20_000 }
    return try await drive(method, large + [ProblemSource(try ProblemLibrary.problem(named: "sphere,n=20000"))])
  }

  private func drive<U: UpdatesInPlace>(_ method: U, _ sources: [ProblemSource]) async throws -> Finding {
    let fitting = sources.lazy.compactMap { source -> (U.Problem, U.Question.Oracle)? in
      guard let problem = source.problem.form(U.Problem.self) else { return nil }
      return source.oracles.lazy.compactMap { $0 as? U.Question.Oracle }.first.map { (problem, $0) }
    }
    guard let (problem, oracle) = fitting.first else {
      return .broken(["no large problem of class \(U.Problem.self) is at hand to try it on"])
    }
    var state = try method.start(problem, random: RandomStream(seed: 1))
    var address: UInt?
    // The first update leaves the start, which the problem keeps for itself.
    var moves = 0
    for step in 1...20 {
      guard let question = method.ask(&state) else { break }
      let answer = try await question.put(to: oracle)
      method.tell(&state, answer, to: consume question)
      let now = method.parameterAddress(in: state)
      if let address, address != now {
        moves += 1
        if moves > 1 { return .broken(["answer \(step) moved the parameters of 20,000 numbers again"]) }
      }
      address = now
    }
    return .held(tried: 20)
  }
}
