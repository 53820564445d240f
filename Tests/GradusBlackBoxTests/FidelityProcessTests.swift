// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Processes over several fidelities, and what is asked by them.
@Suite struct FidelityProcessTests {
  private func full(_ x: Vector) -> Double { sin(5 * x[0]) + x[1] * x[1] }
  private func cheap(_ x: Vector) -> Double { full(x) + 0.3 * cos(3 * x[0] + x[1]) }

  private func truncated(share: Double = 0.5) -> TruncatedProcess? {
    var random = RandomStream(seed: 5)
    let inputs = (0..<14).map { _ in Vector([random.uniform(), random.uniform()]) }
    let places = inputs.indices.map { $0 < 10 ? 0 : 1 }
    return TruncatedProcess(
      at: inputs, levels: places, values: inputs.indices.map { places[$0] == 0 ? cheap(inputs[$0]) : full(inputs[$0]) },
      fidelities: [0.4, 1], metric: InputMetric(numbers: 2),
      parameters: .init(lengths: [0.6, 0.8], otherLengths: [0.5, 0.9], share: share, noiseShare: 1e-6))
  }

  private func autoregressive() throws -> AutoregressiveProcess {
    var random = RandomStream(seed: 6)
    let points = (0..<16).map { _ in Vector([random.uniform(), random.uniform()]) }
    let low = try GaussianProcess(
      at: points, observations: Vector(points.map { cheap($0) }), lengths: [0.6, 0.8], variance: 2, noise: 1e-6)
    let few = Array(points.prefix(6))
    let rest = few.map { full($0) - 0.9 * low.posterior(at: $0).mean }
    let high = try GaussianProcess(
      at: few, observations: Vector(rest), lengths: [0.6, 0.8], variance: 0.5, noise: 1e-6)
    return AutoregressiveProcess(parts: [low, high], factors: [0, 0.9])
  }

  @Test func `slopes are those of differences`() throws {
    let process = try #require(truncated())
    for process in [process as any FidelityProcess, try autoregressive()] {
      for level in 0...1 {
        let (x, h) = (Vector([0.37, 0.61]), 1e-5)
        let at = process.linearizedRelation(at: x, level: level)
        let plain = process.relation(at: x, level: level)
        #expect(abs(at.own.mean - plain.mean) < 1e-9 && abs(at.own.variance - plain.variance) < 1e-7)
        #expect(abs(at.own.covariance - plain.covariance) < 1e-7)
        let acquisition = LogAugmentedImprovement(process, level: level, best: -0.5, cost: level == 0 ? 0.1 : 1)
        let slope = acquisition.linearized(at: x)
        #expect(abs(slope.value - acquisition.value(at: x)) < 1e-5)
        for j in 0..<2 {
          var (above, below) = (x, x)
          above[j] += h
          below[j] -= h
          let (a, b) = (process.relation(at: above, level: level), process.relation(at: below, level: level))
          #expect(abs(at.mean[j] - (a.mean - b.mean) / (2 * h)) < 1e-4)
          #expect(abs(at.variance[j] - (a.variance - b.variance) / (2 * h)) < 1e-3)
          #expect(abs(at.covariance[j] - (a.covariance - b.covariance) / (2 * h)) < 1e-3)
          let numeric = (acquisition.value(at: above) - acquisition.value(at: below)) / (2 * h)
          #expect(abs(slope.gradient[j] - numeric) < 1e-3 * max(1, abs(numeric)), "\(slope.gradient[j]) \(numeric)")
        }
      }
    }
  }

  @Test func `answers are interpolated, left out ones predicted, and what waits lowers the variance`() throws {
    var process = try #require(truncated())
    var random = RandomStream(seed: 5)
    let inputs = (0..<14).map { _ in Vector([random.uniform(), random.uniform()]) }
    #expect(abs(process.relation(at: inputs[3], level: 0).mean - cheap(inputs[3])) < 1e-3)
    #expect(abs(process.relation(at: inputs[12], level: 1).mean - full(inputs[12])) < 1e-3)
    // The truth left out: a process without the last answer predicts it with the error that is told.
    let parameters = process.parameters
    let others = try #require(
      TruncatedProcess(
        at: Array(inputs.dropLast()), levels: inputs.indices.dropLast().map { $0 < 10 ? 0 : 1 },
        values: inputs.indices.dropLast().map { $0 < 10 ? cheap(inputs[$0]) : full(inputs[$0]) }, fidelities: [0.4, 1],
        metric: InputMetric(numbers: 2), parameters: parameters))
    let told = try #require(process.leaveOneOutErrors(of: 1).last)
    // Means are estimated anew without it, which changes the error a little.
    #expect(abs(told - (full(inputs[13]) - others.relation(at: inputs[13], level: 1).mean)) < 0.5 * abs(told) + 0.02)
    let place: Vector = [0.05, 0.95]
    let before = process.relation(at: place, level: 1)
    process.expect(at: place, level: 0)
    let after = process.relation(at: place, level: 1)
    #expect(abs(after.mean - before.mean) < 1e-6)
    #expect(after.variance < before.variance)
  }

  @Test func `without a share of its own a cheap answer is one of the full function`() throws {
    let process = try #require(truncated(share: 1e-12))
    let x: Vector = [0.2, 0.7]
    let (low, high) = (process.relation(at: x, level: 0), process.relation(at: x, level: 1))
    #expect(abs(low.variance - high.variance) < 1e-6)
    #expect(abs(high.covariance - high.variance) < 1e-9 && abs(low.covariance - high.variance) < 1e-6)
  }

  /// The best value of the full function for 20 units of cost, and what cheap answers took of them.
  private func search(
    _ relation: FidelityKernel, cost: Double = 20, cheap: (Double, inout RandomStream) -> Double
  ) throws -> (value: Double, cheapCost: Double) {
    var method = MultiFidelityOptimization()
    (method.relation, method.candidates) = (relation, 64)
    let space = try SearchSpace(Box(lower: [0], upper: [1]))
    let problem = SearchProblem(space, fidelities: [FidelityLevel(0.5, cost: 0.1), FidelityLevel(1, cost: 1)])
    let run = try Run(problem, by: method, seed: 3)
    var random = RandomStream(seed: 8)
    var (spent, lost) = (0.0, 0.0)
    while spent < cost - 0.5 {
      let ticket = try #require(try run.ask())
      let (x, isFull) = (ticket.question.point[0], ticket.question.fidelity == 1)
      let value = isFull ? (6 * x - 2) * (6 * x - 2) * sin(12 * x - 4) : cheap(x, &random)
      let price = isFull ? 1 : 0.1
      (spent, lost) = (spent + price, lost + (isFull ? 0 : price))
      try run.tell(ticket.number, answer: PricedValue(value: value, cost: price))
    }
    return (run.report.value ?? .infinity, lost)
  }

  @Test(arguments: FidelityKernel.allCases)
  func `good approximations help, and noise in their place costs little`(_ relation: FidelityKernel) throws {
    let good = try search(relation, cost: 10) { x, _ in
      0.5 * (6 * x - 2) * (6 * x - 2) * sin(12 * x - 4) + 10 * (x - 0.5) - 5
    }
    #expect(good.value < -5.9, "\(good)")
    let deaf = try search(relation) { 8 * $1.normal() + 0 * $0 }
    #expect(deaf.value < -6.01, "\(deaf)")
    #expect(deaf.cheapCost < 4, "\(deaf)")
  }
}
