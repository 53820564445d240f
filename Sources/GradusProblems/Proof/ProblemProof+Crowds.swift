// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ProblemProof {
  /// No random point has a better mean over the clients than the stated one.
  mutating func checkClients(_ oracle: any FederatedOracle<Vector>) async throws {
    guard let problem = problem.form(FederatedProblem.self), let optimum = self.problem.optimum.points.first else {
      return
    }
    func mean(_ x: Vector) async throws -> Double {
      var total = 0.0
      for client in 0..<problem.clients { total += try await oracle.value(at: x, of: client) }
      return total / Double(problem.clients)
    }
    let best = try await mean(optimum)
    for _ in 0..<10 * points {
      let x = sample()
      let value = try await mean(x)
      expect(value >= best, "no random point has a better mean", "\(value) at \(x.elements), \(best) at the optimum")
    }
  }

  /// No random point has a better value than the stated one, and features lie where they are said to.
  mutating func checkBehaviors(_ oracle: any BehaviorOracle<Vector>) async throws {
    guard let problem = problem.form(BehaviorProblem.self), let optimum = self.problem.optimum.points.first else {
      return
    }
    let best = try await oracle.behavior(at: optimum).value
    for _ in 0..<10 * points {
      let x = sample()
      let found = try await oracle.behavior(at: x)
      expect(
        found.value >= best, "no random point is better", "\(found.value) at \(x.elements), \(best) at the optimum")
      expect(
        problem.features.violation(of: found.features) <= 1e-12, "features lie in their box", "\(found.features)")
    }
  }
}
