// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tells a loss and its derivative with respect to what a model puts out: a simulator, an expert, a labelled data set.
public protocol TargetOracle: Sendable {
  /// ℓ(z) and ∇ℓ(z) for the outputs z of the observations at these positions, one behind the other.
  func targetGradient(at outputs: Vector, of rows: [Int], stream: RandomStream) async throws -> Linearization<Vector>

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateTargetGradient(
    at outputs: Vector, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Vector>?
}

extension TargetOracle {
  /// Must be awaited.
  public func immediateTargetGradient(
    at outputs: Vector, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Vector>? { nil }
}

/// What are the loss of these outputs and its derivative?
public struct TargetGradient: Query, Codable {
  /// The outputs of the observations, one behind the other.
  public var outputs: Vector
  /// Positions of observations in the data.
  public var rows: [Int]
  public var stream: RandomStream

  public init(outputs: Vector, rows: [Int], stream: RandomStream) {
    self.outputs = outputs
    self.rows = rows
    self.stream = stream
  }

  public static var needs: String { "losses of a model's outputs with their derivatives" }
  public var kind: String { "target gradient" }

  /// The oracle's answer.
  public func put(to oracle: any TargetOracle) async throws -> Linearization<Vector> {
    try await oracle.targetGradient(at: outputs, of: rows, stream: stream)
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any TargetOracle) throws -> Linearization<Vector>? {
    try oracle.immediateTargetGradient(at: outputs, of: rows, stream: stream)
  }
}
