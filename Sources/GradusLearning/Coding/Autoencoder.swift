// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
public import GradusTensor

/// Features squeezed through a narrow code and made again.
///
///     c = encoder(x),   scores = decoder(c)
///
/// To be trained with `LearningData(features:width:)`, whose targets are the features themselves.
public struct Autoencoder: Network {
  /// What is done to features or their code while training.
  public enum Kind: Sendable, Codable, Hashable {
    case plain
    /// While training features get normal noise of this deviation and are 0 with probability `dropped`; what is to be made
    /// again is clean.
    ///
    /// **Reference** P. Vincent et al., *Stacked denoising autoencoders*, JMLR 11 (2010).
    case denoising(deviation: Double, dropped: Double)
    /// The encoder gives means and logarithms of variances of the code; while training c = μ + σ⊙ε, ε standard normal, and
    /// (2s²/m) KL(N(μ, σ²) ‖ N(0, 1)) is added for m features: with the squared error this is −ELBO·2s²/m, up to a
    /// constant, for observations of deviation s around what the decoder says.
    ///
    ///     KL = ½ Σ (μ² + σ² − 1 − ln σ²)
    ///
    /// **Reference** D. Kingma & M. Welling, *Auto-encoding variational Bayes*, ICLR 2014, appendix B.
    case variational(deviation: Double)
  }

  /// Features, hidden widths, code.
  public var widths: [Int]
  public var kind: Kind

  public init(widths: [Int], _ kind: Kind = .plain) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "an autoencoder has features and a code")
    self.widths = widths
    self.kind = kind
  }

  private var isVariational: Bool { if case .variational = kind { true } else { false } }
  private var codeWidth: Int { widths[widths.count - 1] }

  public var encoder: Perceptron {
    Perceptron(widths: widths.dropLast() + [isVariational ? 2 * codeWidth : codeWidth])
  }

  public var decoder: Perceptron { Perceptron(widths: widths.reversed()) }

  public var tensors: [ModelTensor] { encoder.tensors("encoder") + decoder.tensors("decoder") }

  /// The code of features [n, m]; of a variational autoencoder its means.
  public func code(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let c = encoder(x, parameters.part("encoder"))
    return isVariational ? c.slice(axis: 1, from: 0, count: codeWidth) : c
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let x = batch.features else { preconditionFailure("an autoencoder is shown features, not tokens") }
    let decode = { decoder($0, parameters.part("decoder")) }
    switch kind {
    case .plain: return decode(code(x, parameters))
    case .denoising(let deviation, let dropped):
      guard var stream = parameters.stream else { return decode(code(x, parameters)) }
      let noise = (0..<x.shape.count).map { _ in deviation * stream.normal() }
      let kept = (0..<x.shape.count).map { _ in stream.uniform() < dropped ? 0.0 : 1.0 }
      let spoiled = x * x.constant(kept, x.shape) + x.constant(noise, x.shape)
      return decode(code(spoiled, parameters))
    case .variational(let deviation):
      let both = encoder(x, parameters.part("encoder"))
      let mean = both.slice(axis: 1, from: 0, count: codeWidth)
      let logVariance = both.slice(axis: 1, from: codeWidth, count: codeWidth)
      let rest = (mean.squared() + logVariance.exp() - 1 - logVariance) * 0.5
      let scale = 2 * deviation * deviation / Double(widths[0])
      parameters.add(penalty: rest.sum(over: [1]).mean() * scale)
      guard var stream = parameters.stream else { return decode(mean) }
      let epsilon = mean.constant((0..<mean.shape.count).map { _ in stream.normal() }, mean.shape)
      return decode(mean + (logVariance * 0.5).exp() * epsilon)
    }
  }
}
