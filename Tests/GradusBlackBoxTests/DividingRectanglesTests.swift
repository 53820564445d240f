// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct DividingRectanglesTests {
  @Test func theFirstPointsAreThoseOfThePaper() throws {
    let run = try drive(DividingRectangles(), BoxConstrained(.cube(0, 1, 2)), limit: 5) { $0[0] + 2 * $0[1] }
    let expected: [Vector] = [[0.5, 0.5], [5.0 / 6, 0.5], [1.0 / 6, 0.5], [0.5, 5.0 / 6], [0.5, 1.0 / 6]]
    for (a, b) in zip(run.asked, expected) { #expect((a - b).norm < 1e-15) }
  }

  @Test(arguments: [1, 2, 3])
  func minimaAmongManyAreFound(_ n: Int) throws {
    let run = try drive(
      DividingRectangles(), BoxConstrained(.cube(-4, 5, n)), limit: 3_000 * n, until: 1e-3, Function.rastrigin.f)
    #expect(try #require(run.report.value) <= 1e-3)
    #expect(Set(run.asked).count == run.asked.count, "no point twice")
  }

  @Test func pointsBecomeDense() throws {
    let run = try drive(DividingRectangles(), BoxConstrained(.cube(0, 1, 2)), limit: 2_000) { _ in 1 }
    for cell in 0..<100 {
      let (x, y) = (Double(cell % 10) / 10, Double(cell / 10) / 10)
      #expect(run.asked.contains { $0[0] >= x && $0[0] <= x + 0.1 && $0[1] >= y && $0[1] <= y + 0.1 })
    }
  }

  @Test func failuresAndFixedCoordinatesAreSurvived() throws {
    let none = try drive(DividingRectangles(), BoxConstrained(.cube(-1, 1, 2)), limit: 500) { _ in .nan }
    #expect(none.report.value == nil)
    let half = try drive(DividingRectangles(), BoxConstrained(.cube(-4, 5, 2)), limit: 3_000) { x in
      x[0] > 2 ? .nan : Function.rastrigin.f(x)
    }
    #expect(try #require(half.report.value) < 1e-2)
    let box = Box(lower: [1, 0], upper: [1, 3])
    let run = try drive(DividingRectangles(), BoxConstrained(box), limit: 60) { abs($0[1] - 2) }
    #expect(try #require(run.report.value) < 0.1)
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    #expect(throws: Unsuitable.self) {
      try DividingRectangles().start(
        BoxConstrained(Box(lower: [0], upper: [.infinity])), random: RandomStream(seed: 1))
    }
  }

  @Test func aThousandCoordinatesFitAndRunsGoOn() throws {
    let method = DividingRectangles()
    let large = try drive(method, BoxConstrained(.cube(-5, 4, 1_000)), limit: 2_500) { $0.inner($0) }
    #expect(try #require(large.report.value) <= 250)
    var state = try method.start(BoxConstrained(.cube(-4, 5, 2)), random: RandomStream(seed: 1))
    for _ in 0..<77 {
      guard let question = method.ask(&state) else { break }
      method.tell(&state, Function.rastrigin.f(question.point), to: question)
    }
    var other = try Coding.decode(DividingRectangles.State.self, from: Coding.encode(state))
    for _ in 0..<100 {
      let question = try #require(method.ask(&state))
      #expect(method.ask(&other)?.point == question.point)
      method.tell(&state, Function.rastrigin.f(question.point), to: question)
      method.tell(&other, Function.rastrigin.f(question.point), to: question)
    }
  }
}
