// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct DualAnnealingTests {
  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func jumpsLeaveLocalMinima(_ seed: UInt64) throws {
    let problem = BoxConstrained(.cube(-4, 5, 4))
    let run = try drive(DualAnnealing(), problem, seed: seed, limit: 30_000, until: 1e-8, Function.rastrigin.f)
    #expect(try #require(run.report.value) <= 1e-8)
    #expect(run.asked.allSatisfy { problem.domain.violation(of: $0) == 0 })
  }

  @Test func localSearchesMakeItExact() throws {
    let problem = BoxConstrained(.cube(-5, 5, 5))
    let bowl: (Vector) -> Double = { x in
      x.indices.reduce(0) { $0 + Double($1 + 1) * (x[$1] - 1) * (x[$1] - 1) }
    }
    let run = try drive(DualAnnealing(), problem, limit: 3_000, until: 1e-9, bowl)
    #expect(try #require(run.report.value) <= 1e-6)
    var rough = DualAnnealing()
    rough.local = false
    let without = try drive(rough, problem, limit: 3_000, bowl)
    #expect(try #require(without.report.value) > #require(run.report.value))
  }

  @Test func failuresNeverWinAndSmallBoxesWork() throws {
    let none = try drive(DualAnnealing(), BoxConstrained(.cube(-1, 1, 2)), limit: 3_000) { _ in .nan }
    #expect(none.report.value == nil)
    let flat = try drive(DualAnnealing(), BoxConstrained(.cube(-1, 1, 1)), limit: 3_000) { _ in 2 }
    #expect(flat.report.value == 2)
    let box = Box(lower: [1, 0], upper: [1, 3])
    let run = try drive(DualAnnealing(), BoxConstrained(box), limit: 500) { ($0[1] - 2) * ($0[1] - 2) }
    #expect(try #require(run.report.value) < 1e-6)
    #expect(throws: Unsuitable.self) {
      try DualAnnealing().start(BoxConstrained(Box(lower: [0], upper: [.infinity])), random: RandomStream(seed: 1))
    }
  }

  @Test func savedRunsGoOnBitForBit() throws {
    let method = DualAnnealing()
    var state = try method.start(BoxConstrained(.cube(-4, 5, 3)), random: RandomStream(seed: 2))
    for k in 0..<400 {
      let question = try #require(method.ask(&state))
      method.tell(&state, Function.rastrigin.f(question.point), to: question)
      if k % 37 == 0 { state = try Coding.decode(DualAnnealing.State.self, from: Coding.encode(state)) }
    }
    let straight = try drive(
      method, BoxConstrained(.cube(-4, 5, 3)), seed: 2, limit: 400, Function.rastrigin.f)
    #expect(method.report(state).point == straight.report.point)
  }
}
