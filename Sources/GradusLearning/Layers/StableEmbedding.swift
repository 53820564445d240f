// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A vector for each token, normalized: gradients of rare and of common tokens become alike, so that short memory serves.
///
///     y = layerNorm(E[token]),   E uniform with variance 2/(vocabulary + width)
///
/// The rule that trains it keeps 32 bits for the table: `Partitioned("*embedding.table", rule, else: Quantized(rule))`.
///
/// **Reference** T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, *8-bit optimizers via block-wise quantization*,
/// ICLR 2022, section 2.3.
public struct StableEmbedding: ModelPart {
  public var vocabulary: Int
  public var width: Int

  public init(_ vocabulary: Int, _ width: Int) {
    precondition(vocabulary > 0 && width > 0, "vectors of \(width) numbers for \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.width = width
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("table", [vocabulary, width], .glorotUniform(inputs: vocabulary, outputs: width))]
      + LayerNorm(width).tensors("norm")
  }

  /// [..] → [.., width]; a token outside the vocabulary is an error of the operation.
  public func callAsFunction(_ tokens: TensorIndices, _ parameters: ModelParameters) -> TracedTensor {
    LayerNorm(width)(parameters["table"].rows(tokens), parameters.part("norm"))
  }
}
