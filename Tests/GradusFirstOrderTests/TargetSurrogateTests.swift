// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct TargetSurrogateTests {
  /// (1/2B) Σ (zᵢ − bᵢ)² or the mean logistic loss of ±1.
  private struct Targets: TargetOracle {
    var targets: [Double]
    var isLogistic = false

    func targetGradient(
      at outputs: Vector, of rows: [Int], stream: RandomStream
    ) async throws -> Linearization<Vector> { answer(outputs, rows) }

    func immediateTargetGradient(
      at outputs: Vector, of rows: [Int], stream: RandomStream
    ) throws -> Linearization<Vector>? { answer(outputs, rows) }

    func answer(_ outputs: Vector, _ rows: [Int]) -> Linearization<Vector> {
      let n = Double(rows.count)
      var (value, gradient) = (0.0, Vector.zeros(rows.count))
      for (k, row) in rows.enumerated() {
        if isLogistic {
          let m = targets[row] * outputs[k]
          value += max(-m, 0) + log1p(exp(-abs(m)))
          gradient[k] = -targets[row] / (1 + exp(m)) / n
        } else {
          let miss = outputs[k] - targets[row]
          value += 0.5 * miss * miss
          gradient[k] = miss / n
        }
      }
      return Linearization(value: value / n, gradient: gradient)
    }
  }

  /// Features with standard deviations 1/k.
  private static func data(_ n: Int, _ d: Int, seed: UInt64) -> (model: LinearOutputs, targets: [Double]) {
    var stream = RandomStream(seed: seed)
    let truth = stream.normals(d)
    let rows = (0..<n).map { _ in Vector((1...d).map { stream.normal() / Double($0) }) }
    return (LinearOutputs(features: rows), rows.map { $0.inner(truth) + 0.05 * stream.normal() })
  }

  private func loss(_ model: LinearOutputs, _ oracle: Targets, _ eta: Double, _ inner: Int) async throws -> Double {
    let problem = OutputProblem(model, start: .zeros(model.parameterCount), observationCount: model.features.count)
    let method = TargetSurrogate<LinearOutputs>(
      eta: eta, rate: .inverseRoot, innerSteps: inner, batchSize: 32, steps: 80)
    let run = try Run(problem, by: method, asking: oracle, seed: 1)
    let solution = try await run.finish(until: .answers(1000))
    #expect(solution.verdict.certificate.pointChecked)
    return solution.verdict.objective ?? .nan
  }

  /// Each number of inner steps with its best η: twenty make much more of the same answers than one.
  @Test func innerStepsSaveAnswers() async throws {
    let (model, targets) = Self.data(200, 20, seed: 2)
    let oracle = Targets(targets: targets)
    var best: [Int: Double] = [:]
    for inner in [1, 20] {
      for eta in [0.3, 1, 3, 10] {
        best[inner] = min(best[inner] ?? .infinity, try await loss(model, oracle, eta, inner))
      }
    }
    #expect((best[20] ?? .nan) <= 0.5 * (best[1] ?? .nan))
  }

  /// 1/η at least the smoothness in z: the surrogate lies above the loss, which never rises.
  @Test(arguments: [false, true])
  func onAllObservationsTheLossNeverRises(_ isLogistic: Bool) throws {
    let (model, targets) = Self.data(80, 6, seed: 5)
    let oracle = Targets(targets: isLogistic ? targets.map { $0 > 0 ? 1 : -1 } : targets, isLogistic: isLogistic)
    let problem = OutputProblem(model, start: .zeros(6), observationCount: 80)
    let method = TargetSurrogate<LinearOutputs>(eta: isLogistic ? 4 : 1, innerSteps: 8, batchSize: 80, steps: 60)
    var state = method.start(problem, random: RandomStream(seed: 3))
    var (before, first) = (Double.infinity, Double.nan)
    var stream = RandomStream(seed: 8)
    while let question = method.ask(&state) {
      let answer = oracle.answer(question.outputs, question.rows)
      #expect(answer.value <= before + 1e-12)
      if first.isNaN { first = answer.value }
      before = answer.value
      let curvature = 1 / (method.eta * 80)
      for _ in 0..<15 {
        let other = Vector((0..<6).map { _ in 3 * stream.normal() })
        let there = model.outputs(other, of: question.rows)
        let move = there - question.outputs
        let bound = answer.value + answer.gradient.inner(move) + 0.5 * curvature * move.inner(move)
        #expect(oracle.answer(there, question.rows).value <= bound + 1e-12)
      }
      method.tell(&state, answer, to: question)
    }
    #expect(before < 0.5 * first)
  }

  @Test func savingChangesNothing() throws {
    let (model, targets) = Self.data(60, 5, seed: 7)
    let oracle = Targets(targets: targets)
    let method = TargetSurrogate<LinearOutputs>(eta: 1, batchSize: 16, steps: 40)
    let problem = OutputProblem(model, start: .zeros(5), observationCount: 60)
    var state = method.start(problem, random: RandomStream(seed: 3))
    var other = state
    for step in 0..<40 {
      if step == 17 {
        other = try JSONDecoder().decode(
          TargetSurrogate<LinearOutputs>.State.self, from: JSONEncoder().encode(other))
      }
      for k in 0..<2 {
        var s = k == 0 ? state : other
        let question = try #require(method.ask(&s))
        method.tell(&s, oracle.answer(question.outputs, question.rows), to: question)
        if k == 0 { state = s } else { other = s }
      }
      #expect(state.parameters == other.parameters)
    }
  }

  @Test func aLossThatIsNoNumberEndsTheRun() throws {
    let (model, _) = Self.data(10, 2, seed: 1)
    let method = TargetSurrogate<LinearOutputs>(eta: 1)
    var state = method.start(
      OutputProblem(model, start: .zeros(2), observationCount: 10), random: RandomStream(seed: 0))
    let question = try #require(method.ask(&state))
    method.tell(&state, Linearization(value: .nan, gradient: .zeros(10)), to: question)
    #expect(method.report(state).claim == .failed)
    #expect(method.ask(&state) == nil)
    #expect(method.report(state).point == .zeros(2))
  }
}
