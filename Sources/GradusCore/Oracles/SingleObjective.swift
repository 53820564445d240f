// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tells the value of another oracle as the only objective, for methods that ask for objectives and constraints.
public struct SingleObjective: VectorOracle {
  public let base: any ZerothOrderOracle<Vector>

  public init(_ base: any ZerothOrderOracle<Vector>) { self.base = base }

  /// One objective and no constraints.
  public func outcomes(at point: Vector) async throws -> Outcomes {
    Outcomes(objectives: [try await base.value(at: point)])
  }

  /// The first of `oracles` that answers questions of type `Question`, or else one that does so by telling values as the only
  /// objective, or at every fidelity.
  public static func answerer<Question: Query>(of type: Question.Type, among oracles: [any Sendable]) -> Question
    .Oracle?
  {
    if let oracle = oracles.lazy.compactMap({ $0 as? Question.Oracle }).first { return oracle }
    return oracles.lazy.compactMap { ($0 as? any ZerothOrderOracle<Vector>) }.compactMap {
      Self($0) as? Question.Oracle ?? EveryFidelity($0) as? Question.Oracle
    }.first
  }
}
