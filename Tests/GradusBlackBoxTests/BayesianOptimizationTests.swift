// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct BayesianOptimizationTests {
  /// Asks and answers `answers` times; the regret of the reported point is the caller's to judge.
  private func run(
    _ problem: SearchProblem, _ answers: Int, seed: UInt64 = 1, method: BayesianOptimization = .init(),
    _ f: (Vector) -> Outcomes
  ) throws -> Run<BayesianOptimization> {
    let run = try Run(problem, by: method, seed: seed)
    for _ in 0..<answers {
      guard let ticket = try run.ask() else { break }
      #expect(problem.space.violation(of: ticket.question.point) == 0)
      #expect(problem.knownViolation(of: ticket.question.point) == 0)
      try run.tell(ticket.number, answer: f(ticket.question.point))
    }
    return run
  }

  static func branin(_ x: Vector) -> Double {
    let (b, c) = (5.1 / (4 * .pi * .pi), 5 / Double.pi)
    let first = x[1] - b * x[0] * x[0] + c * x[0] - 6
    return first * first + 10 * (1 - 1 / (8 * .pi)) * cos(x[0]) + 10
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func fiftyAnswersFindTheMinimumOfBranin(_ seed: UInt64) throws {
    let space = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    let found = try run(SearchProblem(space, budget: 50), 50, seed: seed) { Outcomes(objectives: [Self.branin($0)]) }
    #expect((found.report.value ?? 9) - 0.39788735772973816 < 1e-3)
  }

  @Test func constraintsAreLearned() throws {
    // The minimum of x + y under xy ≥ 1/4 in the unit square is 1, at (½, ½).
    let space = try SearchSpace(Box(lower: [0, 0], upper: [1, 1]))
    let found = try run(SearchProblem(space, constraints: 1, budget: 40), 40) {
      Outcomes(objectives: [$0[0] + $0[1]], constraints: [0.25 - $0[0] * $0[1]])
    }
    let value = try #require(found.report.value)
    #expect(value >= 1 && value < 1.01)
  }

  @Test func mixedSpacesAreSearched() throws {
    let space = try OverSpaceTests.space()
    let found = try run(SearchProblem(space, budget: 60), 60) { Outcomes(objectives: [OverSpaceTests.loss($0)]) }
    #expect(found.report.value ?? 9 < 0.05)
    #expect(found.report.point[2] == 1)
  }

  @Test func noiseIsSeenThrough() throws {
    let space = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    var random = RandomStream(seed: 4)
    let found = try run(SearchProblem(space, isNoisy: true, budget: 60), 60) {
      Outcomes(objectives: [Self.branin($0) + random.normal()])
    }
    #expect(Self.branin(found.report.point) < 1.2)
  }

  @Test func smallSpacesAreExhausted() throws {
    let space = try SearchSpace([
      SpaceParameter("a", .integer(low: 0, high: 2)), SpaceParameter("b", .categorical(["1", "2"])),
      SpaceParameter("c", .float(low: 0, high: 0.2, step: 0.1), when: [.init("b", in: [1...1])]),
    ])
    #expect(Array(space.allPoints).count == 12)
    let found = try run(SearchProblem(space), 100) { Outcomes(objectives: [$0[0] - $0[1] + $0[2]]) }
    #expect(found.progress.answers == 12)
    #expect(found.report.claim == .exhausted)
    #expect(found.report.value == -1)
  }

  @Test func failuresConstantsAndRepetitionsAreNoTrouble() throws {
    let space = try SearchSpace(Box(lower: [0, 0], upper: [1, 1]))
    let constant = try run(SearchProblem(space), 15) { _ in Outcomes(objectives: [3]) }
    #expect(constant.report.value == 3)
    let failing = try run(SearchProblem(space), 20) {
      Outcomes(objectives: $0[0] < 0.5 ? [] : [$0[0] * $0[0] + $0[1]])
    }
    #expect(failing.report.value ?? 9 < 0.5)
    let allFail = try run(SearchProblem(space), 12) { _ in Outcomes(objectives: [.nan]) }
    #expect(allFail.report.value == nil)
    // Noise that nobody announced: the same place with different values.
    let coarse = try SearchSpace([SpaceParameter("a", .float(low: 0, high: 1, step: 0.25))])
    var random = RandomStream(seed: 1)
    let noisy = try run(SearchProblem(coarse, isNoisy: true), 20) {
      Outcomes(objectives: [$0[0] + 0.1 * random.normal()])
    }
    #expect(noisy.progress.answers == 20)
  }

  @Test func waitingPointsAreNotAskedAgain() throws {
    let space = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    let run = try Run(SearchProblem(space, parallelism: 4), by: BayesianOptimization(), seed: 2)
    for _ in 0..<8 {
      let tickets = try (0..<4).map { _ in try #require(try run.ask()) }
      #expect(Set(tickets.map(\.question.point)).count == 4)
      for ticket in tickets.reversed() {
        try run.tell(ticket.number, answer: Outcomes(objectives: [Self.branin(ticket.question.point)]))
      }
    }
    #expect(run.report.value ?? 99 < 1)
  }

  @Test func resumingChangesNothing() throws {
    let space = try OverSpaceTests.space()
    let problem = SearchProblem(space, budget: 40)
    let whole = try Run(problem, by: BayesianOptimization(), seed: 9)
    var resumed: Run<BayesianOptimization>?
    for k in 0..<30 {
      if k == 21 { resumed = try Run(resuming: whole.checkpoint(), of: problem, asking: nil) }
      let ticket = try #require(try whole.ask())
      let answer = Outcomes(objectives: [OverSpaceTests.loss(ticket.question.point)])
      if let resumed {
        let twin = try #require(try resumed.ask())
        #expect(twin.question.point == ticket.question.point)
        try resumed.tell(twin.number, answer: answer)
      }
      try whole.tell(ticket.number, answer: answer)
    }
  }
}
