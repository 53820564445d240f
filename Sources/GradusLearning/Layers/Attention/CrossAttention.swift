// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Attention of one sequence to another: softmax(QKᵀ/√depth)V for each head with Q = xA, [K V] = yB, and the heads' answers
/// times O: [texts, positions, width] and [texts, source positions, sourceWidth] → [texts, positions, width].
public struct CrossAttention: ModelPart {
  public var width: Int
  public var sourceWidth: Int
  public var heads: Int
  public var hasBias: Bool
  /// How large O begins, as a multiple of LeCun's numbers.
  public var outputScale: Double

  public init(_ width: Int, source: Int? = nil, heads: Int, bias: Bool = false, outputScale: Double = 1) {
    precondition(heads > 0 && width > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    precondition(source ?? 1 > 0, "a source of \(source ?? 0) numbers")
    self.width = width
    sourceWidth = source ?? width
    self.heads = heads
    hasBias = bias
    self.outputScale = outputScale
  }

  public var tensors: [ModelTensor] {
    var list = [
      ModelTensor("queries", inputs: width, outputs: width, .lecun(inputs: width)),
      ModelTensor("source", inputs: sourceWidth, outputs: 2 * width, .lecun(inputs: sourceWidth)),
      ModelTensor("output", inputs: width, outputs: width, .normal(outputScale / Double(width).squareRoot())),
    ]
    if hasBias {
      list += [
        ModelTensor("queries.bias", [width], .constant(0)), ModelTensor("source.bias", [2 * width], .constant(0)),
        ModelTensor("output.bias", [width], .constant(0)),
      ]
    }
    return list
  }

  /// `mask` [.., positions, source positions], if any, is added to the scores.
  public func callAsFunction(
    _ x: TracedTensor, source: TracedTensor, mask: TracedTensor? = nil, _ parameters: ModelParameters
  ) -> TracedTensor {
    attended(x, keysAndValues(source, parameters), mask, parameters)
  }

  /// The same with keys and values of the source computed once and remembered.
  public func callAsFunction(
    _ x: TracedTensor, source: TracedTensor, _ memory: inout AttentionMemory, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    attended(x, try memory.fixed(x.tape) { keysAndValues(source, parameters) }, nil, parameters)
  }

  private func attended(
    _ x: TracedTensor, _ source: (keys: TracedTensor, values: TracedTensor), _ mask: TracedTensor?,
    _ parameters: ModelParameters
  ) -> TracedTensor {
    let queries = mapped(x, "queries", parameters).split(heads: heads)
    let mixed = queries.attention(keys: source.keys, values: source.values, mask: mask)
    return mapped(mixed.joinedHeads(), "output", parameters)
  }

  private func keysAndValues(
    _ source: TracedTensor, _ parameters: ModelParameters
  ) -> (keys: TracedTensor, values: TracedTensor) {
    let both = mapped(source, "source", parameters)
    return (
      both.slice(axis: 2, from: 0, count: width).split(heads: heads),
      both.slice(axis: 2, from: width, count: width).split(heads: heads)
    )
  }

  private func mapped(_ x: TracedTensor, _ name: String, _ p: ModelParameters) -> TracedTensor {
    hasBias ? x.linear(p[name], p[name + ".bias"]) : x.matmul(p[name])
  }
}
