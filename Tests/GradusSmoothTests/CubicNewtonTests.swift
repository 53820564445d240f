// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct CubicNewtonTests {
  /// x₁⁴ − 2x₁² + x₂²: a saddle at 0 between the minima (±1, 0).
  private struct TwinValley: SecondOrderOracle {
    func linearization(at x: Vector) async throws -> Linearization<Vector> {
      let square = x[0] * x[0]
      return Linearization(
        value: square * square - 2 * square + x[1] * x[1], gradient: [4 * x[0] * (square - 1), 2 * x[1]])
    }
    func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector {
      [(12 * x[0] * x[0] - 4) * d[0], 2 * d[1]]
    }
  }

  /// Where the gradient has no part in the direction of negative curvature, the step has: the hard case.
  @Test func theSaddleIsLeft() async throws {
    let run = try Run(Unconstrained(start: [0, 0.5]), by: CubicNewton(), asking: TwinValley())
    while run.progress.answers < 100, run.report.measure ?? 1 > 1e-9, try await run.step() {}
    #expect(abs(abs(run.report.point[0]) - 1) <= 1e-8)
    #expect(abs(run.report.point[1]) <= 1e-8)
  }

  /// The step minimizes the model globally: no random point is lower, and the conditions of optimality hold.
  @Test(arguments: [1e-3, 1, 100])
  func stepsMinimizeTheModel(_ weight: Double) throws {
    var random = RandomStream(seed: 11)
    let n = 5
    var half = Matrix(rowCount: n, columnCount: n, elements: random.normals(n * n).elements)
    for i in 0..<n { half[i, i] -= 1 }
    var matrix = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n { for j in 0..<n { matrix[i, j] = half[i, j] + half[j, i] } }
    let slope = random.normals(n)
    var method = CubicNewton()
    method.weight = weight
    var state = method.start(Unconstrained(start: .zeros(n)), random: RandomStream(seed: 0))
    method.tell(&state, .linearization(Linearization(value: 0, gradient: slope)), to: .linearize(.zeros(n)))
    method.tell(&state, .matrix(Vector(matrix.elements)), to: .matrix(at: .zeros(n)))
    guard case .linearize(let first)? = method.ask(&state) else {
      Issue.record("no trial point is asked about")
      return
    }
    let lambda = weight * first.norm
    let residual = matrix.times(first) + lambda * first + slope
    #expect(residual.norm <= 1e-6 * max(1, slope.norm))
    #expect(try SymmetricEigen(matrix, on: .portable).values[0] + lambda >= -1e-8)
    func model(_ d: Vector) -> Double {
      slope.inner(d) + 0.5 * d.inner(matrix.times(d)) + weight / 3 * d.norm * d.norm * d.norm
    }
    for _ in 0..<200 {
      #expect(model(first) <= model(first + 0.3 * first.norm * random.normals(n)) + 1e-9)
    }
  }
}

@Suite struct AcceleratedGradientTests {
  /// ½Σ cᵢxᵢ², cᵢ from 1 to `condition`.
  private struct Bowl: FirstOrderOracle {
    let weights: Vector
    func linearization(at x: Vector) async throws -> Linearization<Vector> {
      let gradient = Vector(x.indices.map { weights[$0] * x[$0] })
      return Linearization(value: 0.5 * x.inner(gradient), gradient: gradient)
    }
  }

  /// Steps grow like the root of the condition number where those of steepest descent grow like the number itself.
  @Test func theRootOfTheConditionCounts() async throws {
    func answers<M: OptimizationMethod>(_ method: M, _ condition: Double) async throws -> Int
    where M.Problem == Unconstrained, M.Question == Linearize<Vector>, M.Point == Vector {
      let bowl = Bowl(weights: Vector((0..<30).map { 1 + (condition - 1) * Double($0) / 29 }))
      let run = try Run(Unconstrained(start: Vector(repeating: 1, count: 30)), by: method, asking: bowl)
      while run.progress.answers < 100_000, run.report.measure ?? 1 > 1e-7, try await run.step() {}
      return run.progress.answers
    }
    let (few, many) = (try await answers(AcceleratedGradient(), 100), try await answers(AcceleratedGradient(), 10_000))
    #expect(many < 25 * few)
    #expect(try await answers(GradientDescent(), 10_000) > 4 * many)
  }

  /// Reported values never rise, restarts included.
  @Test func valuesNeverRise() async throws {
    let bowl = Bowl(weights: Vector((0..<20).map { Double($0 * $0 + 1) }))
    let run = try Run(Unconstrained(start: Vector(repeating: 1, count: 20)), by: AcceleratedGradient(), asking: bowl)
    var last = Double.infinity
    while run.progress.answers < 2_000, run.report.measure ?? 1 > 1e-8, try await run.step() {
      guard let value = run.report.value else { continue }
      #expect(value <= last)
      last = value
    }
    #expect(try #require(run.report.measure) <= 1e-8)
    #expect(run.state.restarts > 0)
  }
}
