// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Points that wait for their answers.
@Suite struct WaitingPointsTests {
  private static let numbers = InputMetric(numbers: 2)

  private static func process(_ sign: Double, waiting: [Vector]) throws -> GaussianProcess {
    var random = RandomStream(seed: 3)
    let points = (0..<12).map { _ in Vector([random.uniform(), random.uniform()]) }
    let values = Vector(points.map { sign * (sin(5 * $0[0]) + $0[1] * $0[1]) - 0.2 })
    var process = try GaussianProcess(
      at: points, observations: values, metric: numbers, lengths: [0.5, 0.8], variance: 1.2, noise: 1e-3, mean: 0.1)
    for point in waiting { try process.append(point, observation: process.posterior(at: point).mean) }
    return process
  }

  private static let waiting = [Vector([0.31, 0.9]), Vector([0.77, 0.2]), Vector([0.1, 0.45])]

  @Test func aDrawIsTheProcessThatHeardIt() throws {
    let process = try Self.process(1, waiting: Self.waiting)
    let drawn = FantasizedProcess(process, draws: [[0.3, -1.2, 0.8], [-0.3, 1.2, -0.8]])
    let x = Vector([0.4, 0.6])
    for s in 0..<2 {
      var heard = try Self.process(1, waiting: [])
      for (point, answer) in zip(Self.waiting, drawn.answers[s]) { try heard.append(point, observation: answer) }
      let (expected, found) = (heard.posterior(at: x), drawn.process(s).posterior(at: x))
      #expect(abs(expected.mean - found.mean) < 1e-10 && abs(expected.variance - found.variance) < 1e-10)
    }
    // A draw and its mirror image lie evenly around what is expected.
    let alone = try Self.process(1, waiting: [])
    for (k, point) in Self.waiting.enumerated() {
      let mean = 0.5 * (drawn.answers[0][k] + drawn.answers[1][k])
      #expect(abs(mean - alone.posterior(at: point).mean) < 1e-10)
    }
  }

  @Test func drawsHaveTheJointCovarianceOfAnswers() throws {
    let alone = try Self.process(1, waiting: [])
    let joint = alone.joint(at: Self.waiting).covariance
    let process = try Self.process(1, waiting: Self.waiting)
    var random = RandomStream(seed: 8)
    let draws = (0..<20_000).map { _ in (0..<3).map { _ in random.normal() } }
    let answers = FantasizedProcess(process, draws: draws).answers
    let means = Self.waiting.map { alone.posterior(at: $0).mean }
    for i in 0..<3 {
      for j in 0...i {
        let found = answers.reduce(0) { $0 + ($1[i] - means[i]) * ($1[j] - means[j]) } / Double(answers.count)
        let expected = joint[i, j] + (i == j ? alone.noise : 0)
        let scale = (joint[i, i] * joint[j, j]).squareRoot() + alone.noise
        #expect(abs(found - expected) < 0.04 * scale)
      }
    }
  }

  @Test func theMeanImprovementHasItsGradient() throws {
    let draws = [[0.3, -1.2, 0.8], [-0.3, 1.2, -0.8], [1.1, 0.2, -0.5], [-1.1, -0.2, 0.5]]
    let objective = FantasizedProcess(try Self.process(1, waiting: Self.waiting), draws: draws)
    let constraint = FantasizedProcess(try Self.process(-0.6, waiting: Self.waiting), draws: draws.reversed())
    for bests in [[-0.5, -0.4, -0.9, -0.45], nil] {
      let promise = FantasizedImprovement(objective, bests: bests, constraints: [constraint])
      for x in [Vector([0.4, 0.6]), Vector([0.85, 0.15]), Vector([0.05, 0.95])] {
        let found = promise.linearized(at: x)
        #expect(abs(found.value - promise.value(at: x)) < 1e-9)
        for j in 0..<2 {
          var (above, below) = (x, x)
          above[j] += 1e-5
          below[j] -= 1e-5
          let slope = (promise.value(at: above) - promise.value(at: below)) / 2e-5
          #expect(abs(slope - found.gradient[j]) < 1e-4 * max(1, abs(slope)))
        }
      }
    }
  }

  /// Regret after 48 answers, asked in batches; without a method, of random points.
  private static func regret(batch: Int, seed: UInt64, isRandom: Bool = false) throws -> Double {
    func hartmann(_ x: Vector) -> Double {
      let a: [[Double]] = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
      let p: [[Double]] = [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
      let weights = [1, 1.2, 3, 3.2]
      var sum = 0.0
      for k in 0..<4 {
        var exponent = 0.0
        for j in 0..<3 {
          let step = x[j] - 1e-4 * p[k][j]
          exponent += a[k][j] * step * step
        }
        sum -= weights[k] * exp(-exponent)
      }
      return sum
    }
    let space = try SearchSpace(Box(lower: [0, 0, 0], upper: [1, 1, 1]))
    let problem = SearchProblem(space, budget: 48, parallelism: batch)
    var best = Double.infinity
    if isRandom {
      var random = RandomStream(seed: seed)
      for _ in 0..<48 { best = min(best, hartmann(space.sample(&random))) }
      return best + 3.8627797869493365
    }
    let run = try Run(problem, by: BayesianOptimization(), seed: seed)
    for _ in 0..<48 / batch {
      let tickets = try (0..<batch).map { _ in try #require(try run.ask()) }
      #expect(Set(tickets.map(\.question.point)).count == batch)
      for ticket in tickets.reversed() {
        let value = hartmann(ticket.question.point)
        best = min(best, value)
        try run.tell(ticket.number, answer: Outcomes(objectives: [value]))
      }
    }
    return best + 3.8627797869493365
  }

  @Test(arguments: [4, 8]) func batchesDoNotLoseTheRegret(_ batch: Int) throws {
    let found = try [1, 2, 3].map { try Self.regret(batch: batch, seed: $0) }.sorted()
    let random = try [1, 2, 3].map { try Self.regret(batch: 1, seed: $0, isRandom: true) }.sorted()
    #expect(found[1] < 0.05 * random[1] && found[2] < random[0])
  }

  @Test(arguments: [AcquisitionRule.noisyImprovement, .knowledgeGradient, .entropySearch, .confidenceBound, .thompson])
  func otherPromisesSpreadBatches(_ rule: AcquisitionRule) throws {
    var method = BayesianOptimization()
    (method.acquisition, method.candidates) = (rule, 32)
    let space = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    let run = try Run(
      SearchProblem(space, isNoisy: rule == .noisyImprovement, budget: 24, parallelism: 4), by: method, seed: 2)
    var random = RandomStream(seed: 5)
    for _ in 0..<6 {
      let tickets = try (0..<4).map { _ in try #require(try run.ask()) }
      #expect(Set(tickets.map(\.question.point)).count == 4)
      for ticket in tickets {
        let value = BayesianOptimizationTests.branin(ticket.question.point) + 0.1 * random.normal()
        try run.tell(ticket.number, answer: Outcomes(objectives: [value]))
      }
    }
    #expect(BayesianOptimizationTests.branin(run.report.point) < 5)
  }

  @Test func frontsAreExpectedToMove() throws {
    let space = try SearchSpace(Box(lower: [-2, -2], upper: [2, 2]))
    let run = try Run(
      SearchProblem(space, objectives: 2, constraints: 1, budget: 32, parallelism: 4), by: BayesianOptimization(),
      seed: 4)
    for _ in 0..<8 {
      let tickets = try (0..<4).map { _ in try #require(try run.ask()) }
      for ticket in tickets {
        let (x, y) = (ticket.question.point[0], ticket.question.point[1])
        try run.tell(
          ticket.number,
          answer: Outcomes(
            objectives: [(x - 1) * (x - 1) + y * y, (x + 1) * (x + 1) + y * y], constraints: [0.25 - x * x]))
      }
    }
    #expect(run.report.front.count >= 6)
  }
}
