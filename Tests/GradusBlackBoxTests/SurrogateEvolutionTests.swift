// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct SurrogateEvolutionTests {
  private static var modeled: CMAES {
    var method = CMAES()
    method.surrogate = .quadratic
    return method
  }

  /// Two thirds of the evaluations of CMA-ES at most, as the median of five seeds.
  @Test(arguments: [Function.ellipsoid, .rosenbrock], [3, 8])
  func smoothFunctionsTakeFewerEvaluations(_ function: Function, _ n: Int) throws {
    let problem = BoxConstrained(.cube(-5, 5, n))
    func median(_ method: CMAES) throws -> Int {
      try (1...5 as ClosedRange<UInt64>).map { seed in
        let run = try drive(method, problem, seed: seed, limit: 20_000, until: 1e-9, function.f)
        return run.report.value.map { $0 <= 1e-9 } == true ? run.asked.count : .max
      }.sorted()[2]
    }
    #expect(try 3 * median(Self.modeled) <= 2 * median(CMAES()))
  }

  @Test func aQuadraticIsFoundAsSoonAsItIsKnown() throws {
    let n = 6
    let bowl: (Vector) -> Double = { x in
      x.indices.reduce(0) { $0 + Double($1 + 1) * (x[$1] - 1) * (x[$1] - 1) }
    }
    let run = try drive(Self.modeled, BoxConstrained(.cube(-5, 5, n)), limit: 200, until: 1e-12, bowl)
    #expect(run.asked.count <= 3 * (2 * n + 1))
    #expect(try #require(run.report.value) <= 1e-12)
  }

  @Test func failuresFlatnessAndNarrowBoxesAreLivedWith() throws {
    let problem = BoxConstrained(.cube(-5, 5, 4))
    let half = try drive(Self.modeled, problem, limit: 8_000, until: 1e-8) { x in
      x[0] + x[1] > 2.5 ? .nan : Function.rosenbrock.f(x)
    }
    #expect(try #require(half.report.value) <= 1e-8)
    let none = try drive(Self.modeled, problem, limit: 2_000) { _ in .nan }
    #expect(none.report.value == nil)
    var single = Self.modeled
    single.restarts = .none
    #expect(try drive(single, problem, limit: 10_000) { _ in 7 }.asked.count < 1_000)
    let box = Box(lower: [0, -3, 2, -1, 0], upper: [1, 4, 2, 5, 1e-3])
    let run = try drive(Self.modeled, BoxConstrained(box), limit: 3_000) {
      $0[0] - $0[1] + $0[2] + 2 * $0[3] - $0[4]
    }
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    #expect(run.report.point == [0, 4, 2, -1, 1e-3])
  }

  @Test func manyCoordinatesHaveModelsOfFewerTermsOrNone() throws {
    var method = Self.modeled
    method.separable = true
    let some = try drive(method, BoxConstrained(.cube(-5, 5, 40)), limit: 500, until: 1e-6) { x in
      x.elements.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
    }
    #expect(try #require(some.report.value) <= 1e-6)
    var plain = CMAES()
    plain.separable = true
    let many = BoxConstrained(.cube(-5, 5, 101))
    let (a, b) = try (drive(method, many, limit: 200) { $0.inner($0) }, drive(plain, many, limit: 200) { $0.inner($0) })
    #expect(a.asked == b.asked)
  }

  @Test func savedRunsGoOnBitForBit() throws {
    let problem = BoxConstrained(.cube(-5, 5, 4))
    var state = Self.modeled.start(problem, random: RandomStream(seed: 2))
    for k in 0..<400 {
      let question = try #require(Self.modeled.ask(&state))
      Self.modeled.tell(&state, Function.rastrigin.f(question.point), to: question)
      if k % 37 == 0 { state = try Coding.decode(CMAES.State.self, from: Coding.encode(state)) }
    }
    let straight = try drive(Self.modeled, problem, seed: 2, limit: 400, Function.rastrigin.f)
    #expect(Self.modeled.report(state).point == straight.report.point)
  }
}
