// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// softmax(QKᵀ/√depth)V for each head, [Q K V] = xA, and the heads' answers times O: [texts, positions, width] → the same.
///
/// A causal one attends to no later position.
///
/// **Reference** A. Vaswani et al., *Attention is all you need*, NeurIPS 2017, section 3.2.
public struct SelfAttention: Layer {
  public var width: Int
  public var heads: Int
  public var isCausal: Bool
  public var hasBias: Bool
  /// How large O begins, as a multiple of LeCun's numbers.
  public var outputScale: Double

  public init(_ width: Int, heads: Int, isCausal: Bool = false, bias: Bool = false, outputScale: Double = 1) {
    precondition(heads > 0 && width > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.width = width
    self.heads = heads
    self.isCausal = isCausal
    hasBias = bias
    self.outputScale = outputScale
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("inputs", inputs: width, outputs: 3 * width, .lecun(inputs: width))]
      + (hasBias ? [ModelTensor("inputs.bias", [3 * width], .constant(0))] : [])
      + [ModelTensor("output", inputs: width, outputs: width, .normal(outputScale / Double(width).squareRoot()))]
      + (hasBias ? [ModelTensor("output.bias", [width], .constant(0))] : [])
  }

  /// [texts, positions, width] → the same. Costs 4·width² + 2·positions·width multiplications a position.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    output(inputs(x, parameters).selfAttention(heads: heads, isCausal: isCausal), parameters)
  }

  /// With a mask [.., positions, positions] that is added to the scores: −∞ where nothing is to be heard.
  public func callAsFunction(
    _ x: TracedTensor, mask: TracedTensor, _ parameters: ModelParameters
  ) -> TracedTensor {
    let (q, k, v) = split(x, parameters)
    return output(q.attention(keys: k, values: v, isCausal: isCausal, mask: mask).joinedHeads(), parameters)
  }

  /// Positions behind those that `memory` knows, which then knows them as well.
  public func callAsFunction(
    _ x: TracedTensor, _ memory: inout AttentionMemory, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    let (q, k, v) = split(x, parameters)
    let all = try memory.append(keys: k, values: v)
    // A single query is the last one: it hears all.
    let mixed = q.attention(keys: all.keys, values: all.values, isCausal: isCausal && x.shape[1] > 1)
    return output(mixed.joinedHeads(), parameters)
  }

  private func inputs(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
    hasBias ? x.linear(p["inputs"], p["inputs.bias"]) : x.matmul(p["inputs"])
  }

  private func output(_ x: TracedTensor, _ p: ModelParameters) -> TracedTensor {
    hasBias ? x.linear(p["output"], p["output.bias"]) : x.matmul(p["output"])
  }

  private func split(_ x: TracedTensor, _ p: ModelParameters) -> (TracedTensor, TracedTensor, TracedTensor) {
    let all = inputs(x, p)
    func part(_ k: Int) -> TracedTensor { all.slice(axis: 2, from: k * width, count: width).split(heads: heads) }
    return (part(0), part(1), part(2))
  }
}
