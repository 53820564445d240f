// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct BoxDescentTests {
  @Test func withoutBoundsItMinimizesRosenbrock() throws {
    let start = Vector((0..<20).map { $0 % 2 == 0 ? -1.2 : 1 })
    let run = try minimize(.rosenbrock, BoxConstrained(.all(20), start: start), limit: 2_000)
    #expect(run.report.claim == .stationary)
    #expect(try #require(run.report.value) < 1e-20)
    #expect(run.answers < 500)
  }

  /// min Σ wᵢ(xᵢ − 1)² over a box has the solution P(1), where every second variable is free.
  @Test(arguments: [1.0, 1e3, 1e6])
  func separableQuadraticsEndAtTheProjection(_ condition: Double) throws {
    let n = 50
    let upper = Vector((0..<n).map { $0 % 2 == 0 ? 0.5 : 3 })
    let box = Box(lower: .zeros(n), upper: upper)
    let run = try minimize(.ellipsoid(condition: condition), BoxConstrained(box), limit: 5_000)
    #expect(
      isClose(
        run.report.point, box.projection(of: Vector(repeating: 1, count: n)), relative: condition > 1e5 ? 1e-4 : 1e-6))
    #expect(run.report.claim == .stationary)
  }

  /// A coupled quadratic with half of its bounds active, against projected conditions written out here.
  @Test func coupledQuadraticsMeetTheProjectedConditions() throws {
    let n = 40
    let f = Smooth(
      value: { x in
        (0..<n).reduce(0.0) { sum, i in
          let next = i + 1 < n ? x[i] - x[i + 1] : 0
          return sum + 0.05 * x[i] * x[i] + 2 * next * next - (i % 3 == 0 ? 3.0 : -1) * x[i]
        }
      },
      gradient: { x in
        Vector(
          (0..<n).map { i in
            let left = i > 0 ? 4 * (x[i] - x[i - 1]) : 0
            let right = i + 1 < n ? 4 * (x[i] - x[i + 1]) : 0
            return 0.1 * x[i] + left + right - (i % 3 == 0 ? 3.0 : -1)
          })
      })
    let box = Box(
      lower: Vector((0..<n).map { $0 % 4 == 0 ? 1 : -2 }), upper: Vector((0..<n).map { $0 % 5 == 0 ? 1.5 : 4 }))
    let run = try minimize(f, BoxConstrained(box), limit: 1_000)
    let (x, g) = (run.report.point, f.gradient(run.report.point))
    var active = 0
    for i in 0..<n {
      if x[i] == box.lower[i] {
        #expect(g[i] > -1e-7)
      } else if x[i] == box.upper[i] {
        #expect(g[i] < 1e-7)
      } else {
        #expect(abs(g[i]) < 1e-6)
      }
      if x[i] == box.lower[i] || x[i] == box.upper[i] { active += 1 }
    }
    #expect(active > 5 && active < n)
  }

  @Test func aBoundKeepsAwayFromTheWall() throws {
    let run = try minimize(.wall, BoxConstrained(Box(lower: [2], upper: [.infinity]), start: [100]), limit: 200)
    #expect(run.report.point == [2])
    #expect(run.report.claim == .stationary)
  }

  @Test func fixedVariablesStay() throws {
    let box = Box(lower: [0.5, -5, -5], upper: [0.5, 5, 5])
    let run = try minimize(.rosenbrock, BoxConstrained(box, start: [3, -1.2, 1]), limit: 500)
    #expect(run.report.point[0] == 0.5)
    #expect(run.answers < 100)
    #expect(run.report.claim == .stationary)
    let all = try minimize(.rosenbrock, BoxConstrained(Box(lower: [2, 2], upper: [2, 2])), limit: 10)
    #expect(all.report.claim == .stationary)
    #expect(all.answers == 1)
  }

  @Test func unboundedIsClaimed() throws {
    let line = Smooth(value: { -$0[0] * $0[0] }, gradient: { [-2 * $0[0]] })
    let run = try minimize(line, BoxConstrained(Box(lower: [1], upper: [.infinity])), limit: 1_000)
    #expect(run.report.claim == .unbounded)
  }

  @Test func boundsWithoutRoomAreRefused() {
    #expect(throws: Unsuitable.self) {
      try minimize(.rosenbrock, BoxConstrained(Box(lower: [1, 0], upper: [0, 1])), limit: 1)
    }
  }

  private func minimize(
    _ f: Smooth, _ problem: BoxConstrained, limit: Int
  ) throws -> (report: Report<Vector>, answers: Int) {
    let method = LBFGSB()
    var state = try method.start(problem, random: RandomStream(seed: 1))
    var answers = 0
    while answers < limit, let question = method.ask(&state) {
      answers += 1
      #expect(problem.domain.violation(of: question.point) == 0)
      method.tell(&state, f.linearize(question.point), to: question)
    }
    return (method.report(state), answers)
  }
}
