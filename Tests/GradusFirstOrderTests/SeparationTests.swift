// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct SeparationTests {
  /// One point (½, −1) of class 1, n − 1 points (−½, −1) of class −1.
  private static func worstCase(_ n: Int) -> LinearSeparation {
    LinearSeparation(
      points: [Vector([0.5, -1])] + [Vector](repeating: Vector([-0.5, -1]), count: n - 1),
      labels: [1] + [Double](repeating: -1, count: n - 1))
  }

  private func steps(_ n: Int, normalized: Bool) async throws -> Int {
    let problem = Self.worstCase(n)
    let method = NormalizedLogisticDescent(step: 100, isNormalized: normalized)
    let run = try Run(problem, by: method, asking: problem)
    let solution = try await run.finish(until: .answers(10_000))
    #expect(solution.status == .optimal)
    #expect(solution.verdict.certificate.verified)
    return run.state.step
  }

  @Test func normalizingFreesFromTheNumberOfPoints() async throws {
    #expect(try await steps(100, normalized: true) <= 5)
    #expect(try await steps(1000, normalized: true) <= 5)
    let (few, many) = (try await steps(100, normalized: false), try await steps(1000, normalized: false))
    #expect(few >= 20 && many >= 100 && many > 5 * few)
  }

  /// θ/γ of the plain form follows the batch perceptron for γ → ∞, whose first step weighs ½.
  @Test func hugeStepsAreTheBatchPerceptron() throws {
    var stream = RandomStream(seed: 6)
    let points = (0..<40).map { _ in Vector([stream.normal(), stream.normal(), stream.normal() + 0.3]) }
    let labels = points.map { $0[0] + 0.4 * $0[1] > 0 ? 1.0 : -1 }
    let problem = LinearSeparation(points: points, labels: labels)
    let method = NormalizedLogisticDescent(step: 1e8, isNormalized: false)
    var state = method.start(problem, random: RandomStream(seed: 0))
    var perceptron = Vector.zeros(3)
    for step in 0..<200 {
      guard let question = method.ask(&state) else { break }
      let answer = try #require(try problem.immediateMargins(at: question.point))
      if answer.misclassified == 0 { break }
      method.tell(&state, answer, to: question)
      var sum = Vector.zeros(3)
      for i in points.indices where step == 0 || problem.margin(i, perceptron) <= 0 {
        sum = sum + (step == 0 ? 0.5 : 1) * labels[i] * points[i]
      }
      perceptron = perceptron + (1 / 40.0) * sum
      let scaled = 1e-8 * method.report(state).point
      #expect((scaled - perceptron).norm <= 1e-6)
    }
    #expect(points.indices.allSatisfy { problem.margin($0, perceptron) > 0 }, "the data were separated on the way")
  }

  @Test func theBoundHolds() async throws {
    for seed in 0..<10 as Range<UInt64> {
      var stream = RandomStream(seed: seed)
      let normal = Vector([0.6, 0.8])
      var (points, labels): ([Vector], [Double]) = ([], [])
      while points.count < 60 {
        let point = Vector([stream.uniform(-1, 1), stream.uniform(-1, 1)])
        guard abs(point.inner(normal)) > 0.1 else { continue }
        points.append(point)
        labels.append(point.inner(normal) > 0 ? 1 : -1)
      }
      let problem = LinearSeparation(points: points, labels: labels)
      let (radius, margin) = (
        points.map(\.norm).max() ?? 0, points.map { abs($0.inner(normal)) }.min() ?? 1
      )
      let run = try Run(problem, by: NormalizedLogisticDescent(step: 10), asking: problem)
      _ = try await run.finish(until: .answers(100_000))
      let bound = radius * radius / (margin * margin) + 2 * log(119) / (10 * margin * margin)
      #expect(Double(run.state.step) <= bound)
    }
  }

  @Test func pointsThatNothingSeparatesAreNotCalledSeparated() async throws {
    let problem = LinearSeparation(points: [Vector([1, 0]), Vector([1, 0])], labels: [1, -1])
    let run = try Run(problem, by: NormalizedLogisticDescent(), asking: problem)
    let solution = try await run.finish(until: .answers(500))
    #expect(solution.status != .feasible && solution.status != .optimal)
    #expect(solution.verdict.outcome == .unproved)
  }
}
