// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Unbounded nonlinear models end with a ray that is checked; bounded ones whose objective merely falls far do not.
@Suite struct UnboundedTests {
  private func answer(_ state: (Model, Formula, Formula) -> Void) async throws -> ModelAnswer {
    let model = Model("unbounded")
    let x = model.variable("x", start: 1)
    let y = model.variable("y", start: 0.5)
    state(model, x, y)
    return try await model.solve(by: "interior-point", timeLimit: 3600)
  }

  @Test func raysAreProved() async throws {
    let answers = [
      try await answer { $0.minimize(-($1 ** 2) + 0 * $2) },
      try await answer { $0.minimize($1 * $2) },
      try await answer {
        $0.minimize(-$2)
        $0.require($1 ** 2 <= $2)
      },
      try await answer {
        $0.maximize(exp($1) + 0 * $2)
        $0.require($1 >= 0)
      },
      try await answer {
        $0.minimize($2 - $1 ** 2)
        $0.require($2 >= $1)
      },
    ]
    for answer in answers {
      #expect(answer.status == .unbounded)
      #expect(answer.certificate.kind == .ray)
      #expect(answer.certificate.verified)
    }
  }

  /// Bounded below, by rows or by a far turn; or unbounded in a way that no straight ray shows.
  @Test func nothingElseIsCalledUnbounded() async throws {
    let answers = [
      try await answer {
        $0.minimize(-$1 + 0 * $2)
        $0.require($1 ** 2 <= 1e12)
      },
      try await answer { $0.minimize(1e-9 * $1 ** 4 - $1 ** 2 + $2 ** 2) },
      try await answer {
        $0.minimize(-($1 ** 2))
        $0.require($1 ** 2 + $2 ** 2 <= 1e10)
      },
      try await answer { $0.minimize(-sin($1) + $2 ** 2) },
    ]
    for answer in answers { #expect(answer.status != .unbounded) }
  }

  /// The infimum of −log x is −∞, and every first-order residual tends to zero: no optimum may be claimed.
  @Test func convexWithoutMinimumIsNotOptimal() async throws {
    let answer = try await answer {
      $0.minimize(-log($1) + 0 * $2)
      $0.require($1 >= 1)
    }
    #expect(answer.status != .optimal && answer.status != .locallyOptimal)
  }

  /// A sum of squares that reaches zero is minimal, whatever its Hessian.
  @Test func leastValueProvesOptimality() async throws {
    let answer = try await answer { $0.minimize(($1 * $2 - 1) ** 2 + ($2 - 3) ** 4) }
    #expect(answer.status == .optimal)
    #expect(answer.certificate.kind == .gap)
    #expect(answer.bound == 0)
  }
}
