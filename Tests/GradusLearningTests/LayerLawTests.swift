// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Every layer: derivatives with respect to input and tensors against differences in double precision, and shapes.
@Suite struct LayerLawTests {
  static let cross = CrossAttention(4, source: 3, heads: 2, bias: true)
  static let decoder = TransformerDecoderLayer(4, source: 3, heads: 2, hidden: 5)

  /// A second input [2, 4, 3] is a tensor of the layer here.
  private static func withSource(
    _ part: any ModelPart,
    _ apply: @escaping @Sendable (TracedTensor, TracedTensor, ModelParameters) -> TracedTensor
  ) -> LayerCase {
    LayerCase(
      "\(type(of: part))", [2, 3, 4], [ModelTensor("input", [2, 4, 3], .normal(1))] + part.tensors("part")
    ) { apply($0, $1["input"], $1.part("part")) }
  }

  static let simple: [LayerCase] = [
    LayerCase("linear", [2, 3, 4], to: [2, 3, 5], Linear(4, 5)),
    LayerCase("linear without bias", [2, 4], to: [2, 5], Linear(4, 5, bias: false)),
    LayerCase("feed-forward", [2, 4], FeedForward(4, hidden: 5, .silu, bias: true)),
    LayerCase("dropout", [4, 3], Dropout(0.3), isTraining: true),
    LayerCase("chain", [2, 4], to: [2, 2], Linear(4, 3).then(Activation.tanh).then(Linear(3, 2))),
    LayerCase("stack", [2, 4], Stack([Linear(4, 4), Linear(4, 4)])),
    LayerCase("layer norm", [2, 3, 4], LayerNorm(4)),
    LayerCase("rms norm", [2, 3, 4], RMSNorm(4)),
    LayerCase("group norm", [2, 4, 3, 2], GroupNorm(groups: 2, channels: 4)),
    LayerCase("batch norm in training", [4, 3, 2], BatchNorm(3), isTraining: true),
    LayerCase("batch norm", [4, 3], BatchNorm(3)),
  ]
  static let activations = Activation.allCases.map { LayerCase($0.rawValue, [3, 5], $0) }
  static let residuals = ResidualKind.allCases.map {
    LayerCase("residual \($0.rawValue)", [2, 4], Residual(Linear(4, 4), width: 4, $0))
  }
  static let images: [LayerCase] = [
    LayerCase(
      "convolution 2d", [2, 2, 5, 4], to: [2, 3, 3, 2], Convolution2D(2, 3, window: 3, stride: 2, padding: 1)),
    LayerCase("convolution 1d", [2, 2, 7], to: [2, 3, 3], Convolution1D(2, 3, window: 3, stride: 2)),
    LayerCase(
      "causal convolution 1d", [2, 2, 7], to: [2, 3, 7], Convolution1D(2, 3, window: 2, dilation: 2, isCausal: true)),
    LayerCase("maximum of windows", [2, 2, 5, 4], to: [2, 2, 2, 2], Pooling2D(.maximum, window: 2)),
    LayerCase("mean of windows", [2, 2, 5, 4], to: [2, 2, 3, 2], Pooling2D(.average, window: 3, stride: 1)),
    LayerCase("global maximum", [2, 3, 4, 2], to: [2, 3], GlobalPooling(.maximum)),
    LayerCase("global mean", [2, 3, 4], to: [2, 3], GlobalPooling(.average)),
  ]
  static let attentions: [LayerCase] = [
    LayerCase("self-attention", [2, 3, 4], SelfAttention(4, heads: 2, bias: true)),
    LayerCase("linear attention", [2, 3, 4], LinearAttention(4, heads: 2)),
    LayerCase("causal linear attention", [1, 66, 2], LinearAttention(2, heads: 1, isCausal: true)),
    withSource(cross) { cross($0, source: $1, $2) },
    withSource(decoder) { decoder($0, source: $1, $2) },
    LayerCase("transformer", [2, 3, 4], TransformerLayer(4, heads: 2, hidden: 5, isCausal: true)),
    LayerCase("gated transformer", [2, 3, 4], TransformerLayer(4, heads: 2, hidden: 5, residual: .gated)),
  ]
  static let recurrences: [LayerCase] =
    RecurrentKind.allCases.map { LayerCase($0.rawValue, [2, 4, 3], to: [2, 4, 4], $0.layer(3, 4)) } + [
      LayerCase("slstm in heads", [2, 4, 3], to: [2, 4, 4], SLSTM(3, 4, heads: 2, forgetGate: .exponential)),
      LayerCase("gru both ways", [2, 4, 3], to: [2, 4, 4], GRU(3, 2).bidirectional),
    ]

  @Test(arguments: [simple, activations, residuals, images, attentions, recurrences].flatMap { $0 })
  func derivativesAndShapes(_ law: LayerCase) throws {
    let point = law.point()
    #expect(try law.value(point).shape == law.output)
    let found = try DerivativeLaws(engine: TensorEngine()) { law.value($0) }.violations(at: point, second: false)
    #expect(found.isEmpty, "\(found)")
    #expect(Set(law.tensors.map(\.name)).count == law.tensors.count)
  }

  @Test func chainsCountTheirParts() {
    let chain = Linear(4, 3).then(Activation.tanh).then(Linear(3, 2).then(Linear(2, 1)))
    #expect(
      chain.tensors("net").map(\.name) == [
        "net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", "net.3.weight", "net.3.bias",
      ])
  }
}
