// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth

/// An interior-point run inside a global search, over a part of the box and with integers fixed.
///
/// Saved with the program it works on, as that is not the program of the run.
struct LocalSearch: Sendable, Codable {
  private(set) var state: InteriorPoint.State
  private let problem: NonlinearProgram
  private var answers = 0
  private let limit: Int

  /// Nil when the program leaves no room.
  init?(_ problem: NonlinearProgram, limit: Int = 600) {
    self.problem = problem
    self.limit = limit
    guard let state = try? Self.method.start(problem, random: RandomStream(seed: 0)) else { return nil }
    self.state = state
  }

  private static var method: InteriorPoint {
    var method = InteriorPoint()
    method.iterations = 150
    return method
  }

  mutating func ask() -> Constrained? { answers >= limit ? nil : Self.method.ask(&state) }

  mutating func tell(_ answer: Constrained.Answer, to question: Constrained) {
    answers += 1
    Self.method.tell(&state, answer, to: question)
  }

  var report: Report<Vector> { Self.method.report(state) }

  private enum Key: String, CodingKey { case problem, state, answers, limit }

  init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    problem = try box.decode(NonlinearProgram.self, forKey: .problem)
    answers = try box.decode(Int.self, forKey: .answers)
    limit = try box.decode(Int.self, forKey: .limit)
    let bytes = Array(try box.decode(String.self, forKey: .state).utf8)
    state = try Coding.decode(InteriorPoint.State.self, from: bytes, given: problem)
  }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(problem, forKey: .problem)
    try box.encode(answers, forKey: .answers)
    try box.encode(limit, forKey: .limit)
    try box.encode(String(decoding: try Coding.encode(state), as: UTF8.self), forKey: .state)
  }
}
