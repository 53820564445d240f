// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Bayesian optimization in boxes that grow and shrink.
@Suite struct TrustRegionBayesTests {
  private func ackley(_ x: Vector) -> Double {
    let n = Double(x.count)
    let square = x.elements.reduce(0) { $0 + ($1 - 0.7) * ($1 - 0.7) } / n
    let wave = x.elements.reduce(0) { $0 + cos(2 * .pi * ($1 - 0.7)) } / n
    return 20 + exp(1) - 20 * exp(-0.2 * square.squareRoot()) - exp(wave)
  }

  private func levy(_ x: Vector) -> Double {
    let w = x.elements.map { 1 + ($0 - 1) / 4 }
    let n = w.count
    let first = sin(.pi * w[0])
    var sum = first * first
    for i in 0..<n - 1 {
      let wave = sin(.pi * w[i] + 1)
      sum += (w[i] - 1) * (w[i] - 1) * (1 + 10 * wave * wave)
    }
    let last = sin(2 * .pi * w[n - 1])
    return sum + (w[n - 1] - 1) * (w[n - 1] - 1) * (1 + last * last)
  }

  @Test(arguments: RegionRule.allCases)
  func `at twenty coordinates a fraction of what random points lack remains`(_ rule: RegionRule) throws {
    for (side, f) in [(5.0, ackley), (10.0, levy)] {
      let problem = SearchProblem(try SearchSpace(.cube(-side, side, 20)), budget: 160)
      var method = RegionalBayesianOptimization()
      method.rule = rule
      let own = try SurrogateTests.best(method, problem, seed: 1, f)
      let blind = SurrogateTests.bestAtRandom(problem, seed: 1, f)
      #expect(own < (rule == .improvement ? 0.5 : 0.7) * blind, "\(own) against \(blind)")
    }
  }

  @Test func `regions start anew, and several go side by side`() throws {
    var method = RegionalBayesianOptimization()
    method.regions = 3
    method.least = 0.2
    let problem = SearchProblem(try SearchSpace(Box(lower: [-5, 0], upper: [10, 15])), parallelism: 4)
    for rule in RegionRule.allCases {
      method.rule = rule
      let run = try Run(problem, by: method, seed: 2)
      for _ in 0..<25 {
        let tickets = try (0..<4).map { _ in try #require(try run.ask()) }
        #expect(Set(tickets.map(\.question.point)).count == 4)
        for ticket in tickets.reversed() {
          try run.tell(
            ticket.number, answer: Outcomes(objectives: [BayesianOptimizationTests.branin(ticket.question.point)]))
        }
      }
      #expect(run.report.value ?? 9 < 0.6)
    }
  }

  @Test(arguments: RegionRule.allCases)
  func `constraints are learned, mixed spaces searched, noise seen through`(_ rule: RegionRule) throws {
    var method = RegionalBayesianOptimization()
    method.rule = rule
    let square = try SearchSpace(Box(lower: [0, 0], upper: [1, 1]))
    let bounded = try Run(SearchProblem(square, constraints: 1), by: method, seed: 1)
    for _ in 0..<60 {
      let ticket = try #require(try bounded.ask())
      let x = ticket.question.point
      try bounded.tell(
        ticket.number, answer: Outcomes(objectives: [x[0] + x[1]], constraints: [0.25 - x[0] * x[1]]))
    }
    let value = try #require(bounded.report.value)
    #expect(value >= 1 && value < 1.03)
    let mixed = try SurrogateTests.best(
      method, SearchProblem(try OverSpaceTests.space(), budget: 80), seed: 1, OverSpaceTests.loss)
    #expect(mixed < 0.5)
    var random = RandomStream(seed: 4)
    let plane = try SearchSpace(Box(lower: [-5, 0], upper: [10, 15]))
    let noisy = try Run(SearchProblem(plane, isNoisy: true), by: method, seed: 1)
    for _ in 0..<60 {
      let ticket = try #require(try noisy.ask())
      let told = BayesianOptimizationTests.branin(ticket.question.point) + random.normal()
      try noisy.tell(ticket.number, answer: Outcomes(objectives: [told]))
    }
    #expect(BayesianOptimizationTests.branin(noisy.report.point) < 2.5)
  }

  @Test func `resuming changes nothing, and odd problems are no trouble`() throws {
    let problem = SearchProblem(try OverSpaceTests.space(), budget: 40)
    let whole = try Run(problem, by: RegionalBayesianOptimization(), seed: 9)
    var resumed: Run<RegionalBayesianOptimization>?
    for k in 0..<40 {
      if k == 27 { resumed = try Run(resuming: whole.checkpoint(), of: problem, asking: nil) }
      let ticket = try #require(try whole.ask())
      let answer = Outcomes(objectives: [k % 9 == 4 ? .nan : OverSpaceTests.loss(ticket.question.point)])
      if let resumed {
        let twin = try #require(try resumed.ask())
        #expect(twin.question.point == ticket.question.point)
        try resumed.tell(twin.number, answer: answer)
      }
      try whole.tell(ticket.number, answer: answer)
    }
    let small = try SearchSpace([
      SpaceParameter("a", .integer(low: 0, high: 2)), SpaceParameter("b", .categorical(["1", "2"])),
    ])
    let run = try Run(SearchProblem(small), by: RegionalBayesianOptimization(), seed: 1)
    for _ in 0..<6 {
      let ticket = try #require(try run.ask())
      try run.tell(ticket.number, answer: Outcomes(objectives: [ticket.question.point[0]]))
    }
    #expect(try run.ask() == nil)
    #expect(run.report.claim == .exhausted)
    let line = try SearchSpace(Box(lower: [0], upper: [1]))
    let constant = try Run(SearchProblem(line), by: RegionalBayesianOptimization(), seed: 1)
    for _ in 0..<60 {
      let ticket = try #require(try constant.ask())
      try constant.tell(ticket.number, answer: Outcomes(objectives: [3]))
    }
    #expect(constant.report.value == 3)
    #expect(throws: Unsuitable.self) {
      _ = try Run(SearchProblem(line, objectives: 2), by: RegionalBayesianOptimization(), seed: 1)
    }
  }
}
