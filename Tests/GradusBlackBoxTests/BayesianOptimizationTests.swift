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

  @Test(arguments: AcquisitionRule.allCases.filter { $0 != .automatic })
  func everyAcquisitionFindsTheMinimumOfBranin(_ rule: AcquisitionRule) throws {
    var method = BayesianOptimization()
    (method.acquisition, method.candidates) = (rule, 64)
    let space = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    let found = try run(SearchProblem(space, budget: 30), 30, seed: 3, method: method) {
      Outcomes(objectives: [Self.branin($0)])
    }
    #expect(found.report.value ?? 99 < 1.5)
  }

  @Test func twoObjectivesHaveAFront() throws {
    let space = try SearchSpace(Box(lower: [-2, -2], upper: [2, 2]))
    let found = try run(SearchProblem(space, objectives: 2, constraints: 1, budget: 30), 30) {
      let (x, y) = ($0[0], $0[1])
      return Outcomes(
        objectives: [(x - 1) * (x - 1) + y * y, (x + 1) * (x + 1) + y * y], constraints: [0.25 - x * x])
    }
    // Without the constraint the front is y = 0, −1 ≤ x ≤ 1, and f₂ = (2 − √f₁)²; it takes the middle out.
    let front = found.report.front
    #expect(front.count >= 6)
    #expect(front.allSatisfy { $0.outcomes.violation == 0 })
    for member in front {
      let (a, b) = (member.outcomes.objectives[0], member.outcomes.objectives[1])
      #expect(b - (2 - a.squareRoot()) * (2 - a.squareRoot()) < 0.3)
    }
  }

  @Test func severalFidelitiesSaveAnswersOfTheFullFunction() throws {
    func forrester(_ x: Double) -> Double { (6 * x - 2) * (6 * x - 2) * sin(12 * x - 4) }
    let space = try SearchSpace(Box(lower: [0], upper: [1]))
    let levels = [FidelityLevel(0.5, cost: 0.1), FidelityLevel(1, cost: 1)]
    let problem = SearchProblem(space, fidelities: levels)
    let run = try Run(problem, by: MultiFidelityOptimization(), seed: 1)
    var resumed: Run<MultiFidelityOptimization>?
    var (spent, full) = (0.0, 0)
    for k in 0..<120 where spent < 19 {
      if k == 25 { resumed = try Run(resuming: run.checkpoint(), of: problem, asking: nil) }
      let ticket = try #require(try run.ask())
      let (x, isFull) = (ticket.question.point[0], ticket.question.fidelity == 1)
      #expect(levels.contains { $0.fidelity == ticket.question.fidelity })
      let value = isFull ? forrester(x) : 0.5 * forrester(x) + 10 * (x - 0.5) - 5
      let answer = PricedValue(value: value, cost: isFull ? 1 : 0.1)
      (spent, full) = (spent + answer.cost, full + (isFull ? 1 : 0))
      try run.tell(ticket.number, answer: answer)
      if let resumed {
        let twin = try #require(try resumed.ask())
        #expect(twin.question.point == ticket.question.point && twin.question.fidelity == ticket.question.fidelity)
        try resumed.tell(twin.number, answer: answer)
      }
    }
    #expect(run.report.value ?? 0 < -6.02)
    #expect(full < 19)
  }

  @Test func oddProblemsAreNoTrouble() throws {
    // One coordinate, a budget below the design, one choice, many coordinates, noise declared exact.
    let line = try SearchSpace(Box(lower: [0], upper: [1]))
    let short = try run(SearchProblem(line, budget: 2), 2) { Outcomes(objectives: [($0[0] - 0.3) * ($0[0] - 0.3)]) }
    #expect(short.report.value != nil)
    let single = try SearchSpace([
      SpaceParameter("a", .categorical(["only"])), SpaceParameter("b", .float(low: 0, high: 1)),
    ])
    let chosen = try run(SearchProblem(single), 12) { Outcomes(objectives: [$0[0] + abs($0[1] - 0.4)]) }
    #expect(chosen.report.value ?? 9 < 0.1)
    let wide = try SearchSpace(Box(lower: Vector(repeating: -1, count: 1000), upper: Vector(repeating: 1, count: 1000)))
    let many = try run(SearchProblem(wide, budget: 12), 6) { Outcomes(objectives: [$0.inner($0)]) }
    #expect(many.report.value != nil)
    var random = RandomStream(seed: 4)
    let rough = try run(SearchProblem(line), 20) { Outcomes(objectives: [$0[0] + random.normal()]) }
    #expect(rough.progress.answers == 20)
    #expect(throws: Unsuitable.self) {
      _ = try Run(SearchProblem(line, objectives: 4), by: BayesianOptimization(), seed: 1)
    }
    #expect(throws: Unsuitable.self) {
      _ = try Run(SearchProblem(line), by: MultiFidelityOptimization(), seed: 1)
    }
  }
}
