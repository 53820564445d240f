// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct CMAESTests {
  /// Values made by `Tests/GoldenTests/Reference/cma_es.py`.
  struct Golden: Decodable {
    struct Generation: Decodable { var points: [Vector] }
    var dimension: Int
    var seed: UInt64
    var lower: Double
    var upper: Double
    var generations: [Generation]
  }

  @Test func firstGenerationsAgreeWithTheReference() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: goldenFile("cma-es.json")))
    let problem = BoxConstrained(.cube(golden.lower, golden.upper, golden.dimension))
    let expected = golden.generations.flatMap(\.points)
    var method = CMAES()
    method.orthogonal = false
    let run = try drive(method, problem, seed: golden.seed, limit: expected.count, Function.rosenbrock.f)
    for (k, pair) in zip(run.asked, expected).enumerated() {
      #expect((pair.0 - pair.1).norm <= 1e-9 * max(1, pair.1.norm), "point \(k)")
    }
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func convergesOnIllConditionedFunctions(_ seed: UInt64) throws {
    let problem = BoxConstrained(.cube(-5, 5, 10))
    let ellipsoid = try drive(CMAES(), problem, seed: seed, limit: 8_000, until: 1e-10, Function.ellipsoid.f)
    #expect(try #require(ellipsoid.report.value) <= 1e-10)
    let valley = try drive(CMAES(), problem, seed: seed, limit: 30_000, until: 1e-10, Function.rosenbrock.f)
    #expect(try #require(valley.report.value) <= 1e-10)
  }

  @Test(arguments: [RestartPolicy.ipop, .bipop])
  func restartsLeaveLocalMinima(_ policy: RestartPolicy) throws {
    var method = CMAES()
    method.restarts = policy
    let run = try drive(method, BoxConstrained(.cube(-5, 5, 4)), limit: 60_000, until: 1e-9, Function.rastrigin.f)
    #expect(try #require(run.report.value) <= 1e-9)
  }

  @Test func withoutRestartsTheRunEnds() throws {
    var method = CMAES()
    method.restarts = .none
    let run = try drive(method, BoxConstrained(.cube(-5, 5, 3)), limit: 20_000, Function.rosenbrock.f)
    #expect(run.asked.count < 5_000)
    #expect(run.report.claim == .stalled)
    #expect(try #require(run.report.value) < 1e-10)
  }

  @Test func findsACornerWithoutLeavingTheBox() throws {
    let box = Box(lower: [0, -3, 2, -1, 0], upper: [1, 4, 2, 5, 1e-3])
    let run = try drive(CMAES(), BoxConstrained(box), limit: 3_000) { $0[0] - $0[1] + $0[2] + 2 * $0[3] - $0[4] }
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    #expect(run.report.point == [0, 4, 2, -1, 1e-3])
  }

  @Test func worksOnUnboundedAndHalfBoundedSpace() throws {
    let box = Box(lower: [-.infinity, 0.5, -.infinity], upper: [.infinity, .infinity, .infinity])
    let problem = BoxConstrained(box, start: [30, 2, -7])
    let run = try drive(CMAES(), problem, limit: 4_000, until: 0.25 + 1e-10) { $0.inner($0) }
    #expect(try #require(run.report.value) <= 0.25 + 1e-10)
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
  }

  @Test func onlyRanksMatter() throws {
    let problem = BoxConstrained(.cube(-5, 5, 5))
    let plain = try drive(CMAES(), problem, limit: 1_000, Function.ellipsoid.f)
    let bent = try drive(CMAES(), problem, limit: 1_000) { exp(0.1 * log(Function.ellipsoid.f($0))) * 1_000 }
    #expect(plain.asked == bent.asked)
  }

  @Test func allWidthsGiveTheSameBits() async throws {
    let problem = BoxConstrained(.cube(-5, 5, 6))
    var values: [Vector] = []
    for width in [1, 3, 16] {
      let run = try Run(problem, by: CMAES(), asking: Function.rosenbrock, seed: 9)
      values.append(try await run.finish(until: .answers(1_500), width: width).report.point)
    }
    #expect(values[0] == values[1])
    #expect(values[0] == values[2])
  }

  @Test func answersMayComeInAnyOrderWithinAGeneration() throws {
    let method = CMAES()
    let problem = BoxConstrained(.cube(-5, 5, 4))
    var ordered = method.start(problem, random: RandomStream(seed: 3))
    var shuffled = ordered
    var random = RandomStream(seed: 8)
    for _ in 0..<30 {
      var questions: [Evaluate<Vector>] = []
      while let question = method.ask(&ordered) {
        questions.append(question)
        #expect(method.ask(&shuffled)?.point == question.point)
      }
      #expect(questions.count >= 8)
      for question in questions { method.tell(&ordered, Function.rosenbrock.f(question.point), to: question) }
      for k in random.permutation(questions.count) {
        method.tell(&shuffled, Function.rosenbrock.f(questions[k].point), to: questions[k])
      }
    }
    #expect(method.report(ordered).point == method.report(shuffled).point)
  }

  @Test func failuresNeverWin() throws {
    let problem = BoxConstrained(.cube(-5, 5, 4))
    var k = 0
    let some = try drive(CMAES(), problem, limit: 6_000, until: 1e-10) { x in
      k += 1
      return k % 5 == 0 ? (k % 2 == 0 ? .nan : -.infinity) : Function.rosenbrock.f(x)
    }
    #expect(try #require(some.report.value) >= 0)
    let half = try drive(CMAES(), problem, limit: 8_000, until: 1e-10) { x in
      x[0] + x[1] > 2.5 ? .nan : Function.rosenbrock.f(x)
    }
    #expect(try #require(half.report.value) <= 1e-8)
    let none = try drive(CMAES(), problem, limit: 3_000) { _ in .nan }
    #expect(none.report.value == nil)
    #expect(none.report.point.isFinite)
  }

  @Test func aFlatFunctionIsNotSearchedForever() throws {
    var method = CMAES()
    method.restarts = .none
    let run = try drive(method, BoxConstrained(.cube(-5, 5, 4)), limit: 10_000) { _ in 7 }
    #expect(run.asked.count < 200)
    #expect(run.report.value == 7)
  }

  @Test func orthogonalDirectionsAreOrthogonalInGroups() throws {
    var method = CMAES()
    method.orthogonal = true
    method.population = 10
    method.sigma = 0.01
    // C is the identity in the first generation, whose points lie well inside this box.
    let run = try drive(method, BoxConstrained(.cube(-500, 500, 4), start: .zeros(4)), limit: 10) { $0.inner($0) }
    var plainMethod = method
    plainMethod.orthogonal = false
    let plain = try drive(plainMethod, BoxConstrained(.cube(-500, 500, 4), start: .zeros(4)), limit: 10) {
      $0.inner($0)
    }
    for k in 0..<10 {
      #expect(abs(run.asked[k].norm - plain.asked[k].norm) <= 1e-9 * plain.asked[k].norm)
      for j in (k / 4 * 4)..<k {
        #expect(abs(run.asked[k].inner(run.asked[j])) <= 1e-9 * run.asked[k].norm * run.asked[j].norm)
      }
    }
  }
}
