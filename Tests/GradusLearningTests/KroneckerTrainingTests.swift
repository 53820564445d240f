// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// Kronecker-factored curvature in trainings of networks.
@Suite struct KroneckerTrainingTests {
  /// Three classes of features whose sizes span three decades: the Hessian spans six.
  private static func loss(_ widths: [Int]) throws -> NetworkLoss<Perceptron> {
    var stream = RandomStream(seed: 6)
    let (count, width) = (192, 12)
    var features: [Float] = []
    var labels: [Int32] = []
    for i in 0..<count {
      let label = i % 3
      labels.append(Int32(label))
      for j in 0..<width {
        let scale = VectorMath.exp(-6.9 * Double(j) / Double(width - 1))
        features.append(Float(scale * (stream.normal() + (j % 3 == label ? 1 : 0))))
      }
    }
    let data = try LearningData(features: features, width: width, labels: labels, classCount: 3)
    return NetworkLoss(Perceptron(widths: [width] + widths + [3]), on: data)
  }

  /// Steps until the loss of all observations is at most `target`; nil where that is never.
  private func steps(
    _ rule: some UpdateRule, _ loss: NetworkLoss<Perceptron>, _ most: Int, target: Double
  ) async throws -> Int? {
    let method = EarlyStopping(Trainer(rule, batchSize: 64, steps: most), every: 5)
    let run = try Run(
      loss.problem(RandomStream(seed: 1)), by: method, asking: WatchedLoss(loss, heldOut: loss), seed: 1)
    while try await run.step() {
      if let looked = run.state.looked, looked.loss <= target { return looked.step }
    }
    return nil
  }

  @Test(arguments: [[Int](), [16]]) func fewerStepsThanTunedDescent(_ widths: [Int]) async throws {
    let loss = try Self.loss(widths)
    let most = 400
    // The best of descent with momentum over a grid of rates sets the target with all of its steps.
    var target = Double.infinity
    for rate in [0.03, 0.1, 0.3, 1, 3] {
      let rule = Elementwise(Momentum(0.9).then(LearningRate(rate)))
      let method = EarlyStopping(Trainer(rule, batchSize: 64, steps: most), every: 5)
      let run = try Run(
        loss.problem(RandomStream(seed: 1)), by: method, asking: WatchedLoss(loss, heldOut: loss), seed: 1)
      while try await run.step() {}
      if let best = run.state.best { target = min(target, best.loss) }
    }
    for kind in [KroneckerPreconditioned<Elementwise<Then<Momentum, LearningRate>>>.Kind.factored, .corrected] {
      var fewest = Int.max
      for rate in [0.03, 0.1, 0.3] {
        let rule = KroneckerPreconditioned(
          Elementwise(Momentum(0.9).then(LearningRate(rate))), kind, damping: 0.01, share: 0.3, limit: 1)
        fewest = min(fewest, try await steps(rule, loss, most, target: target) ?? .max)
      }
      #expect(fewest <= most / 2, "\(kind) takes \(fewest) steps to \(target)")
    }
  }

  /// What the oracle tells is what gradients are made of.
  @Test func signalsMakeUpTheGradient() async throws {
    let loss = try Self.loss([16])
    let point = loss.model.initialParameters(RandomStream(seed: 2))
    let signals = try await loss.signals(at: point, of: Array(0..<20), stream: RandomStream(seed: 3))
    #expect(Set(signals.map(\.weights)) == ["layer1.weight", "layer2.weight"])
    for signal in signals {
      #expect(signal.examples == 20 && signal.inputs.count == 20 * signal.inputCount)
      #expect(loss.model.layout[signal.weights]?.count == signal.inputCount * signal.outputCount)
      #expect(signal.signals.elements.contains { $0 != 0 })
    }
    let again = try await loss.signals(at: point, of: Array(0..<20), stream: RandomStream(seed: 3))
    #expect(again.map(\.signals) == signals.map(\.signals))
  }

  @Test func savedBetweenSignalsAndGradient() async throws {
    let loss = try Self.loss([16])
    let rule = KroneckerPreconditioned(Elementwise(LearningRate(0.1)), damping: 0.1, every: 3, limit: 1)
    let method = EarlyStopping(Trainer(rule, batchSize: 32, steps: 20), every: 0)
    let oracle = WatchedLoss(loss, heldOut: loss)
    let problem = loss.problem(RandomStream(seed: 1))
    let whole = try Run(problem, by: method, asking: oracle, seed: 1)
    while try await whole.step() {}
    for stop in [1, 2, 5, 6] {
      let first = try Run(problem, by: method, asking: oracle, seed: 1)
      for _ in 0..<stop { _ = try await first.step() }
      let rest = try Run<EarlyStopping<Trainer<KroneckerPreconditioned<Elementwise<LearningRate>>>>>(
        resuming: first.checkpoint(), of: problem, asking: oracle)
      while try await rest.step() {}
      #expect(rest.state.training.parameters == whole.state.training.parameters)
    }
  }
}
