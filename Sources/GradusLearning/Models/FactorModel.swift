// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A matrix as a product of two of rank r, with an offset for each row and column: matrix factorization.
///
///     a_ij ≈ ⟨uᵢ, vⱼ⟩ + bᵢ + cⱼ
///
/// Shown pairs of tokens, rows first, columns counted on behind the rows. The score is a number.
public struct FactorModel: Network {
  /// Rows and columns together.
  public var vocabulary: Int
  public var rank: Int

  public init(vocabulary: Int, rank: Int) {
    precondition(vocabulary > 0 && rank > 0, "factors of rows and columns")
    self.vocabulary = vocabulary
    self.rank = rank
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("factors", [vocabulary, rank], .normal(0.3)), ModelTensor("offsets", [vocabulary], .constant(0)),
    ]
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let tokens = batch.tokens else { preconditionFailure("a factor model is shown pairs of tokens") }
    precondition(tokens.shape[-1] == 2, "a factor model is shown pairs, not \(tokens.shape)")
    let n = tokens.shape[0]
    let factors = parameters["factors"].rows(tokens)
    let product = factors.slice(axis: 1, from: 0, count: 1) * factors.slice(axis: 1, from: 1, count: 1)
    return product.sum(over: [2])
      + parameters["offsets"].rows(tokens).sum(over: [1], keepingAxes: true).reshaped([n, 1])
  }
}
