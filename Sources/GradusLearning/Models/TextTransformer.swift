// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A decoder-only transformer over tokens, with normalization before each part.
///
///     x = E[token] + P[position]
///     x ← x + attention(norm x)O,   x ← x + gelu((norm x)F₁)F₂         for each layer
///     scores = (norm x)U
///
/// **Reference** A. Vaswani et al., *Attention is all you need*, NeurIPS 2017; A. Radford et al., *Language models are
/// unsupervised multitask learners* (2019).
public struct TextTransformer: Network {
  public var vocabulary: Int
  /// Positions of the longest text.
  public var context: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  /// Width between F₁ and F₂.
  public var hidden: Int

  public init(vocabulary: Int, context: Int, width: Int = 64, layers: Int = 2, heads: Int = 4, hidden: Int? = nil) {
    precondition(vocabulary > 0 && context > 0 && layers >= 0, "a transformer has tokens and positions")
    precondition(heads > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.vocabulary = vocabulary
    self.context = context
    self.width = width
    self.layers = layers
    self.heads = heads
    self.hidden = hidden ?? 4 * width
  }

  /// Residual branches begin small, so that the sum over layers keeps its size.
  private var layer: TransformerLayer {
    TransformerLayer(
      width, heads: heads, hidden: hidden, isCausal: true, outputScale: 1 / Double(max(1, 2 * layers)).squareRoot())
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("embedding", [vocabulary, width], .normal(0.02)),
      ModelTensor("position", [context, width], .normal(0.02)),
    ] + (0..<layers).flatMap { layer.tensors("layer\($0)") } + LayerNorm(width).tensors("norm") + [
      ModelTensor("output", inputs: width, outputs: vocabulary, .lecun(inputs: width))
    ]
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a transformer is shown tokens, not features") }
    return scores(tokens, from: 0, parameters) { layer($1, parameters.part("layer\($0)")) }
  }

  private func scores(
    _ tokens: TensorIndices, from start: Int, _ p: ModelParameters,
    _ apply: (Int, TracedTensor) throws -> TracedTensor
  ) rethrows -> TracedTensor {
    let (texts, length) = (tokens.shape[0], tokens.shape[1])
    precondition(start + length <= context, "a text of \(start + length) tokens for a context of \(context)")
    var x = p["embedding"].rows(tokens) + p["position"].slice(axis: 0, from: start, count: length)
    for k in 0..<layers { x = try apply(k, x) }
    let y = LayerNorm(width)(x, p.part("norm")).matmul(p["output"])
    return y.reshaped([texts * length, vocabulary])
  }
}

extension TextTransformer: TextModel {
  /// Positions read so far, and what each layer remembers of them.
  public struct Memory: Sendable {
    var positions = 0
    var layers: [AttentionMemory]
  }

  public var emptyMemory: Memory { Memory(layers: [AttentionMemory](repeating: AttentionMemory(), count: layers)) }

  public var readsOn: Bool { false }

  public func scores(
    _ tokens: TensorIndices, _ memory: inout Memory, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    let scores = try scores(tokens, from: memory.positions, parameters) {
      try layer($1, &memory.layers[$0], parameters.part("layer\($0)"))
    }
    memory.positions += tokens.shape[1]
    return scores
  }
}
