// SPDX-License-Identifier: Apache-2.0

/// What a network looks like at a point of its training: the loss around it, and what its layers make of the data.
///
///     λ          eigenvalues of H = ∇²f by Lanczos, each within its error of an eigenvalue
///     tr H       Hutchinson's estimate with its standard error; tr G of the Gauss–Newton matrix from the same signs
///     sharpness  max f(θ + ε) − f(θ) over |ε| ≤ ρ, from below: at ε = ρg/|g| (as SAM takes it), and the largest found from
///                there and from ε = ±ρv (v of the largest λ) by ε ← ρ∇f(θ + ε)/|∇f(θ + ε)|
///     noise      tr Σ = Σᵢ|gᵢ − g|²/(n − 1) of the gradients gᵢ of single observations; a batch of
///                tr Σ/(|g|² − tr Σ/n) has as much noise as gradient
///     rank       exp(−Σ pᵢ log pᵢ), pᵢ = σᵢ/Σσ: of weights, first axis × the others, and of what a product is shown
///     alignment  linear CKA of what layers see, one row an observation: between layers, and of each with itself before
///                training
///     update     |Δθ|/|θ| of each tensor in the last step
///
/// f is the mean loss of the observations looked at, without dropout.
///
/// **Reference** B. Ghorbani, S. Krishnan & Y. Xiao, ICML 2019 (eigenvalues); P. Foret et al., ICLR 2021 (sharpness);
/// S. McCandlish et al., *An empirical model of large-batch training* (2018), eq. 2.9 (noise); O. Roy & M. Vetterli,
/// EUSIPCO 2007 (rank); S. Kornblith et al., ICML 2019 (alignment).
public struct NetworkDiagnosis: Sendable, Codable, Hashable {
  /// A number and how far off it may be.
  public struct Estimate: Sendable, Codable, Hashable {
    public var value: Double
    /// Of an eigenvalue a bound, of a trace the standard error.
    public var error: Double
  }

  /// How far the loss rises nearby.
  public struct Sharpness: Sendable, Codable, Hashable {
    /// ρ.
    public var radius: Double
    /// f(θ + ρg/|g|) − f(θ).
    public var gradientRise: Double
    /// The largest rise found.
    public var rise: Double
  }

  /// How gradients of single observations scatter.
  public struct Noise: Sendable, Codable, Hashable {
    /// tr Σ.
    public var variance: Double
    /// The batch whose noise is as large as the gradient; nil where the gradient is not told from zero.
    public var criticalBatch: Double?
  }

  /// One tensor of the model.
  public struct Tensor: Sendable, Codable, Hashable {
    public var name: String
    public var shape: [Int]
    /// Effective rank; nil for vectors, and for matrices whose shorter side is above 2048.
    public var rank: Double?
    /// |Δθ|/|θ| of the last step; nil where it is not known or θ was zero.
    public var update: Double?
    /// |θ − θ₀|/|θ₀| with θ₀ from before training; nil where θ₀ is zero or not known.
    public var distance: Double?
  }

  /// What a product of the model is shown, or the scores.
  public struct Representation: Sendable, Codable, Hashable {
    /// The tensor of the weights that it is multiplied with; `scores` for those.
    public var name: String
    /// Numbers in a row of the product.
    public var width: Int
    /// Effective rank of at most 1024 rows.
    public var rank: Double
    /// CKA with the same before training; nil where that is not known or one of both is constant.
    public var start: Double?
  }

  /// Observations looked at.
  public var observations: Int
  public var loss: Double
  /// |g|.
  public var gradientNorm: Double
  /// The largest eigenvalues of the Hessian, the largest first.
  public var eigenvalues: [Estimate]
  /// The smallest; negative where the loss bends down.
  public var smallest: Estimate
  public var hessianTrace: Estimate
  public var gaussNewtonTrace: Estimate
  public var sharpness: Sharpness
  public var noise: Noise
  public var tensors: [Tensor]
  /// In the order of the model.
  public var representations: [Representation]
  /// CKA of each with each; nil where one is constant.
  public var alignment: [[Double?]]
}
