// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// What a layer of sequences hears, and that reading piece by piece is reading at once.
@Suite struct SequenceLawTests {
  static let causal: [LayerCase] =
    RecurrentKind.allCases.map { LayerCase($0.rawValue, [2, 70, 4], $0.layer(4, 4)) } + [
      LayerCase("self-attention", [2, 70, 4], SelfAttention(4, heads: 2, isCausal: true)),
      LayerCase("linear attention", [2, 70, 4], LinearAttention(4, heads: 2, isCausal: true)),
      LayerCase("transformer", [2, 70, 4], TransformerLayer(4, heads: 2, hidden: 5, isCausal: true)),
      LayerCase(
        "convolution 1d", [2, 70, 4], Convolution1D(4, 4, window: 3, dilation: 2, isCausal: true).tensors
      ) {
        Convolution1D(4, 4, window: 3, dilation: 2, isCausal: true)($0.permuted([0, 2, 1]), $1).permuted([0, 2, 1])
      },
    ]

  /// A change at position 65 changes nothing before, to the bit or to rounding, and something from there on.
  @Test(arguments: causal)
  func laterInputsAreNotHeard(_ law: LayerCase) throws {
    let point = law.point()
    var numbers = point[0].doubles
    for k in 0..<4 { numbers[65 * 4 + k] += 1 }
    let a = try law.value(point).doubles
    let b = try law.value([Tensor(numbers, law.shape)] + point.dropFirst()).doubles
    // The first text is changed from position 65 on, the second one is not.
    for i in 0..<65 * 4 { #expect(abs(a[i] - b[i]) < 1e-13) }
    for i in 70 * 4..<140 * 4 { #expect(abs(a[i] - b[i]) < 1e-13) }
    #expect(zip(a[260..<280], b[260..<280]).contains { abs($0 - $1) > 1e-6 })
  }

  static let equivariant = [
    LayerCase("self-attention", [1, 5, 4], SelfAttention(4, heads: 2)),
    LayerCase("linear attention", [1, 5, 4], LinearAttention(4, heads: 2)),
    LayerCase("transformer", [1, 5, 4], TransformerLayer(4, heads: 2, hidden: 6)),
  ]

  /// Without a mask, positions in another order give answers in that order.
  @Test(arguments: equivariant)
  func ordersPassThrough(_ law: LayerCase) throws {
    let point = law.point(), order = [3, 0, 4, 2, 1]
    let numbers = point[0].doubles
    let mixed = order.flatMap { numbers[$0 * 4..<$0 * 4 + 4] }
    let a = try law.value(point).doubles
    let b = try law.value([Tensor(mixed, law.shape)] + point.dropFirst()).doubles
    for (place, from) in order.enumerated() {
      for k in 0..<4 { #expect(abs(b[place * 4 + k] - a[from * 4 + k]) < 1e-13) }
    }
  }

  /// Backward in time is forward on the reversed sequence.
  @Test func bothWays() throws {
    let law = LayerCase("both", [2, 5, 3], LSTM(3, 2).bidirectional)
    let one = LayerCase("one", [2, 5, 3], LSTM(3, 2))
    let point = law.point(), x = point[0].doubles
    var reversed: [Double] = []
    for row in 0..<2 {
      for t in (0..<5).reversed() { reversed += x[row * 15 + t * 3..<row * 15 + t * 3 + 3] }
    }
    let both = try law.value(point).doubles
    let forward = try one.value([point[0]] + point[1..<4]).doubles
    let backward = try one.value([Tensor(reversed, [2, 5, 3])] + point[4..<7]).doubles
    for row in 0..<2 {
      for t in 0..<5 {
        for k in 0..<2 {
          let found = both[(row * 5 + t) * 4 + k], other = both[(row * 5 + t) * 4 + 2 + k]
          #expect(abs(found - forward[(row * 5 + t) * 2 + k]) < 1e-14)
          #expect(abs(other - backward[(row * 5 + 4 - t) * 2 + k]) < 1e-14)
        }
      }
    }
  }

  /// Exponential gates of any size give finite numbers: what the stabilizer is for.
  @Test(arguments: SLSTM.ForgetGate.allCases)
  func exponentialGatesStayFinite(_ gate: SLSTM.ForgetGate) throws {
    let law = LayerCase("slstm", [1, 30, 2], SLSTM(2, 2, forgetGate: gate))
    for scale in [1.0, 100, 10_000] {
      let point = law.point().map { Tensor($0.doubles.map { Float(scale * $0) }, $0.shape) }
      let tape = TensorTape(engine: TensorEngine())
      let nodes = point.map { tape.parameter("x", $0) }
      let y = law.value(nodes)
      #expect(try y.value.floats.allSatisfy { $0.isFinite && abs($0) <= 1 })
      let gradients = try tape.backward(from: y.sum())
      for node in nodes { #expect(gradients[node]?.floats.allSatisfy { $0.isFinite } ?? true) }
    }
  }

  // MARK: Reading on

  private static func parameters(_ model: some Network) -> ModelParameters {
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let numbers = model.initialParameters(RandomStream(seed: 5)).elements.map { Double($0) }
    let named = model.layout.slots.map { slot in
      (slot.name, tape.constant(Tensor(Array(numbers[slot.range]).map { 3 * $0 }, TensorShape(slot.shape))))
    }
    return ModelParameters(Dictionary(uniqueKeysWithValues: named))
  }

  private func check(_ model: some TextModel) throws {
    let p = Self.parameters(model), vocabulary = 7
    let tokens = (0..<48).map { Int32($0 * $0 * 5 % vocabulary) }
    let whole = try model.scores(Batch(tokens: TensorIndices(tokens, [2, 24])), p).value.doubles
    var memory = model.emptyMemory
    var first = 0
    for count in [9, 1, 1, 5, 1, 7] {
      let piece = (0..<2).flatMap { tokens[$0 * 24 + first..<$0 * 24 + first + count] }
      let scores = try model.scores(TensorIndices(piece, [2, count]), &memory, p).value.doubles
      for text in 0..<2 {
        for i in 0..<count * vocabulary {
          let expected = whole[(text * 24 + first) * vocabulary + i]
          #expect(abs(scores[text * count * vocabulary + i] - expected) < 1e-12)
        }
      }
      first += count
    }
  }

  @Test func transformerReadsOn() throws {
    try check(TextTransformer(vocabulary: 7, context: 24, width: 12, layers: 3, heads: 3))
  }

  @Test(arguments: RecurrentKind.allCases)
  func recurrentModelsReadOn(_ kind: RecurrentKind) throws {
    try check(RecurrentTextModel(vocabulary: 7, kind: kind, width: 6, layers: 2))
  }

  @Test func linearAttentionReadsOn() throws {
    let law = LayerCase("linear attention", [2, 70, 4], LinearAttention(4, heads: 2, isCausal: true))
    let point = law.point()
    let whole = try law.value(point).doubles
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let p = ModelParameters(
      Dictionary(uniqueKeysWithValues: zip(law.tensors.map(\.name), point.dropFirst().map { tape.constant($0) })))
    let x = tape.constant(point[0])
    var memory: Tensor?
    for (first, count) in [(0, 40), (40, 1), (41, 29)] {
      let y = try LinearAttention(4, heads: 2, isCausal: true)(
        x.slice(axis: 1, from: first, count: count), &memory, p
      ).value.doubles
      for text in 0..<2 {
        for i in 0..<count * 4 {
          #expect(abs(y[text * count * 4 + i] - whole[(text * 70 + first) * 4 + i]) < 1e-12)
        }
      }
    }
  }

  @Test func decoderReadsOn() throws {
    let layer = LayerLawTests.decoder
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    var random = RandomStream(seed: 2)
    let p = ModelParameters(
      Dictionary(
        uniqueKeysWithValues: layer.tensors.map {
          ($0.name, tape.constant(DerivativeLaws.sample(TensorShape($0.shape), &random)))
        }))
    let x = tape.constant(DerivativeLaws.sample([2, 5, 4], &random))
    let source = tape.constant(DerivativeLaws.sample([2, 3, 3], &random))
    let whole = try layer(x, source: source, p).value.doubles
    var memory = TransformerDecoderLayer.Memory()
    for t in 0..<5 {
      let y = try layer(x.slice(axis: 1, from: t, count: 1), source: source, &memory, p).value.doubles
      for text in 0..<2 {
        for k in 0..<4 { #expect(abs(y[text * 4 + k] - whole[(text * 5 + t) * 4 + k]) < 1e-13) }
      }
    }
  }
}
