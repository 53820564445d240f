// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Layers beside torch's, in double precision: outputs and gradients.
@Suite struct LayerGoldenTests {
  struct Numbers: Decodable, Sendable {
    var shape: [Int]
    var values: [Double]
    var tensor: Tensor { Tensor(values, TensorShape(shape)) }
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var x: Numbers
    var tensors: [String: Numbers]
    var weight: Numbers
    var output: Numbers
    var gradients: [String: Numbers]
    var testDescription: String { name }
  }

  private struct File: Decodable {
    var cases: [Case]
  }

  /// Values made by `Tests/GoldenTests/Reference/layers.py`.
  static let cases: [Case] = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try? Data(contentsOf: tests.appending(path: "GoldenTests/Golden/layers.json"))
    return data.flatMap { try? JSONDecoder().decode(File.self, from: $0).cases } ?? []
  }()

  private static let layers: [String: any Layer] = [
    "linear": Linear(4, 5), "convolution2d": Convolution2D(2, 3, window: [3, 2], stride: 2, padding: 1),
    "convolution1d": Convolution1D(2, 3, window: 3, stride: 2, padding: 1, dilation: 2),
    "maximum": Pooling2D(.maximum, window: 3, stride: 2), "average": Pooling2D(.average, window: 2),
    "layerNorm": LayerNorm(5), "rmsNorm": RMSNorm(5), "groupNorm": GroupNorm(groups: 2, channels: 4),
    "batchNormTraining": BatchNorm(3), "batchNorm": BatchNorm(3), "lstm": LSTM(2, 3),
    "lstmBothWays": LSTM(2, 3).bidirectional, "gru": GRU(2, 3),
    "slstmExponential": SLSTM(3, 4, heads: 2, forgetGate: .exponential), "slstmSigmoid": SLSTM(3, 4, heads: 2),
    "selfAttention": SelfAttention(4, heads: 2, bias: true),
    "causalSelfAttention": SelfAttention(4, heads: 2, isCausal: true, bias: true),
    "encoderNormedBefore": encoder(.normedBefore), "encoderNormedAfter": encoder(.normedAfter),
    "causalEncoder": encoder(.normedBefore, isCausal: true),
  ]

  private static func encoder(_ residual: ResidualKind, isCausal: Bool = false) -> TransformerLayer {
    TransformerLayer(
      4, heads: 2, hidden: 6, isCausal: isCausal, activation: .exactGelu, residual: residual, bias: true)
  }

  private static func apply(_ name: String, _ x: TracedTensor, _ p: ModelParameters) -> TracedTensor? {
    if let layer = layers[name] { return layer.callAsFunction(x, p) }
    if name == "crossAttention" { return CrossAttention(4, heads: 2, bias: true)(x, source: p["memory"], p) }
    guard let residual = ["decoderNormedBefore": ResidualKind.normedBefore, "decoderNormedAfter": .normedAfter][name]
    else { return nil }
    let layer = TransformerDecoderLayer(
      4, heads: 2, hidden: 6, activation: .exactGelu, residual: residual, bias: true)
    return layer(x, source: p["memory"], p)
  }

  @Test func thereAreCases() { #expect(Self.cases.count == 23) }

  @Test(arguments: cases)
  func agrees(_ golden: Case) throws {
    let tape = TensorTape(engine: TensorEngine())
    let x = tape.parameter("x", golden.x.tensor)
    let tensors = golden.tensors.map { ($0.key, tape.parameter($0.key, $0.value.tensor)) }
    let named = Dictionary(uniqueKeysWithValues: tensors)
    let use = golden.name.hasSuffix("Training") ? ModelUse.training(.init(seed: 1)) : .inference
    if let layer = Self.layers[golden.name] {
      for tensor in layer.tensors where tensor.isTrained || use.isInference {
        #expect(golden.tensors[tensor.name]?.shape == tensor.shape)
      }
    }
    let y = try #require(Self.apply(golden.name, x, ModelParameters(named, use: use)))
    try check(y.value, golden.output, "output")
    let gradients = try tape.backward(from: y, cotangent: golden.weight.tensor)
    for (name, expected) in golden.gradients {
      let node = try #require(name == "x" ? x : named[name])
      try check(try #require(gradients[node]), expected, name)
    }
  }

  private func check(_ found: Tensor, _ expected: Numbers, _ name: String) throws {
    #expect(found.shape.dimensions == expected.shape)
    for (a, b) in zip(found.doubles, expected.values) {
      if abs(a - b) > 1e-10 * max(1, abs(b)) {
        Issue.record("\(name): \(a) instead of \(b)")
        return
      }
    }
  }
}

extension ModelUse {
  fileprivate var isInference: Bool {
    if case .inference = self { true } else { false }
  }
}
