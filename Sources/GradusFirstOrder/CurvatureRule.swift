// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A rule whose steps depend on a diagonal of the curvature that it hears now and then.
public protocol CurvatureRule: UpdateRule {
  /// Where the diagonal comes from.
  var curvature: CurvatureSource { get set }
}

/// Where a rule has the diagonal of the curvature from.
public enum CurvatureSource: String, Sendable, Codable, Hashable, CaseIterable {
  /// The square of its own gradient: the empirical Fisher matrix.
  case gradient
  /// Hutchinson's estimate, told by a training.
  case hutchinson
  /// The Gauss–Newton–Bartlett estimate, told by a training.
  case bartlett

  /// What a training is asked for; nil for the rule's own gradient.
  public var estimate: CurvatureEstimate? {
    switch self {
    case .gradient: nil
    case .hutchinson: .hutchinson
    case .bartlett: .bartlett
    }
  }
}
