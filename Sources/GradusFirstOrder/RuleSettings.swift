// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Settings that many rules share: one range and one sentence for all of them.
extension Setting {
  /// η.
  static func rate(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("rate", path, in: 1e-12...1e6, "learning rate")
  }

  /// β₁.
  static func beta1(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("beta1", path, in: 0...0.99999, "factor of the first moment")
  }

  /// β₂.
  static func beta2(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("beta2", path, in: 0...0.9999999, "factor of the second moment")
  }

  /// ε.
  static func epsilon(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("epsilon", path, in: 0...1e3, "keeps the denominator from zero")
  }

  /// λ of θ ← θ − ηλθ.
  static func decay(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("decay", path, in: 0...1e3, "weight decay, multiplied by the rate")
  }

  /// λ of g ← g + λθ.
  static func coupledDecay(_ path: any WritableKeyPath<Owner, Double> & Sendable) -> Self {
    Self("decay", path, in: 0...1e3, "weight decay, added to the gradient")
  }
}
