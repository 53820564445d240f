// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The best learning rate and batch as powers of the size of a model and of its data.
///
///     η*(N, D) = a·N^α·D^β           N: parameters without embeddings
///     B*(D) = b·D^γ                  D: tokens of the training, B in tokens
///
/// **Reference** H. Li et al., *Predictable scale: part I – optimal hyperparameter scaling law in large language model
/// pretraining* (2025): AdamW, warm-up and cosine to a floor of 10⁻⁵ that does not depend on the peak.
public struct StepLaw: Sendable, Codable, Hashable {
  /// ln a, α, β.
  public var rateLogarithm: Double
  public var rateOfParameters: Double
  public var rateOfTokens: Double
  /// ln b, γ; nil where batches were not varied.
  public var batchLogarithm: Double?
  public var batchOfTokens: Double?

  public init(
    rateLogarithm: Double, rateOfParameters: Double, rateOfTokens: Double, batchLogarithm: Double? = nil,
    batchOfTokens: Double? = nil
  ) {
    self.rateLogarithm = rateLogarithm
    self.rateOfParameters = rateOfParameters
    self.rateOfTokens = rateOfTokens
    self.batchLogarithm = batchLogarithm
    self.batchOfTokens = batchOfTokens
  }

  /// The law fitted to 3,700 language models: η = 1.79·N^−0.713·D^0.307, B = 0.58·D^0.571.
  public static let published = StepLaw(
    rateLogarithm: log(1.79), rateOfParameters: -0.713, rateOfTokens: 0.307, batchLogarithm: log(0.58),
    batchOfTokens: 0.571)

  /// η*(N, D).
  public func rate(parameters: Double, tokens: Double) -> Double {
    precondition(parameters > 0 && tokens > 0, "a model has parameters and is trained on tokens")
    return exp(rateLogarithm + rateOfParameters * log(parameters) + rateOfTokens * log(tokens))
  }

  /// B*(D) in tokens.
  public func batch(tokens: Double) -> Double? {
    guard let batchLogarithm, let batchOfTokens else { return nil }
    precondition(tokens > 0, "a model is trained on tokens")
    return exp(batchLogarithm + batchOfTokens * log(tokens))
  }
}
