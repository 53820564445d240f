// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct ModelTrustRegionTests {
  /// Σ i·(xᵢ − 1/i)² + x₁x₂: not a sum of functions of one number.
  static let bowl = Function { x in
    x.indices.reduce(0.0) { sum, i in
      let t = x[i] - 1 / Double(i + 1)
      return sum + Double(i + 1) * t * t
    } + (x.count > 1 ? x[0] * x[1] : 0)
  }

  @Test(arguments: [1, 2, 5, 20])
  func aQuadraticIsSolvedInFewSteps(_ n: Int) throws {
    let run = try drive(
      ModelTrustRegion(), BoxConstrained(.cube(-5, 5, n)), limit: 20 * n + 40, Self.bowl.f)
    let exact =
      n == 1 ? 0 : try drive(CMAES(), BoxConstrained(.cube(-5, 5, n)), limit: 400 * n * n, Self.bowl.f).report.value
    #expect(try abs(#require(run.report.value) - #require(exact)) < 1e-8)
  }

  @Test func curvedValleysAreFollowed() throws {
    for n in [2, 5] {
      let run = try drive(
        ModelTrustRegion(), BoxConstrained(.cube(-5, 5, n), start: Vector(repeating: -1, count: n)), limit: 300 * n,
        until: 1e-10, Function.rosenbrock.f)
      #expect(try #require(run.report.value) <= 1e-8)
    }
  }

  @Test func theWholeQuadraticMayBeInterpolated() throws {
    var method = ModelTrustRegion()
    method.extra = 10
    let problem = BoxConstrained(.cube(-5, 5, 5), start: Vector(repeating: 0.5, count: 5))
    let run = try drive(method, problem, limit: 1_000, until: 1e-8, Function.rosenbrock.f)
    #expect(try #require(run.report.value) <= 1e-8)
  }

  @Test func cornersAndFixedCoordinatesAreReached() throws {
    let box = Box(lower: [0, -3, 2, -1, 0], upper: [1, 4, 2, 5, 1e-3])
    let run = try drive(ModelTrustRegion(), BoxConstrained(box), limit: 300) {
      $0[0] - $0[1] + $0[2] + 2 * $0[3] - $0[4]
    }
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    #expect(run.report.point == [0, 4, 2, -1, 1e-3])
    let point = Box(lower: [1, 2], upper: [1, 2])
    #expect(try drive(ModelTrustRegion(), BoxConstrained(point), limit: 10) { $0[0] }.report.value == 1)
  }

  @Test func startsAtABoundAndWithoutBoundsWork() throws {
    let run = try drive(
      ModelTrustRegion(), BoxConstrained(.cube(-5, 5, 3), start: [5, -5, 4.8]), limit: 200, Self.bowl.f)
    let inside = try drive(ModelTrustRegion(), BoxConstrained(.cube(-5, 5, 3)), limit: 200, Self.bowl.f)
    #expect(try abs(#require(run.report.value) - #require(inside.report.value)) < 1e-9)
    let free = Box(lower: [-.infinity, 0.5], upper: [.infinity, .infinity])
    let found = try drive(ModelTrustRegion(), BoxConstrained(free, start: [300, 2]), limit: 400) { $0.inner($0) }
    #expect(try #require(found.report.value) <= 0.25 + 1e-8)
  }

  @Test func failuresNeverWinAndFlatFunctionsEnd() throws {
    let box = BoxConstrained(.cube(-5, 5, 4))
    let half = try drive(ModelTrustRegion(), box, limit: 2_000) { x in x[0] + x[1] > 1 ? .nan : Self.bowl.f(x) }
    #expect(try #require(half.report.value).isFinite)
    #expect(half.asked.allSatisfy { $0.isFinite })
    let none = try drive(ModelTrustRegion(), box, limit: 3_000) { _ in .nan }
    #expect(none.report.value == nil && none.report.claim == .failed && none.report.point.isFinite)
    let flat = try drive(ModelTrustRegion(), box, limit: 3_000) { _ in 7 }
    #expect(flat.asked.count < 200 && flat.report.claim == .stalled)
    let wild = try drive(ModelTrustRegion(), box, limit: 2_000) { x in x[0] > 0 ? 1e300 : -.infinity }
    #expect(wild.report.point.isFinite)
  }

  @Test func aThousandCoordinatesFit() throws {
    let run = try drive(ModelTrustRegion(), BoxConstrained(.cube(-5, 5, 1_000)), limit: 2_010) { x in
      x.elements.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
    }
    #expect(try #require(run.report.value) < 1e-3)
  }

  @Test func savedRunsGoOnBitForBit() throws {
    let method = ModelTrustRegion()
    var state = method.start(BoxConstrained(.cube(-5, 5, 4)), random: RandomStream(seed: 1))
    for _ in 0..<40 {
      guard let question = method.ask(&state) else { break }
      method.tell(&state, Function.rosenbrock.f(question.point), to: question)
    }
    var other = try Coding.decode(ModelTrustRegion.State.self, from: Coding.encode(state))
    for _ in 0..<40 {
      guard let a = method.ask(&state), let b = method.ask(&other) else { break }
      #expect(a.point == b.point)
      method.tell(&state, Function.rosenbrock.f(a.point), to: a)
      method.tell(&other, Function.rosenbrock.f(b.point), to: b)
    }
  }
}
