// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Noisy values, which can also be asked for without a stream.
struct SampleProbe: ZerothOrderOracle, StochasticOracle {
  let value: ValueProbe
  let base: any StochasticOracle<Vector>

  func value(at point: Vector) async throws -> Double { try await value.value(at: point) }
  func immediateValue(at point: Vector) throws -> Double? { try value.immediateValue(at: point) }

  func sample(at point: Vector, stream: RandomStream) async throws -> Observation {
    let fault = try value.listener.hear([point])
    var answer = try await base.sample(at: point, stream: stream)
    answer.value = fault.spoil(answer.value)
    return answer
  }
}

/// Values at several fidelities, and without one.
struct PricedProbe: ZerothOrderOracle, FidelityOracle {
  let value: ValueProbe
  let base: any FidelityOracle<Vector>

  func value(at point: Vector) async throws -> Double { try await value.value(at: point) }
  func immediateValue(at point: Vector) throws -> Double? { try value.immediateValue(at: point) }

  func value(at point: Vector, fidelity: Double) async throws -> PricedValue {
    let fault = try value.listener.hear([point])
    await value.listener.arrive()
    var answer = try await base.value(at: point, fidelity: fidelity)
    answer.value = fault.spoil(answer.value)
    return answer
  }
}

struct RankProbe: PreferenceOracle {
  let base: any PreferenceOracle<Vector>
  let listener: Listener

  func ranking(of points: [Vector]) async throws -> [Int] {
    // An order has no numbers to spoil; only a failure can be planned.
    _ = try listener.hear(points)
    await listener.arrive()
    return try await base.ranking(of: points)
  }
}

struct ObjectivesProbe: VectorOracle {
  let base: any VectorOracle<Vector>
  let listener: Listener

  func outcomes(at point: Vector) async throws -> Outcomes {
    let fault = try listener.hear([point])
    await listener.arrive()
    let answer = try await base.outcomes(at: point)
    return Outcomes(
      objectives: answer.objectives.map { fault.spoil($0) }, constraints: answer.constraints.map { fault.spoil($0) })
  }
}

struct ConstraintProbe: ConstraintOracle {
  let base: any ConstraintOracle
  let listener: Listener

  func values(at point: Vector) async throws -> ConstrainedValues {
    let fault = try listener.hear([point])
    let answer = try await base.values(at: point)
    return ConstrainedValues(objective: fault.spoil(answer.objective), constraints: fault.spoil(answer.constraints))
  }

  func derivatives(at point: Vector) async throws -> ConstrainedDerivatives {
    let fault = try listener.hear([point])
    var answer = try await base.derivatives(at: point)
    answer.gradient = fault.spoil(answer.gradient)
    answer.jacobian.values = answer.jacobian.values.map { fault.spoil($0) }
    return answer
  }

  func lagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) async throws -> Vector {
    let fault = try listener.hear([point])
    return fault.spoil(
      try await base.lagrangianProduct(
        at: point, multipliers: multipliers, objectiveWeight: objectiveWeight, along: direction))
  }

  func lagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) async throws -> SparseMatrix {
    let fault = try listener.hear([point])
    var answer = try await base.lagrangianHessian(
      at: point, multipliers: multipliers, objectiveWeight: objectiveWeight)
    answer.values = answer.values.map { fault.spoil($0) }
    return answer
  }
}

struct ProgramProbe: LinearProgramOracle {
  let base: any LinearProgramOracle
  let listener: Listener

  func solve(_ question: SolveLinear) async throws -> LinearAnswer {
    let fault = try listener.hear([])
    var answer = try await base.solve(question)
    answer.primal = answer.primal.map { fault.spoil($0) }
    answer.objective = answer.objective.map { fault.spoil($0) }
    answer.bound = answer.bound.map { fault.spoil($0) }
    answer.duals = answer.duals.map { fault.spoil($0) }
    answer.reducedCosts = answer.reducedCosts.map { fault.spoil($0) }
    return answer
  }
}
