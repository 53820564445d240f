// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Methods that race points from low fidelities upwards.
@Suite struct FidelityTests {
  /// A parabola whose low fidelities are shifted a little and cost their fidelity.
  private func value(_ x: Vector, _ fidelity: Double) -> Double {
    x.elements.reduce(0) { $0 + ($1 - 0.3 - 0.05 * (1 - fidelity)) * ($1 - 0.3 - 0.05 * (1 - fidelity)) }
  }

  private func problem(_ fidelities: [FidelityLevel] = []) throws -> SearchProblem {
    let box = Box(lower: [0, 0, 0], upper: [1, 1, 1])
    return SearchProblem(try SearchSpace(box), fidelities: fidelities)
  }

  /// Runs until the cost is spent; the value of the full function at the end and the fidelities asked for.
  private func run<M: OptimizationMethod>(
    _ method: M, _ problem: SearchProblem, cost: Double, seed: UInt64
  ) throws -> (value: Double, asked: [Double])
  where M.Problem == SearchProblem, M.Question == EvaluateAt<Vector>, M.Point == Vector {
    let run = try Run(problem, by: method, seed: seed)
    var (spent, asked) = (0.0, [Double]())
    while spent < cost {
      guard let ticket = try run.ask() else { break }
      let question = ticket.question
      #expect(problem.space.violation(of: question.point) == 0)
      spent += question.fidelity
      asked.append(question.fidelity)
      try run.tell(
        ticket.number,
        answer: PricedValue(value: value(question.point, question.fidelity), cost: question.fidelity))
    }
    return (value(run.report.point, 1), asked)
  }

  @Test func `brackets have the sizes of the paper`() throws {
    // η = 3, R = 27: 27 at 1/27, 9 at 1/9, 3 at 1/3, 1 at 1; then 12, 4, 1; 6, 2; 4.
    let asked = try run(Hyperband(), problem(), cost: 15.6, seed: 1).asked.map { (27 * $0).rounded() }
    let whole = [(1.0, 27), (3, 9), (9, 3), (27, 1), (3, 12), (9, 4), (27, 1), (9, 6), (27, 2), (27, 4)]
    #expect(asked == Array(whole.flatMap { [Double](repeating: $0.0, count: $0.1) }.prefix(asked.count)))
    #expect(asked.count >= 60)
  }

  @Test func `fidelities of the problem are rungs where they are far enough apart`() throws {
    let levels = [0.1, 0.2, 0.25, 0.5, 1].map { FidelityLevel($0, cost: $0) }
    let asked = try run(Hyperband(), problem(levels), cost: 20, seed: 1).asked
    #expect(Set(asked) == [0.25, 1], "\(Set(asked).sorted())")
    let other = try run(ASHA(), problem(levels), cost: 20, seed: 1).asked
    #expect(Set(other) == [0.25, 1], "\(Set(other).sorted())")
  }

  @Test func `at equal cost a race beats random points, and densities beat both`() throws {
    func mean(_ body: (UInt64) throws -> Double) rethrows -> Double {
      try (1...10).reduce(0) { try $0 + log(body(UInt64($1))) } / 10
    }
    let problem = try problem()
    let random = try mean { seed in
      let run = try Run(BoxConstrained(Box(lower: [0, 0, 0], upper: [1, 1, 1])), by: RandomSearch(), seed: seed)
      for _ in 0..<40 {
        guard let ticket = try run.ask() else { break }
        try run.tell(ticket.number, answer: value(ticket.question.point, 1))
      }
      return value(run.report.point, 1)
    }
    let band = try mean { try run(Hyperband(), problem, cost: 40, seed: $0).value }
    let halving = try mean { try run(ASHA(), problem, cost: 40, seed: $0).value }
    let dense = try mean { try run(BOHB(), problem, cost: 40, seed: $0).value }
    #expect(band < random && halving < random, "random \(random), hyperband \(band), asha \(halving)")
    #expect(dense < band, "hyperband \(band), bohb \(dense)")
  }

  @Test func `a race takes no constraints that have to be learned`() throws {
    let problem = SearchProblem(try SearchSpace(Box(lower: [0], upper: [1])), constraints: 1)
    #expect(throws: Unsuitable.self) { try Hyperband().start(problem, random: RandomStream(seed: 1)) }
    #expect(throws: Unsuitable.self) { try ASHA().start(problem, random: RandomStream(seed: 1)) }
    #expect(throws: Unsuitable.self) { try BOHB().start(problem, random: RandomStream(seed: 1)) }
  }

  @Test func `every answer may fail`() throws {
    func survives<M: OptimizationMethod>(_ method: M) throws
    where M.Problem == SearchProblem, M.Question == EvaluateAt<Vector>, M.Point == Vector {
      let run = try Run(problem(), by: method, seed: 1)
      for _ in 0..<300 {
        let ticket = try #require(try run.ask())
        try run.tell(ticket.number, answer: PricedValue(value: .nan, cost: 1))
      }
      #expect(run.report.value == nil)
    }
    try survives(Hyperband())
    try survives(ASHA())
    try survives(BOHB())
  }
}
