// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct ConvergenceTests {
  @Test func lbfgsEndsByItselfAtRoundingLevel() throws {
    let start = Vector((0..<20).map { $0 % 2 == 0 ? -1.2 : 1 })
    let run = try drive(LBFGS(), start, .rosenbrock, limit: 5_000)
    #expect(run.asked.count < 500)
    #expect(run.report.claim == .stationary)
    #expect(try #require(run.report.value) < 1e-20)
  }

  @Test(arguments: [0.0, 1, 1e6])
  func lbfgsEndsWhereTheValueHidesTheLastSteps(_ offset: Double) throws {
    let run = try drive(
      LBFGS(), Vector(repeating: 3, count: 10), .ellipsoid(condition: 1e4, offset: offset), limit: 5_000)
    #expect(run.asked.count < 1_000)
    #expect(run.report.claim != nil)
    #expect(try #require(run.report.value) <= offset + 1e-9 * max(1, offset))
  }

  @Test func methodsStayAwayFromAWall() throws {
    let descent = try drive(GradientDescent(), [100], .wall, limit: 5_000)
    #expect(abs(descent.report.point[0] - 1) < 1e-5)
    let quasi = try drive(LBFGS(), [100], .wall, limit: 500)
    #expect(abs(quasi.report.point[0] - 1) < 1e-7)
    #expect(quasi.report.claim == .stationary)
  }

  @Test func aUselessStartIsAFailure() throws {
    let descent = try drive(GradientDescent(), [-1], .wall, limit: 10)
    #expect(descent.report.claim == .failed)
    #expect(descent.report.value == nil)
    #expect(descent.asked.count == 1)
    let quasi = try drive(LBFGS(), [-1], .wall, limit: 10)
    #expect(quasi.report.claim == .failed)
    #expect(quasi.asked.count == 1)
  }

  @Test func aStationaryStartIsSaidSo() throws {
    let saddle = Smooth(value: { $0[0] * $0[0] - $0[1] * $0[1] }, gradient: { [2 * $0[0], -2 * $0[1]] })
    #expect(try drive(GradientDescent(), [0, 0], saddle, limit: 10).report.claim == .stationary)
    #expect(try drive(LBFGS(), [0, 0], saddle, limit: 10).report.claim == .stationary)
    #expect(newton(saddle, [0, 0], limit: 10).report.claim == .stationary)
  }

  @Test func newtonIsSuperlinear() throws {
    let run = newton(.rosenbrock, [-1.2, 1], limit: 300)
    #expect(run.report.claim == .stationary)
    #expect(try #require(run.report.value) < 1e-20)
    let flat = newton(.ellipsoid(condition: 1e6, offset: 1), Vector(repeating: 3, count: 10), limit: 1_000)
    #expect(flat.report.claim == .stationary)
    #expect(try #require(flat.report.value) == 1)
  }

  @Test func newtonLeavesASaddleAlongNegativeCurvature() {
    // x² + (y² − 1)², near the saddle at the origin.
    let wells = Smooth(
      value: { $0[0] * $0[0] + ($0[1] * $0[1] - 1) * ($0[1] * $0[1] - 1) },
      gradient: { [2 * $0[0], 4 * $0[1] * ($0[1] * $0[1] - 1)] })
    let run = newton(wells, [1, 1e-8], limit: 200)
    #expect(abs(abs(run.report.point[1]) - 1) < 1e-8)
  }

  @Test func leastSquaresFits() throws {
    let times = (0..<12).map { 0.4 * Double($0) }
    let fit = DecayFit(times: times, values: times.map { 2.5 * exp(-0.7 * $0) })
    let run = fit.drive(LevenbergMarquardt(), [1, 3], limit: 200)
    #expect(isClose(run.report.point, [2.5, 0.7], relative: 1e-10))
    #expect(run.report.claim == .stationary)
    #expect(run.asked.count < 60)
  }

  @Test func leastSquaresRejectsWhatIsNotFinite() throws {
    // The first trials overflow: exp(−bt) with a large negative b.
    let fit = DecayFit(times: [0, 1, 2, 400], values: [1, 0.5, 0.25, 0])
    let run = fit.drive(LevenbergMarquardt(damping: 1e-12), [1, 8], limit: 2_000)
    #expect(run.report.value?.isFinite == true)
    #expect(run.report.point.isFinite)
    #expect(try #require(run.report.value) < 0.5)
  }

  private func newton(_ f: Smooth, _ start: Vector, limit: Int) -> (report: Report<Vector>, answers: Int) {
    let method = TrustRegionNewton()
    var state = method.start(Unconstrained(start: start), random: RandomStream(seed: 1))
    var answers = 0
    while answers < limit, let question = method.ask(&state) {
      answers += 1
      switch question {
      case .linearize(let x): method.tell(&state, .linearization(f.linearize(x)), to: question)
      case .product(let x, let d): method.tell(&state, .product(f.product(x, d)), to: question)
      }
    }
    return (method.report(state), answers)
  }
}

extension LevenbergMarquardt {
  fileprivate init(damping: Double) {
    self.init()
    self.damping = damping
  }
}
