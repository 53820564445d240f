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

  /// In the metric of the diagonal, variables of other sizes make no difference.
  @Test func theDiagonalMetricUndoesScales() async throws {
    func steps(_ size: Double, _ metric: GradientRegularizedNewton.Metric) async throws -> Int {
      var method = GradientRegularizedNewton()
      method.metric = metric
      let run = try Run(Unconstrained(start: [-1.2, size]), by: method, asking: ScaledValley(size: size))
      while run.progress.answers < 20_000, run.report.value ?? 1 > 1e-14, try await run.step() {}
      #expect(try #require(run.report.value) <= 1e-14)
      return run.progress.answers
    }
    let plain = try await steps(1, .diagonal)
    #expect(abs(try await steps(1e3, .diagonal) - plain) <= 2)
    #expect(try await steps(1e3, .identity) > 2 * plain)
  }

  /// 100(x₂/s − x₁²)² + (1 − x₁)².
  private struct ScaledValley: SecondOrderOracle {
    let size: Double
    func linearization(at x: Vector) async throws -> Linearization<Vector> {
      let r = x[1] / size - x[0] * x[0]
      let e = 1 - x[0]
      return Linearization(value: 100 * r * r + e * e, gradient: [-400 * x[0] * r - 2 * e, 200 * r / size])
    }
    func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector {
      let r = x[1] / size - x[0] * x[0]
      let cross = -400 * x[0] / size
      return [(800 * x[0] * x[0] - 400 * r + 2) * d[0] + cross * d[1], cross * d[0] + 200 / (size * size) * d[1]]
    }
  }

  /// x₁⁴ along its axis from 1: |4(1 + r)³ − 4 − 12r| = |12r² + 4r³| ≤ 2 gives r = 0.38…, or 0 where H is wrong.
  @Test func smoothnessIsARadius() async throws {
    struct Quartic: SecondOrderOracle {
      var isExact = true
      func linearization(at x: Vector) async throws -> Linearization<Vector> {
        Linearization(value: x[0] * x[0] * x[0] * x[0], gradient: [4 * x[0] * x[0] * x[0]])
      }
      func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector {
        isExact ? [12 * x[0] * x[0] * d[0]] : [0]
      }
    }
    let exact = try await GradientRegularizedNewton.smoothness(of: Quartic(), at: [1], along: [3])
    #expect(abs(12 * exact * exact + 4 * exact * exact * exact - 2) <= 0.1)
    let wrong = try await GradientRegularizedNewton.smoothness(of: Quartic(isExact: false), at: [1], along: [1])
    #expect(wrong < exact && abs(4 * (1 + wrong) * (1 + wrong) * (1 + wrong) - 6) <= 0.3)
    struct Line: SecondOrderOracle {
      func linearization(at x: Vector) async throws -> Linearization<Vector> { .init(value: x[0], gradient: [1]) }
      func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector { [0] }
    }
    #expect(try await GradientRegularizedNewton.smoothness(of: Line(), at: [1], along: [1]) == .infinity)
  }
}
