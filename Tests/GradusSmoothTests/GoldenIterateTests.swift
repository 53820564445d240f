// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

/// Against plain Python: `Tests/GoldenTests/Reference/smooth_methods.py`.
@Suite struct GoldenIterateTests {
  @Test func gradientDescent() throws {
    let golden = try Golden.load().gradientDescent
    let run = try drive(GradientDescent(), golden.start, .rosenbrock, limit: golden.asked.count)
    for (k, pair) in zip(run.asked, golden.asked).enumerated() {
      #expect(isClose(pair.0, pair.1, relative: 1e-11), "question \(k)")
    }
    #expect(run.asked.count == golden.asked.count)
  }

  @Test func directionsOfLBFGS() throws {
    let golden = try Golden.load().lbfgs
    let pairs = golden.pairs.map { LBFGS.Pair(step: $0.step, change: $0.change) }
    for (k, expected) in golden.directions.enumerated() {
      #expect(isClose(LBFGS.direction(Array(pairs.prefix(k + 1)), golden.gradient), expected, relative: 1e-12))
    }
    #expect(LBFGS.direction([], golden.gradient) == -golden.gradient)
  }

  @Test func levenbergMarquardt() throws {
    let golden = try Golden.load().levenbergMarquardt
    let fit = DecayFit(times: golden.times, values: golden.values)
    let run = fit.drive(LevenbergMarquardt(), golden.start, limit: golden.asked.count)
    #expect(run.asked.count == golden.asked.count)
    for (k, pair) in zip(run.asked, golden.asked).enumerated() {
      #expect(isClose(pair.0, pair.1, relative: 1e-9), "question \(k)")
    }
  }
}

/// a·exp(−bt) fitted to measurements.
struct DecayFit: Sendable {
  var times: [Double]
  var values: [Double]

  func residual(_ x: Vector) -> Vector {
    Vector(zip(times, values).map { x[0] * exp(-x[1] * $0) - $1 })
  }

  func jacobian(_ x: Vector) -> Vector {
    Vector(times.map { exp(-x[1] * $0) } + times.map { -x[0] * $0 * exp(-x[1] * $0) })
  }

  func drive(
    _ method: LevenbergMarquardt, _ start: Vector, limit: Int
  ) -> (report: Report<Vector>, asked: [Vector]) {
    var state = method.start(LeastSquares(start: start), random: RandomStream(seed: 1))
    var asked: [Vector] = []
    while asked.count < limit, let question = method.ask(&state) {
      switch question {
      case .linearize(let x):
        asked.append(x)
        let linear = LinearizedResidual(residual: residual(x), jacobian: jacobian(x))
        method.tell(&state, .linearized(linear), to: question)
      case .evaluate(let x):
        asked.append(x)
        method.tell(&state, .residual(residual(x)), to: question)
      default:
        Issue.record("unexpected question \(question.kind)")
        return (method.report(state), asked)
      }
    }
    return (method.report(state), asked)
  }
}
