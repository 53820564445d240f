// SPDX-License-Identifier: Apache-2.0

/// Who answers the questions of a global search: formulas at points, and linear relaxations.
public protocol SearchOracle: ConstraintOracle {
  /// The optimum of a linear or integer relaxation, from a basis of an earlier one where there is one.
  ///
  /// Throws when no solver is there; a solver that fails says so in the status of its answer.
  func solve(_ program: RelaxedProgram, _ settings: LinearSolveSettings, basis: Basis?) async throws -> LinearAnswer
}

/// A question of a global search over a program of formulas.
public enum SearchQuestion: Query, Codable {
  case formula(Constrained)
  case relaxation(RelaxedProgram, LinearSolveSettings, basis: Basis?)

  /// What was asked for: values and derivatives of the formulas, or the optimum of a relaxation.
  public enum Answer: Sendable, Codable {
    case formula(Constrained.Answer)
    case relaxation(LinearAnswer)
  }

  public static var needs: String { "values and derivatives of a program of formulas, and a linear programming solver" }

  public var kind: String {
    switch self {
    case .formula(let question): question.kind
    case .relaxation(let program, _, _): program.integers.isEmpty ? "linear program" : "integer program"
    }
  }

  public func put(to oracle: any SearchOracle) async throws -> Answer {
    switch self {
    case .formula(let question): .formula(try await question.put(to: oracle))
    case .relaxation(let program, let settings, let basis):
      .relaxation(try await oracle.solve(program, settings, basis: basis))
    }
  }

  public func answerNow(from oracle: any SearchOracle) throws -> Answer? {
    guard case .formula(let question) = self else { return nil }
    return try question.answerNow(from: oracle).map { .formula($0) }
  }
}
