// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Formulas and relaxations.
struct SearchProbe: SearchOracle {
  let formulas: ConstraintProbe
  let base: any SearchOracle

  init(base: any SearchOracle, listener: Listener) {
    self.base = base
    formulas = ConstraintProbe(base: base, listener: listener)
  }

  func solve(
    _ program: RelaxedProgram, _ settings: LinearSolveSettings, basis: Basis?
  ) async throws -> LinearAnswer {
    let fault = try formulas.listener.hear([])
    await formulas.listener.arrive()
    var answer = try await base.solve(program, settings, basis: basis)
    answer.objective = answer.objective.map { fault.spoil($0) }
    answer.primal = answer.primal.map { fault.spoil($0) }
    answer.duals = answer.duals.map { fault.spoil($0) }
    return answer
  }

  func values(at point: Vector) async throws -> ConstrainedValues { try await formulas.values(at: point) }
  func derivatives(at point: Vector) async throws -> ConstrainedDerivatives {
    try await formulas.derivatives(at: point)
  }
  func lagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) async throws -> Vector {
    try await formulas.lagrangianProduct(
      at: point, multipliers: multipliers, objectiveWeight: objectiveWeight, along: direction)
  }
  func lagrangianHessian(at point: Vector, multipliers: Vector, objectiveWeight: Double) async throws -> SparseMatrix {
    try await formulas.lagrangianHessian(at: point, multipliers: multipliers, objectiveWeight: objectiveWeight)
  }
}
