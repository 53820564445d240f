// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A vector for each token: row k of a table is that of token k.
public struct Embedding: ModelPart {
  public var vocabulary: Int
  public var width: Int
  public var deviation: Double

  public init(_ vocabulary: Int, _ width: Int, deviation: Double = 0.02) {
    precondition(vocabulary > 0 && width > 0, "vectors of \(width) numbers for \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.width = width
    self.deviation = deviation
  }

  public var tensors: [ModelTensor] { [ModelTensor("table", [vocabulary, width], .normal(deviation))] }

  /// [..] → [.., width]; a token outside the vocabulary is an error of the operation.
  public func callAsFunction(_ tokens: TensorIndices, _ parameters: ModelParameters) -> TracedTensor {
    parameters["table"].rows(tokens)
  }
}
