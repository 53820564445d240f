// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Methods for boxes at work on search spaces.
@Suite struct OverSpaceTests {
  static func space() throws -> SearchSpace {
    try SearchSpace([
      SpaceParameter("rate", .float(low: 1e-4, high: 1, scale: .logarithmic)),
      SpaceParameter("layers", .integer(low: 1, high: 6)),
      SpaceParameter("kind", .categorical([#""a""#, #""b""#, #""c""#])),
      SpaceParameter("mix", .simplex(count: 3)),
    ])
  }

  /// Zero at rate = 0.01, layers = 4, kind = b, mix = (0.2, 0.3, 0.5).
  static func loss(_ x: Vector) -> Double {
    let kind = x[2] == 1 ? 0.0 : 1
    let mix = (0..<3).reduce(0.0) { $0 + (x[3 + $1] - [0.2, 0.3, 0.5][$1]) * (x[3 + $1] - [0.2, 0.3, 0.5][$1]) }
    let decades = log10(x[0]) + 2
    return decades * decades + (x[1] - 4) * (x[1] - 4) + kind + 10 * mix
  }

  private func best<M: BoxMethod>(of method: M, answers: Int, known: [KnownConstraint] = []) throws -> Report<Vector>
  where M.Question == Evaluate<Vector> {
    let problem = SearchProblem(try Self.space(), known: known)
    let run = try Run(problem, by: OverSpace(method), seed: 4)
    for _ in 0..<answers {
      guard let ticket = try run.ask() else { break }
      #expect(problem.space.violation(of: ticket.question.point) == 0)
      #expect(problem.knownViolation(of: ticket.question.point) == 0)
      try run.tell(ticket.number, answer: Self.loss(ticket.question.point))
    }
    return run.report
  }

  @Test func strategiesSearchMixedSpaces() throws {
    let found = try best(of: CMAES(), answers: 2_000)
    #expect(found.value ?? 1 < 1e-6)
    #expect(found.point[1] == 4 && found.point[2] == 1)
    #expect(try best(of: RandomSearch(), answers: 2_000).value ?? 9 < 0.5)
    #expect(try best(of: SobolSearch(), answers: 2_000).value ?? 9 < 0.5)
    #expect(try best(of: NelderMead(), answers: 500).value ?? 9 < 2)
  }

  @Test func forbiddenPointsAreNeverAsked() throws {
    // layers ≤ 3, and not c with two layers.
    let known: [KnownConstraint] = [
      .linear(coefficients: [0, 1, 0, 0, 0, 0], bound: 3), .forbidden([.init(1, 2...2), .init(2, 2...2)]),
    ]
    let found = try best(of: CMAES(), answers: 2_000, known: known)
    #expect(found.point[1] == 3)
    #expect(abs((found.value ?? 9) - 1) < 1e-6)
  }

  @Test func aSpaceWithoutAllowedPointsEnds() throws {
    let problem = SearchProblem(try Self.space(), known: [.linear(coefficients: [0, 1, 0, 0, 0, 0], bound: 0)])
    let run = try Run(problem, by: OverSpace(RandomSearch()), seed: 1)
    #expect(try run.ask() == nil)
    #expect(run.report.claim == .failed)
    #expect(run.report.value == nil)
  }

  @Test func resumingChangesNothing() throws {
    let problem = SearchProblem(try Self.space(), known: [.linear(coefficients: [0, 1, 0, 0, 0, 0], bound: 5)])
    let whole = try Run(problem, by: OverSpace(CMAES()), seed: 9)
    var resumed: Run<OverSpace<CMAES>>?
    for k in 0..<120 {
      if k == 57 { resumed = try Run(resuming: whole.checkpoint(), of: problem, asking: nil) }
      let ticket = try #require(try whole.ask())
      if let resumed {
        let twin = try #require(try resumed.ask())
        #expect(twin.question.point == ticket.question.point)
        try resumed.tell(twin.number, answer: Self.loss(twin.question.point))
      }
      try whole.tell(ticket.number, answer: Self.loss(ticket.question.point))
    }
  }
}
