// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// What a model of sequences is shown: [rows, positions, width].
public enum SequenceInput: ModelPart {
  /// The features of a row are `steps` vectors of `inputs` numbers, one behind the other: an image is read line by line.
  case vectors(steps: Int, inputs: Int)
  /// Tokens, for each of which a vector of `width` numbers is trained.
  case tokens(vocabulary: Int, width: Int)

  /// Numbers of a position.
  public var width: Int {
    switch self {
    case .vectors(_, let inputs): inputs
    case .tokens(_, let width): width
    }
  }

  public var tensors: [ModelTensor] {
    switch self {
    case .vectors: []
    case .tokens(let vocabulary, let width): Embedding(vocabulary, width, deviation: 1).tensors
    }
  }

  /// [rows, positions, width] of a batch of features [rows, steps·inputs] or of tokens [rows, positions]. A batch of
  /// the other kind is a broken precondition.
  public func callAsFunction(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    switch self {
    case .vectors(let steps, let inputs):
      guard let features = batch.features else { preconditionFailure("vectors are features, not tokens") }
      precondition(
        features.shape[1] == steps * inputs, "\(features.shape[1]) features for \(steps) steps of \(inputs) numbers")
      return features.reshaped([features.shape[0], steps, inputs])
    case .tokens(let vocabulary, let width):
      guard let tokens = batch.tokens else { preconditionFailure("a model of tokens is not shown features") }
      return Embedding(vocabulary, width)(tokens, parameters)
    }
  }
}
