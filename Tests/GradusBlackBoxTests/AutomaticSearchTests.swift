// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct AutomaticSearchTests {
  private func run(
    _ problem: BoxConstrained, _ method: AutomaticSearch = AutomaticSearch(), limit: Int, until target: Double? = nil,
    _ f: (Vector) -> Double
  ) throws -> (state: AutomaticSearch.State, asked: [Vector]) {
    var state = method.start(problem, random: RandomStream(seed: 1))
    var asked: [Vector] = []
    while asked.count < limit, let question = method.ask(&state) {
      asked.append(question.point)
      let value = f(question.point)
      method.tell(&state, value, to: question)
      if let target, value <= target { break }
    }
    return (state, asked)
  }

  @Test(arguments: [1, 2, 5, 20])
  func sumsAreSeenAndSearchedAxisByAxis(_ n: Int) throws {
    let (state, asked) = try run(
      BoxConstrained(.cube(-4, 5, n)), limit: 150 * n, until: 1e-8, Function.rastrigin.f)
    #expect(asked.count < 150 * n)
    #expect(n == 1 || state.reasons.contains { $0.contains("is a sum") })
  }

  @Test func smoothValleysAreDescended() throws {
    for n in [2, 10] {
      let (state, asked) = try run(
        BoxConstrained(.cube(-5, 5, n)), limit: 200 * n, until: 1e-8, Function.rosenbrock.f)
      #expect(asked.count < 200 * n, "n = \(n)")
      #expect(!state.reasons.contains { $0.contains("is a sum") })
    }
  }

  @Test func roughFunctionsAreLeftToEvolution() throws {
    // |x|^½ of rotated coordinates: no slope is of use.
    let (state, _) = try run(BoxConstrained(.cube(-5, 5, 4)), limit: 8_000, until: 1e-4) { x in
      x.indices.reduce(0) { $0 + abs(x[$1] - 1 + 0.5 * x[($1 + 1) % 4]).squareRoot() }
    }
    #expect(state.reasons.contains { $0.contains("CMA-ES") })
    #expect(try #require(AutomaticSearch().report(state).value) < 0.1)
  }

  @Test func whatIsToldDecidesTheBeginning() throws {
    let box = BoxConstrained(.cube(-5, 5, 6))
    for (name, change) in [
      ("noisy", { $0.noisy = true }), ("same time", { $0.parallel = 8 }), ("budget", { $0.budget = 10 }),
    ] as [(String, (inout AutomaticSearch) -> Void)] {
      var method = AutomaticSearch()
      change(&method)
      let (state, _) = try run(box, method, limit: 20, Function.ellipsoid.f)
      #expect(state.reasons.first?.contains(name) == true)
    }
    var noisy = AutomaticSearch()
    noisy.noisy = true
    let (state, _) = try run(box, noisy, limit: 3_000, Function.ellipsoid.f)
    #expect(noisy.report(state).value == nil)
  }

  @Test(arguments: [1, 4])
  func failuresAndFlatFunctionsAreSurvived(_ n: Int) throws {
    let box = BoxConstrained(.cube(-5, 5, n))
    let none = try run(box, limit: 2_000) { _ in .nan }
    #expect(AutomaticSearch().report(none.state).value == nil)
    let flat = try run(box, limit: 2_000) { _ in 7 }
    #expect(AutomaticSearch().report(flat.state).value == 7)
    let half = try run(box, limit: 4_000, until: 1e-6) { x in x[0] < -1 ? .nan : Function.rastrigin.f(x) }
    #expect(try #require(AutomaticSearch().report(half.state).value) <= 1e-6)
    #expect(half.asked.allSatisfy { box.domain.violation(of: $0) == 0 })
  }

  @Test func fixedAndUnboundedCoordinatesWork() throws {
    let box = Box(lower: [-.infinity, 2, -1], upper: [.infinity, 2, 1])
    let (state, asked) = try run(BoxConstrained(box, start: [30, 2, 0]), limit: 500, until: 4 + 1e-9) {
      $0.inner($0) + 0.1 * $0[0] * $0[2]
    }
    #expect(try #require(AutomaticSearch().report(state).value) <= 4 + 1e-9)
    #expect(asked.allSatisfy { box.violation(of: $0) == 0 })
    let point = try run(BoxConstrained(Box(lower: [1], upper: [1])), limit: 10) { $0[0] }
    #expect(AutomaticSearch().report(point.state).claim == .exhausted)
  }

  @Test func aThousandCoordinatesDescend() throws {
    let (state, _) = try run(BoxConstrained(.cube(-5, 5, 1_000)), limit: 4_100) { x in
      x.indices.reduce(0) { $0 + Double($1 % 3 + 1) * (x[$1] - 1) * (x[$1] - 1) } + x[0] * x[1]
    }
    #expect(try #require(AutomaticSearch().report(state).value) < 100)
  }

  @Test func savedRunsGoOnBitForBit() throws {
    let method = AutomaticSearch()
    let functions: [Function] = [.rosenbrock, .rastrigin, Function { x in abs(x[0] + x[1]) + abs(x[2] - x[0]) }]
    for function in functions {
      for stop in [3, 30, 200, 900] {
        var (state, _) = try run(BoxConstrained(.cube(-5, 5, 3)), method, limit: stop, function.f)
        var other = try Coding.decode(AutomaticSearch.State.self, from: Coding.encode(state))
        for _ in 0..<60 {
          guard let a = method.ask(&state) else {
            #expect(method.ask(&other) == nil)
            break
          }
          #expect(method.ask(&other)?.point == a.point)
          method.tell(&state, function.f(a.point), to: a)
          method.tell(&other, function.f(a.point), to: a)
        }
      }
    }
  }
}
