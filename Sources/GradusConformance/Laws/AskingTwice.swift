// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// A sequential method repeats its question; a parallel one is silent only while it waits or once it has ended.
public struct AskingTwice: Law {
  public let name = "asking"
  public let sentence =
    "a sequential method asked twice repeats its question; a parallel one that has ended stays silent"

  public init() {}

  /// Asks twice before every answer, and compares or expects silence.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let situations = bench.some(5)
    for situation in situations {
      let found = M.self is any ParallelMethod.Type ? try await silence(situation) : try await repetition(situation)
      if let found { violations.append("on \(situation.name) \(found)") }
    }
    return Finding(violations, tried: situations.count)
  }

  private func repetition<M: Catalogued>(_ situation: Situation<M>) async throws -> String? {
    let method = M()
    let oracle = try situation.oracle
    var state = try method.start(situation.problem, random: RandomStream(seed: 1))
    for step in 1...40 {
      guard let question = method.ask(&state) else {
        return method.ask(&state) == nil ? nil : "it fell silent and then asked again (question \(step))"
      }
      guard let again = method.ask(&state), try Image(again) == Image(question) else {
        return "question \(step) differs when it is asked for again"
      }
      let answer = try await again.put(to: oracle)
      method.tell(&state, answer, to: question)
    }
    return nil
  }

  private func silence<M: Catalogued>(_ situation: Situation<M>) async throws -> String? {
    let method = M()
    let oracle = try situation.oracle
    var state = try method.start(situation.problem, random: RandomStream(seed: 1))
    for round in 1...20 {
      var questions: [M.Question] = []
      while questions.count < 7, let question = method.ask(&state) { questions.append(question) }
      if questions.isEmpty {
        return method.ask(&state) == nil ? nil : "it fell silent with nothing in flight, then asked (round \(round))"
      }
      for question in questions { method.tell(&state, try await question.put(to: oracle), to: question) }
    }
    return nil
  }
}
