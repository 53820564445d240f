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

  public var tensors: [ModelTensor] {
    var list = [
      ModelTensor("embedding", [vocabulary, width], .normal(0.02)),
      ModelTensor("position", [context, width], .normal(0.02)),
    ]
    // Residual branches begin small, so that the sum over layers keeps its size.
    let small = 1 / Double(max(1, 2 * layers)).squareRoot()
    for k in 0..<layers {
      list += [
        ModelTensor("layer\(k).norm1.gain", [width], .constant(1)),
        ModelTensor("layer\(k).norm1.bias", [width], .constant(0)),
        ModelTensor("layer\(k).attention.inputs", [width, 3 * width], .lecun(inputs: width)),
        ModelTensor(
          "layer\(k).attention.output", [width, width], .normal(small / Double(width).squareRoot())),
        ModelTensor("layer\(k).norm2.gain", [width], .constant(1)),
        ModelTensor("layer\(k).norm2.bias", [width], .constant(0)),
        ModelTensor("layer\(k).feedforward.input", [width, hidden], .lecun(inputs: width)),
        ModelTensor(
          "layer\(k).feedforward.output", [hidden, width], .normal(small / Double(hidden).squareRoot())),
      ]
    }
    list += [
      ModelTensor("norm.gain", [width], .constant(1)), ModelTensor("norm.bias", [width], .constant(0)),
      ModelTensor("output", [width, vocabulary], .lecun(inputs: width)),
    ]
    return list
  }

  public func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a transformer is shown tokens, not features") }
    let (texts, length) = (tokens.shape[0], tokens.shape[1])
    precondition(length <= context, "a text of \(length) tokens for a context of \(context)")
    var x = p["embedding"].rows(tokens) + p["position"].slice(axis: 0, from: 0, count: length)
    for k in 0..<layers {
      let name = "layer\(k)"
      let a = x.layerNorm(gain: p["\(name).norm1.gain"], bias: p["\(name).norm1.bias"])
      let mixed = a.matmul(p["\(name).attention.inputs"]).selfAttention(heads: heads, isCausal: true)
      x = x + mixed.matmul(p["\(name).attention.output"])
      let b = x.layerNorm(gain: p["\(name).norm2.gain"], bias: p["\(name).norm2.bias"])
      x = x + b.matmul(p["\(name).feedforward.input"]).gelu().matmul(p["\(name).feedforward.output"])
    }
    let y = x.layerNorm(gain: p["norm.gain"], bias: p["norm.bias"]).matmul(p["output"])
    return y.reshaped([texts * length, vocabulary])
  }
}
