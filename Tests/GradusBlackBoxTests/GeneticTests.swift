// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// The genetic algorithm over spaces of all kinds.
@Suite struct GeneticTests {
  private func run(
    _ problem: SearchProblem, answers: Int, seed: UInt64 = 1, _ f: (Vector) -> Outcomes
  ) throws -> Report<Vector> {
    let run = try Run(problem, by: GeneticAlgorithm(), seed: seed)
    for _ in 0..<answers {
      guard let ticket = try run.ask() else { break }
      let point = ticket.question.point
      #expect(problem.space.violation(of: point) == 0 && problem.knownViolation(of: point) == 0)
      try run.tell(ticket.number, answer: f(point))
    }
    return run.report
  }

  /// Cities on a circle: the shortest tour goes around.
  @Test func `orders are found`() throws {
    let n = 12
    let space = try SearchSpace([SpaceParameter("tour", .permutation(count: n))])
    // Cities are numbered at random around the circle.
    var random = RandomStream(seed: 5)
    let place = random.permutation(n)
    func length(_ tour: Vector) -> Double {
      (0..<n).reduce(0) { sum, k in
        let (a, b) = (place[Int(tour[k])], place[Int(tour[(k + 1) % n])])
        return sum + 2 * sin(.pi * Double(abs(a - b)) / Double(n))
      }
    }
    let shortest = 2 * Double(n) * sin(.pi / Double(n))
    let report = try run(SearchProblem(space), answers: 6000) { Outcomes(objectives: [length($0)]) }
    #expect(try #require(report.value) <= shortest * 1.0001)
  }

  @Test func `shares are found`() throws {
    let space = try SearchSpace([SpaceParameter("mix", .simplex(count: 4))])
    let wanted: Vector = [0.5, 0.3, 0.2, 0]
    let report = try run(SearchProblem(space), answers: 4000) { x in
      Outcomes(objectives: [(x - wanted).inner(x - wanted)])
    }
    #expect(try #require(report.value) < 1e-4)
  }

  /// A choice wakes up parameters of its own; the best lies in the branch that is worse on average.
  @Test func `choices with parameters of their own`() throws {
    let space = try SearchSpace([
      SpaceParameter("kind", .categorical(["\"a\"", "\"b\"", "\"c\""])),
      SpaceParameter("rate", .float(low: 1e-5, high: 1, scale: .logarithmic), when: [.init("kind", in: [0...0])]),
      SpaceParameter("depth", .integer(low: 1, high: 40), when: [.init("kind", in: [1...1])]),
      SpaceParameter("width", .float(low: 0, high: 1), when: [.init("kind", in: [1...1])]),
    ])
    let report = try run(SearchProblem(space), answers: 3000) { x in
      let value =
        switch x[0] {
        case 0: 1 + abs(log10(x[1]) + 3)
        case 1: abs(x[2] - 23) / 10 + 4 * abs(x[3] - 0.7)
        default: 1.5
        }
      return Outcomes(objectives: [value])
    }
    #expect(report.point[0] == 1 && report.point[2] == 23)
    #expect(try #require(report.value) < 0.02)
  }

  @Test func `constraints, known and learned`() throws {
    let space = try SearchSpace([
      SpaceParameter("x", .float(low: 0, high: 4)), SpaceParameter("k", .integer(low: 0, high: 9)),
    ])
    // Known x + k ≤ 8.5, learned x ≥ 1: of −x − 1.5k the best is at (1.5, 7).
    let problem = SearchProblem(space, constraints: 1, known: [.linear(coefficients: [1, 1], bound: 8.5)])
    let report = try run(problem, answers: 2000) { x in
      Outcomes(objectives: [-x[0] - 1.5 * x[1]], constraints: [1 - x[0]])
    }
    #expect(report.point[1] == 7 && abs(report.point[0] - 1.5) < 1e-2, "\(report.point)")
  }

  @Test func `spaces with few points end, and none is no trap`() throws {
    let small = try SearchSpace([SpaceParameter("c", .categorical(["1", "2", "3"]))])
    let report = try run(SearchProblem(small), answers: 500) { Outcomes(objectives: [$0[0]]) }
    #expect(report.value == 0)
    let forbidden = SearchProblem(small, known: [.forbidden([.init(0, 0...2)])])
    let run = try Run(forbidden, by: GeneticAlgorithm(), seed: 1)
    #expect(try run.ask() == nil)
    #expect(run.report.claim == .failed)
    #expect(throws: Unsuitable.self) {
      try GeneticAlgorithm().start(SearchProblem(small, objectives: 2), random: RandomStream(seed: 1))
    }
  }

  /// The best share is told before the first question; its children are asked about from the second generation on.
  @Test func `points from elsewhere become parents`() throws {
    let space = try SearchSpace([SpaceParameter("mix", .simplex(count: 6))])
    let wanted: Vector = [0.4, 0.3, 0.1, 0.1, 0.06, 0.04]
    func distance(_ x: Vector) -> Double { (x - wanted).inner(x - wanted) }
    func nearest(told: Bool) throws -> Double {
      let method = GeneticAlgorithm()
      var state = try method.start(SearchProblem(space), random: RandomStream(seed: 3))
      if told {
        method.tell(&state, Outcomes(objectives: [distance(wanted)]), to: EvaluateAll(point: wanted))
        method.tell(&state, Outcomes(objectives: [.nan]), to: EvaluateAll(point: space.middle))
        #expect(method.report(state).point == wanted)
      }
      var least = Double.infinity
      for _ in 0..<60 {
        let question = try #require(method.ask(&state))
        least = min(least, distance(question.point))
        method.tell(&state, Outcomes(objectives: [distance(question.point)]), to: question)
      }
      return least
    }
    #expect(try nearest(told: true) < 0.2 * nearest(told: false))
  }
}
