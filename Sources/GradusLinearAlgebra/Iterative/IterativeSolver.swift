// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A value that approaches the solution of a linear system step by step.
public protocol IterativeSolver: Sendable, Codable {
  /// x as it stands.
  var solution: Vector { get }
  /// Whether the iteration goes on, and why it ended otherwise.
  var status: IterativeStatus { get }
  /// What was spent so far.
  var counts: OperationCounts { get }
}

/// Whether an iteration goes on, and why it ended otherwise.
public enum IterativeStatus: String, Sendable, Codable, Hashable {
  case running, converged
  /// A direction of no positive curvature was met: the matrix is not positive definite.
  case indefinite
  /// Nothing more can be gained: the residual of a singular or inconsistent system does not fall.
  case stalled
  /// A number was not finite: the data are, or the iteration diverged.
  case failed
}

/// What an iterative solver spent; the same on every machine.
public struct OperationCounts: Sendable, Hashable, Codable {
  /// Products with A.
  public var products = 0
  /// Products with Aᵀ.
  public var transposedProducts = 0
  public var preconditionings = 0
  public var sweeps = 0
  /// Multiplications and additions of all of it.
  public var operations = 0

  public init() {}
}
