// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusTensor

/// `TextTransformer` written out operation by operation, for comparison to the bit.
struct PlainTransformer: Network {
  var of: TextTransformer

  var tensors: [ModelTensor] {
    let (width, hidden) = (of.width, of.hidden)
    let small = 1 / Double(max(1, 2 * of.layers)).squareRoot()
    var list = [
      ModelTensor("embedding", [of.vocabulary, width], .normal(0.02)),
      ModelTensor("position", [of.context, width], .normal(0.02)),
    ]
    for k in 0..<of.layers {
      list += [
        ModelTensor("layer\(k).norm1.gain", [width], .constant(1)),
        ModelTensor("layer\(k).norm1.bias", [width], .constant(0)),
        ModelTensor("layer\(k).attention.inputs", inputs: width, outputs: 3 * width, .lecun(inputs: width)),
        ModelTensor(
          "layer\(k).attention.output", inputs: width, outputs: width, .normal(small / Double(width).squareRoot())),
        ModelTensor("layer\(k).norm2.gain", [width], .constant(1)),
        ModelTensor("layer\(k).norm2.bias", [width], .constant(0)),
        ModelTensor("layer\(k).feedforward.input", inputs: width, outputs: hidden, .lecun(inputs: width)),
        ModelTensor(
          "layer\(k).feedforward.output", inputs: hidden, outputs: width, .normal(small / Double(hidden).squareRoot())),
      ]
    }
    return list + [
      ModelTensor("norm.gain", [width], .constant(1)), ModelTensor("norm.bias", [width], .constant(0)),
      ModelTensor("output", inputs: width, outputs: of.vocabulary, .lecun(inputs: width)),
    ]
  }

  func scores(_ batch: Batch, _ p: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a transformer is shown tokens") }
    let (texts, length) = (tokens.shape[0], tokens.shape[1])
    var x = p["embedding"].rows(tokens) + p["position"].slice(axis: 0, from: 0, count: length)
    for k in 0..<of.layers {
      let name = "layer\(k)"
      let a = x.layerNorm(gain: p["\(name).norm1.gain"], bias: p["\(name).norm1.bias"])
      let mixed = a.matmul(p["\(name).attention.inputs"]).selfAttention(heads: of.heads, isCausal: true)
      x = x + mixed.matmul(p["\(name).attention.output"])
      let b = x.layerNorm(gain: p["\(name).norm2.gain"], bias: p["\(name).norm2.bias"])
      x = x + b.matmul(p["\(name).feedforward.input"]).gelu().matmul(p["\(name).feedforward.output"])
    }
    let y = x.layerNorm(gain: p["norm.gain"], bias: p["norm.bias"]).matmul(p["output"])
    return y.reshaped([texts * length, of.vocabulary])
  }
}
