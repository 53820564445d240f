// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Methods that move populations, and those that step along differences and ranks.
@Suite struct PopulationTests {
  private func best<M: BoxMethod>(
    _ method: M, on function: Function, in box: Box, answers: Int, seed: UInt64 = 1, start: Vector? = nil
  ) throws -> Double where M.Question == Evaluate<Vector> {
    let run = try Run(BoxConstrained(box, start: start), by: method, seed: seed)
    for _ in 0..<answers {
      guard let ticket = try run.ask() else { break }
      #expect(box.violation(of: ticket.question.point) == 0)
      try run.tell(ticket.number, answer: function.f(ticket.question.point))
    }
    return run.report.value ?? .infinity
  }

  @Test func differentialEvolutionFindsMinima() throws {
    #expect(try best(DifferentialEvolution(), on: .ellipsoid, in: .cube(-5, 5, 8), answers: 15_000) < 1e-8)
    #expect(try best(DifferentialEvolution(), on: .rastrigin, in: .cube(-5, 5, 5), answers: 15_000) < 1e-6)
    #expect(try best(DifferentialEvolution(), on: .rosenbrock, in: .cube(-2, 2, 4), answers: 20_000) < 1e-6)
  }

  @Test func swarmsFindMinima() throws {
    #expect(try best(ParticleSwarm(), on: .ellipsoid, in: .cube(-5, 5, 5), answers: 10_000) < 1e-6)
    #expect(try best(ParticleSwarm(), on: .rosenbrock, in: .cube(-2, 2, 2), answers: 8_000) < 1e-4)
  }

  /// Particles begin in [1, 4], the minimizer of this function lies at 0: gradients lead to the nearest valley.
  @Test func aConsensusIsFoundOutsideOfWhereTheParticlesBegan() throws {
    let shifted = Function { x in x.elements.reduce(0.0) { $0 + (10 + $1 * $1 - 10 * cos(2 * .pi * $1)) } }
    let found = try best(ConsensusSearch(), on: shifted, in: .cube(-4, 4, 4), answers: 120_000)
    #expect(found < 1e-3)
  }

  @Test func hopsStepAlongTheGradient() throws {
    var hops = ConsensusSearch()
    hops.hop = 0.05
    hops.weight = 50
    let sphere = Function { x in x.elements.reduce(0.0) { $0 + ($1 - 1) * ($1 - 1) } }
    let found = try best(hops, on: sphere, in: .cube(-5, 5, 2), answers: 20_000, start: [4, 4])
    #expect(found < 1e-2)
  }

  @Test func differencesInRandomDirectionsDescend() throws {
    let sphere = Function { x in x.elements.reduce(0.0) { $0 + ($1 - 1) * ($1 - 1) } }
    #expect(try best(SPSA(), on: sphere, in: .cube(-5, 5, 20), answers: 20_000, start: .zeros(20)) < 1e-2)
    var random = RandomStream(seed: 3)
    let run = try Run(BoxConstrained(.cube(-5, 5, 10), start: .zeros(10)), by: SPSA(), seed: 2)
    var last = 0.0
    for _ in 0..<10_000 {
      let ticket = try #require(try run.ask())
      last = sphere.f(ticket.question.point)
      try run.tell(ticket.number, answer: last + 0.1 * random.normal())
    }
    #expect(last < 0.2, "noise of a tenth does not keep it away")
  }

  @Test(arguments: [true, false])
  func anOrderOfPointsIsEnough(_ adaptive: Bool) throws {
    var method = RankingDescent()
    method.adaptive = adaptive
    let sphere: (Vector) -> Double = { x in x.elements.reduce(0.0) { $0 + ($1 - 1) * ($1 - 1) } }
    let run = try Run(BoxConstrained(.cube(-5, 5, 20), start: .zeros(20)), by: method, seed: 1)
    for _ in 0..<400 {
      guard let ticket = try run.ask() else { break }
      let values = ticket.question.points.map(sphere)
      try run.tell(ticket.number, answer: values.indices.sorted { (values[$0], $0) < (values[$1], $1) })
    }
    #expect(sphere(run.report.point) < (adaptive ? 1e-3 : 0.1))
  }

  @Test func densitiesOfGoodPointsLeadToBetterOnes() throws {
    let problem = SearchProblem(try OverSpaceTests.space(), constraints: 1)
    let run = try Run(problem, by: TreeParzen(), seed: 1)
    for _ in 0..<150 {
      let ticket = try #require(try run.ask())
      let x = ticket.question.point
      try run.tell(ticket.number, answer: Outcomes(objectives: [OverSpaceTests.loss(x)], constraints: [x[1] - 3.5]))
    }
    #expect(run.report.point[1] == 3 && run.report.point[2] == 1)
    #expect(run.report.value ?? 9 < 1.4)
  }
}
