// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct SharpnessAwareTests {
  /// (1/B) Σ ½aᵢ(xᵢ − bᵢ)² over the coordinates of a batch's rows: row r moves coordinate r mod 4.
  private struct Bowls: MinibatchOracle {
    func answer(_ point: Buffer<Float>, _ rows: [Int]) -> Linearization<Buffer<Float>> {
      var (value, gradient) = (0.0, [Float](repeating: 0, count: 4))
      for row in rows {
        let (j, a) = (row % 4, Float(1 + row))
        let miss = point.elements[j] - Float(row % 3)
        value += Double(0.5 * a * miss * miss) / Double(rows.count)
        gradient[j] += a * miss / Float(rows.count)
      }
      return Linearization(value: value, gradient: Buffer(gradient))
    }

    func linearization(
      at point: Buffer<Float>, of rows: [Int], stream: RandomStream
    ) async throws -> Linearization<Buffer<Float>> { answer(point, rows) }

    var problem: Training {
      Training(
        layout: Layout([("x", [4])]), start: Buffer([1, -1, 0.5, 2]), observationCount: 12, modelFingerprint: 1,
        dataFingerprint: 1)
    }
  }

  private var trainer: Trainer<Elementwise<Then<Momentum, LearningRate>>> {
    Trainer(Elementwise(Momentum(0.5).then(LearningRate(0.02))), batchSize: 4, steps: 30)
  }

  @Test func aRadiusOfZeroIsPlainTraining() async throws {
    let oracle = Bowls()
    let plain = try Run(oracle.problem, by: trainer, asking: oracle, seed: 3)
    let aware = try Run(
      oracle.problem, by: SharpnessAwareTrainer(trainer, radius: 0), asking: oracle, seed: 3)
    while try await plain.step() {}
    while try await aware.step() {}
    #expect(aware.state.training.parameters == plain.state.parameters)
    #expect(aware.state.training.step == 30)
  }

  /// One step by hand, for both forms.
  @Test(arguments: [false, true])
  func theSecondGradientIsTakenAtTheNeighbor(_ isAdaptive: Bool) throws {
    let oracle = Bowls()
    let method = SharpnessAwareTrainer(trainer, radius: 0.3, isAdaptive: isAdaptive)
    var s = method.start(oracle.problem, random: RandomStream(seed: 1))
    let first = try #require(method.ask(&s))
    let θ = first.point.elements
    let g = oracle.answer(first.point, first.rows).gradient.elements
    method.tell(&s, oracle.answer(first.point, first.rows), to: first)
    let second = try #require(method.ask(&s))
    #expect(second.rows == first.rows && second.stream == first.stream)
    #expect(s.training.step == 0)
    let scaled = θ.indices.map { isAdaptive ? abs(θ[$0]) * g[$0] : g[$0] }
    let norm = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for i in θ.indices {
      let epsilon = 0.3 * (isAdaptive ? θ[i] * θ[i] : 1) * g[i] / norm
      #expect(abs(second.point.elements[i] - θ[i] - epsilon) < 1e-6)
    }
    let steep = oracle.answer(second.point, second.rows)
    method.tell(&s, steep, to: second)
    #expect(s.training.step == 1)
    for i in θ.indices {
      #expect(abs(s.training.parameters.elements[i] - (θ[i] - 0.02 * steep.gradient.elements[i])) < 1e-6)
    }
    #expect(abs((s.training.loss ?? .nan) - oracle.answer(first.point, first.rows).value) < 1e-9)
  }

  @Test func savedBetweenTheTwoGradientsItGoesOnToTheBit() throws {
    let oracle = Bowls()
    let method = SharpnessAwareTrainer(trainer)
    var (a, b) = (
      method.start(oracle.problem, random: RandomStream(seed: 1)),
      method.start(oracle.problem, random: RandomStream(seed: 1))
    )
    for turn in 0..<41 {
      let question = try #require(method.ask(&a))
      method.tell(&a, oracle.answer(question.point, question.rows), to: question)
      if turn.isMultiple(of: 3) {
        b = try JSONDecoder().decode(type(of: method).State.self, from: JSONEncoder().encode(b))
      }
      let other = try #require(method.ask(&b))
      method.tell(&b, oracle.answer(other.point, other.rows), to: other)
    }
    #expect(a.training.parameters == b.training.parameters && a.training.step == 20)
  }

  @Test func whatIsNoNumberEndsTheTraining() throws {
    let oracle = Bowls()
    for bad in 0...1 {
      let method = SharpnessAwareTrainer(trainer)
      var s = method.start(oracle.problem, random: RandomStream(seed: 1))
      for turn in 0...bad {
        let question = try #require(method.ask(&s))
        var answer = oracle.answer(question.point, question.rows)
        if turn == bad { answer.value = .nan }
        method.tell(&s, answer, to: question)
      }
      #expect(method.report(s).claim == .failed)
      #expect(method.ask(&s) == nil)
    }
  }
}
