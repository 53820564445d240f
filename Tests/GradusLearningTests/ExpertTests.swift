// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Mixtures of experts: who is chosen, the laws of derivatives, and a task that needs several.
@Suite struct ExpertTests {
  @Test func routing() {
    let p = [0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.4, 0.4, 0.2]
    let two = ExpertRouting(probabilities: p, experts: 3, chosen: 2)
    #expect(two.choices == [[0, 1], [1, 2], [0, 1]])
    #expect(two.rows == [[0, 2], [0, 1, 2], [1]])
    #expect(zip(two.shares, [2.0 / 6, 3.0 / 6, 1.0 / 6]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(two.dropped == 0)
    let tight = ExpertRouting(probabilities: p, experts: 3, chosen: 2, capacity: 2)
    #expect(tight.rows == [[0, 2], [0, 1], [1]] && tight.dropped == 1 && tight.shares == two.shares)
  }

  private static let inputs: Tensor = {
    var random = RandomStream(seed: 5)
    return Tensor(DerivativeLaws.sample([4, 3], &random).doubles, [2, 2, 3])
  }()

  @Test(arguments: [nil, 1, 2, 3] as [Int?], [false, true])
  func lawsOfDerivatives(_ chosen: Int?, _ isTraining: Bool) throws {
    let layer = MixtureOfExperts(width: 3, hidden: 4, outputs: 2, experts: 3, chosen: chosen, balance: 0.1)
    let use: ModelUse = isTraining ? .training(RandomStream(seed: 1)) : .inference
    let found = try PartHarness(layer).violations(at: [Self.inputs], use: use) { xs, p in layer(xs[0], p) }
    #expect(found.isEmpty, "\(found)")
  }

  @Test func allChosenIsDense() throws {
    let sparse = MixtureOfExperts(width: 3, hidden: 4, experts: 3, chosen: 3)
    var dense = sparse
    dense.chosen = nil
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let p = PartHarness(sparse).constants(tape), x = tape.constant(Self.inputs)
    let (a, b) = (try sparse(x, p).value, try dense(x, p).value)
    #expect(a.shape == [2, 2, 3])
    #expect(zip(a.doubles, b.doubles).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func withoutRoomNothingIsAdded() throws {
    let layer = MixtureOfExperts(width: 3, hidden: 4, experts: 4, chosen: 1, capacity: 0.25)
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let x = tape.constant(Tensor([Double](repeating: 0.5, count: 24), [8, 3]))
    let y = try layer(x, PartHarness(layer).constants(tape)).value.doubles
    // Equal rows choose the same expert, which has room for one of them.
    #expect(y[0..<3].contains { $0 != 0 } && y[3...].allSatisfy { $0 == 0 })
  }

  @Test func errorsArePassedOn() throws {
    let layer = MixtureOfExperts(width: 3, hidden: 4, experts: 2, chosen: 1)
    let tape = TensorTape(engine: TensorEngine())
    let bad = tape.constant(Tensor(repeating: 1, [2, 3], .double)).matmul(
      tape.constant(Tensor(repeating: 1, [2, 3], .double)))
    #expect {
      try layer(bad, PartHarness(layer).constants(tape)).value
    } throws: { "\($0)".contains("[2, 3]") }
  }

  private struct Mixture: Network {
    var layer: MixtureOfExperts
    var tensors: [ModelTensor] { layer.tensors }
    func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
      guard let x = batch.features else { preconditionFailure("features") }
      return layer(x, p)
    }
  }

  /// Four regions of the plane with different linear functions: experts share them out, and balance keeps all in use.
  @Test func regionsAreSharedOut() async throws {
    var stream = RandomStream(seed: 6)
    var (features, numbers): ([Float], [Double]) = ([], [])
    for _ in 0..<1500 {
      let (a, b) = (stream.uniform(-1, 1), stream.uniform(-1, 1))
      features += [Float(a), Float(b), 1]
      numbers.append(a > 0 ? (b > 0 ? 3 * a : -2 * b) : (b > 0 ? b - a : 4 * a * b))
    }
    let data = try LearningData(features: features, width: 3, numbers: numbers)
    let layer = MixtureOfExperts(width: 3, hidden: 8, outputs: 1, experts: 4, chosen: 2, balance: 0.05)
    let loss = NetworkLoss(Mixture(layer: layer), on: data)
    let point = try await TargetTests.trained(loss, steps: 1000, batch: 64)
    let result = try loss.evaluation(at: point)
    let alone = NetworkLoss(Perceptron(widths: [3, 8, 1]), on: data)
    let single = try alone.evaluation(at: await TargetTests.trained(alone, steps: 1000, batch: 64))
    #expect(result.loss < 0.7 * single.loss, "\(result) against \(single)")
    // Nobody idles: the busiest expert has at most twice the work of the mean.
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let slot = try #require(loss.model.layout["gate.weight"])
    let gate = tape.constant(Tensor(Array(point.elements[slot.range]), [3, 4]))
    let p = try tape.constant(Tensor(features, [1500, 3])).matmul(gate).softmax().value.doubles
    let shares = ExpertRouting(probabilities: p, experts: 4, chosen: 2).shares
    #expect((shares.max() ?? 1) < 0.5, "\(shares)")
  }
}
