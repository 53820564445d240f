// SPDX-License-Identifier: Apache-2.0

/// How closely a network is looked at.
public struct DiagnosisSettings: Sendable, Codable, Hashable {
  /// Observations that everything is computed on; all of them where there are fewer.
  public var observations: Int
  /// Eigenvalues of the Hessian that are told, the largest.
  public var eigenvalues: Int
  /// Products of the Hessian with vectors that eigenvalues are found with.
  public var products: Int
  /// Samples of each trace.
  public var samples: Int
  /// ρ, the radius of the ball in which the loss is raised.
  public var radius: Double
  /// Steps of ascent in the ball.
  public var ascents: Int

  public init(
    observations: Int = 256, eigenvalues: Int = 5, products: Int = 20, samples: Int = 10, radius: Double = 0.05,
    ascents: Int = 5
  ) {
    precondition(observations >= 2, "a network is looked at on at least two observations")
    precondition(eigenvalues >= 1 && products >= eigenvalues, "\(eigenvalues) eigenvalues from \(products) products")
    precondition(samples >= 2, "the error of a trace takes two samples")
    precondition(radius > 0 && radius.isFinite && ascents >= 0, "the loss is raised in a ball of positive radius")
    self.observations = observations
    self.eigenvalues = eigenvalues
    self.products = products
    self.samples = samples
    self.radius = radius
    self.ascents = ascents
  }

  /// What a diagnosis costs, in gradients of the observations looked at: a product with the Hessian counts as four, one with
  /// the Gauss–Newton matrix as three, the gradients of single observations and a walk for activations as one each.
  public var gradients: Int { 4 * (products + samples) + 3 * samples + ascents + 7 }
}
