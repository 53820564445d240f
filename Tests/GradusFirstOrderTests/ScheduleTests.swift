// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct ScheduleTests {
  @Test(arguments: Schedule.Shape.allCases)
  func everyShapeWarmsUpStaysInRangeAndIsSaved(_ shape: Schedule.Shape) throws {
    let schedule = Schedule(peak: 2, shape: shape, warmup: 10, steps: 110, floor: 0.1)
    #expect((1...10).allSatisfy { abs(schedule.rate(at: $0) - 0.2 * Double($0)) < 1e-15 })
    let rates = (10...110).map { schedule.rate(at: $0) }
    #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 }, "a rate never rises after the warm-up")
    if shape.needsLength { #expect(schedule.rate(at: 110) == schedule.rate(at: 100_000)) }
    #expect(try JSONDecoder().decode(Schedule.self, from: JSONEncoder().encode(schedule)) == schedule)
  }

  @Test func shapesAtTheirCorners() {
    let stable = Schedule(peak: 1, shape: .warmupStableDecay, steps: 100)
    #expect(stable.rate(at: 80) == 1)
    #expect(abs(stable.rate(at: 90) - 0.5) < 1e-12)
    #expect(abs(stable.rate(at: 100)) < 1e-15)
    let drops = Schedule(peak: 1, shape: .drops, steps: 90)
    #expect([1, 30, 31, 60, 61, 80, 81, 90].map { drops.rate(at: $0) } == [1, 1, 0.1, 0.1, 0.01, 0.01, 1e-3, 1e-3])
    #expect(Schedule(peak: 1, shape: .inverseRoot, warmup: 100).rate(at: 400) == 0.5)
    #expect(Schedule(peak: 1, shape: .inverse, warmup: 100).rate(at: 400) == 0.25)
    let table = Schedule(peak: 2, table: [1, 0.5, 0], steps: 101)
    #expect([1, 26, 51, 76, 101, 200].map { table.rate(at: $0) } == [2, 1.5, 1, 0.5, 0, 0])
  }

  @Test func constantNormsGiveLinearDecay() throws {
    for norm in ScheduleRefinement.Norm.allCases {
      let shares = try ScheduleRefinement(norm: norm).shares([Double](repeating: 3, count: 200))
      for t in 1...200 { #expect(abs(shares[t - 1] - (1 - Double(t) / 200) / (1 - 1.0 / 200)) < 1e-12) }
    }
  }

  @Test func normsThatFallGiveAWarmUp() throws {
    let falling = (1...400).map { 1 + 9 * exp(-Double($0) / 20) }
    let shares = try ScheduleRefinement().shares(falling)
    let top = try #require(shares.firstIndex(of: 1))
    #expect(top > 20 && top < 200, "the peak is behind a warm-up")
    #expect(shares[0] < 0.1)
    let steady = try ScheduleRefinement().shares([Double](repeating: 1, count: 400))
    #expect(steady[0] == 1, "without a fall there is none")
  }

  @Test func unusableNormsAreNamed() {
    let refinement = ScheduleRefinement()
    #expect(throws: ScheduleRefinement.Unusable.self) { try refinement.shares([1]) }
    #expect(throws: ScheduleRefinement.Unusable.self) { try refinement.shares([0, 0, 0]) }
    let bad = #expect(throws: ScheduleRefinement.Unusable.self) { try refinement.shares([1, .nan, 1]) }
    #expect(bad?.description == "the gradient norm of step 2 is nan; expected a number ≥ 0")
  }

  /// For logged norms the closed form is never worse than linear decay, each at its best peak.
  @Test(arguments: 0..<5)
  func theClosedFormBeatsLinearDecay(_ seed: UInt64) throws {
    var stream = RandomStream(seed: seed)
    let (fall, length) = (stream.uniform(1, 20), stream.uniform(5, 60))
    let norms = (1...300).map { (1 + fall * exp(-Double($0) / length)) * exp(0.1 * stream.normal()) }
    // The last step, of size 0, comes after the last iterate that the bound is about.
    let bound = ScheduleBound(norms: Array(norms.dropLast()))
    let shares = try ScheduleRefinement(window: 0).shares(norms).dropLast()
    let linear = (1...299).map { 1 - Double($0) / 300 }
    #expect(bound.best(multipleOf: Vector(Array(shares))).bound <= bound.best(multipleOf: Vector(linear)).bound)
  }

  @Test func theBoundHasItsGradient() throws {
    var stream = RandomStream(seed: 8)
    let bound = ScheduleBound(norms: (0..<12).map { _ in stream.uniform(0.5, 3) }, distance: 1.7)
    let at = Vector((0..<12).map { _ in stream.uniform(0.1, 1) })
    let gradient = try #require(try bound.immediateLinearization(at: at)).gradient
    for i in 0..<12 {
      var (a, b) = (at, at)
      a[i] += 1e-6
      b[i] -= 1e-6
      let (u, v) = (
        try #require(try bound.immediateLinearization(at: a)).value,
        try #require(try bound.immediateLinearization(at: b)).value
      )
      #expect(abs((u - v) / 2e-6 - gradient[i]) <= 1e-6 * max(1, abs(gradient[i])))
    }
    // From the definition, term by term.
    let (λ, g) = (at.elements, bound.norms)
    var value = 0.5 * 1.7 * 1.7 / λ.reduce(0, +)
    value += 0.5 * zip(λ, g).reduce(0) { $0 + $1.0 * $1.0 * $1.1 * $1.1 } / λ.reduce(0, +)
    for k in 0..<11 {
      let s = λ[k...].reduce(0, +)
      let tail = (k..<12).reduce(0.0) { $0 + λ[$1] * λ[$1] * g[$1] * g[$1] }
      value += 0.5 * λ[k] / (s * (s - λ[k])) * tail
    }
    #expect(abs(value - (try #require(try bound.immediateLinearization(at: at)).value)) < 1e-12 * value)
  }
}
