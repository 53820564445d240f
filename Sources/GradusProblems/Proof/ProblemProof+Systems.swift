// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ProblemProof {
  /// The stated point has the stated value and a residual orthogonal to the columns, and no random point is better.
  mutating func checkSystem(_ system: LinearSystem) {
    guard let best = problem.optimum.value else { return }
    for x in problem.optimum.points {
      let value = system.objective(at: x)
      expect(abs(value - best) <= 1e-12 * max(1, best), "the stated point has the stated value", "\(value)")
      let slope = system.matrix.transposedTimes(system.residual(at: x)).maximumMagnitude
      expect(slope <= 1e-12, "the residual is orthogonal to the columns", "\(slope)")
    }
    for _ in 0..<50 * points {
      let x = sample()
      expect(system.objective(at: x) >= best - 1e-12, "no random point is better", "at \(x.elements)")
    }
  }
}
