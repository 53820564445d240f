// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
public import GradusNumerics

/// One fault of the kinds that audits of benchmarks found, put into an annotated problem.
///
/// Where the model itself is spoilt and still has an optimum, the label takes over that optimum, as it does where an answer was
/// computed by a wrong program: comparing answers shows nothing then.
public enum LabelFault: String, Sendable, Codable, CaseIterable {
  case wrongOptimum, flippedSense, lostIntegrality, infeasibleData, unitSlip

  /// The name under which an audit must report it.
  public var finding: AuditFinding.Fault {
    switch self {
    case .wrongOptimum: .optimum
    case .flippedSense: .sense
    case .lostIntegrality: .integrality
    case .infeasibleData: .status
    case .unitSlip: .unit
    }
  }

  /// The problem with this fault; nil where it has no place, as integrality where nothing is whole. Throws what `ModelExecutor`
  /// throws. Cost: a few solves.
  public func applied(
    to problem: AnnotatedProblem, by executor: ModelExecutor, _ stream: RandomStream
  ) async throws -> AnnotatedProblem? {
    var stream = stream, wrong = problem
    let isInModel = stream.uniform() < 0.5
    switch self {
    case .wrongOptimum:
      let share = stream.uniform(0.02, 0.5)
      wrong.optimum += (stream.uniform() < 0.5 ? -share : share) * max(1, abs(problem.optimum))
      return wrong
    case .flippedSense:
      if isInModel {
        wrong.statement.sense = problem.sense.opposite
        return try await answered(wrong, by: executor)
      }
      wrong.sense = problem.sense.opposite
      return wrong
    case .lostIntegrality:
      guard !problem.integers.isEmpty else { return nil }
      if isInModel {
        for k in wrong.statement.variables.indices { wrong.statement.variables[k].relax() }
        return try await answered(wrong, by: executor)
      }
      wrong.integers = []
      return wrong
    case .unitSlip: return try await slipped(problem, isInModel, by: executor, &stream)
    case .infeasibleData: return try await infeasible(problem, by: executor, &stream)
    }
  }

  /// With the optimum of its own model as label, where it has one.
  private func answered(_ problem: AnnotatedProblem, by executor: ModelExecutor) async throws -> AnnotatedProblem {
    var problem = problem
    let execution = try await executor.run(problem.statement.text())
    if execution.hasOptimum, let objective = execution.objective { problem.optimum = objective }
    return problem
  }

  private func slipped(
    _ problem: AnnotatedProblem, _ isInModel: Bool, by executor: ModelExecutor, _ stream: inout RandomStream
  ) async throws -> AnnotatedProblem? {
    var wrong = problem
    let places = problem.statement.parameters.indices.filter { problem.statement.parameters[$0].unit != nil }
    guard !places.isEmpty else { return nil }
    let k = places[stream.integer(below: places.count)]
    let parameter = problem.statement.parameters[k]
    if isInModel {
      let factor: Double = stream.uniform() < 0.5 ? 60 : 1000
      wrong.statement.parameters[k].values = parameter.values.map { $0 * factor }
      return try await answered(wrong, by: executor)
    }
    wrong.units[parameter.name] = "1000 \(parameter.unit ?? "")"
    return wrong
  }

  /// Numbers of a parameter with the other sign or a thousandfold, the first at which nothing is feasible.
  private func infeasible(
    _ problem: AnnotatedProblem, by executor: ModelExecutor, _ stream: inout RandomStream
  ) async throws -> AnnotatedProblem? {
    for k in stream.permutation(problem.statement.parameters.count) {
      for factor in [1000.0, -10] {
        var wrong = problem
        wrong.statement.parameters[k].values = wrong.statement.parameters[k].values.map { $0 * factor }
        let execution = try await executor.run(wrong.statement.text())
        if execution.status == .infeasible || execution.status == .locallyInfeasible { return wrong }
      }
    }
    return nil
  }
}
