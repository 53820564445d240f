// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct GradientRegularizedNewtonTests {
  /// r = (10(x₂ − x₁²), 1 − x₁).
  struct Valley: ResidualOracle {
    func residual(at x: Vector) async throws -> Vector { [10 * (x[1] - x[0] * x[0]), 1 - x[0]] }
    func jacobianProduct(at x: Vector, along d: Vector) async throws -> Vector {
      [10 * (d[1] - 2 * x[0] * d[0]), -d[0]]
    }
    func jacobianTransposedProduct(at x: Vector, with w: Vector) async throws -> Vector {
      [-20 * x[0] * w[0] - w[1], 10 * w[0]]
    }
  }

  /// x₁⁴ + x₂², with whatever is given as Hessian.
  struct Bowl: SecondOrderOracle {
    var matrix: Vector
    func linearization(at x: Vector) async throws -> Linearization<Vector> {
      Linearization(value: x[0] * x[0] * x[0] * x[0] + x[1] * x[1], gradient: [4 * x[0] * x[0] * x[0], 2 * x[1]])
    }
    func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector { direction }
    func hessianMatrix(at point: Vector) async throws -> Vector { matrix }
  }

  @Test func gaussNewtonMatricesServe() async throws {
    let run = try Run(
      Unconstrained(start: [-1.2, 1]), by: GradientRegularizedNewton(), asking: GaussNewtonObjective(Valley()))
    while run.progress.answers < 400, run.report.measure ?? 1 > 1e-10, try await run.step() {}
    #expect((run.report.point - [1, 1]).norm <= 1e-9)
    #expect(run.state.factorizations <= run.progress.answers(of: "gradient"))
  }

  /// Matrices that are indefinite, zero or no numbers cost steps, not the descent.
  @Test(arguments: [[-5, 0, 0, 1], [0, 0, 0, 0], [.nan, 0, 0, .nan]])
  func badMatricesAreSurvived(_ matrix: [Double]) async throws {
    let run = try Run(
      Unconstrained(start: [1, -2]), by: GradientRegularizedNewton(), asking: Bowl(matrix: Vector(matrix)))
    while run.progress.answers < 2_000, run.report.measure ?? 1 > 1e-4, try await run.step() {}
    #expect(try #require(run.report.measure) <= 1e-4)
  }

  /// With γ known, no step is refused: one Hessian for each gradient after the first.
  @Test func aKnownRadiusIsKept() async throws {
    var method = GradientRegularizedNewton()
    (method.isFixed, method.radius) = (true, 0.1)
    let run = try Run(Unconstrained(start: [-1.2, 1]), by: method, asking: GaussNewtonObjective(Valley()))
    while run.progress.answers < 301, run.report.measure ?? 1 > 1e-8, try await run.step() {}
    let gradients = run.progress.answers(of: "gradient")
    #expect(abs(gradients - 1 - run.progress.answers(of: "hessian")) <= 1)
    #expect(run.state.factorizations == run.progress.answers(of: "hessian"))
  }
}
