// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Maps too large for a matrix, objectives that answer questions, preconditioners, and what it all costs.
@Suite struct MatrixFreeTests {
  /// ∇f for ½Σ(dᵢ + θ)xᵢ² + ½Σ(xᵢ − xᵢ₊₁)² − Σxᵢ.
  static func chain(_ n: Int, scale: Double = 1) -> ParametricFunction {
    @Sendable func product(_ t: Double, _ v: Vector) -> Vector {
      Vector(
        v.indices.map { i in
          let left = i > 0 ? v[i] - v[i - 1] : 0
          let right = i + 1 < n ? v[i] - v[i + 1] : 0
          return (1 + scale * Double(i) / Double(n) + t) * v[i] + left + right
        })
    }
    return ParametricFunction(
      pointCount: n, parameterCount: 1, operationsPerProduct: 7 * n,
      value: { x, t in product(t[0], x) - Vector(repeating: 1, count: n) },
      push: { _, t, d in product(t[0], d) }, pull: { _, t, d in product(t[0], d) },
      pushParameters: { x, _, t in t[0] * x }, pullParameters: { x, _, w in [x.inner(w)] })
  }

  static func solve(_ n: Int, _ theta: Double, scale: Double = 1) async throws -> Vector {
    let here = try await chain(n, scale: scale).derivatives(at: .zeros(n), parameters: [theta])
    var iteration = ConjugateGradient(rightHandSide: Vector(repeating: 1, count: n), relative: 1e-14)
    iteration.run(here.byPoint, limit: 10_000)
    return iteration.solution
  }

  /// A dense matrix of this order would take 3 GB.
  @Test func twentyThousandUnknowns() async throws {
    let n = 20_000
    let x = try await Self.solve(n, 0.5)
    let derivative = try await ImplicitDerivative(
      of: RootMap.stationarity(Self.chain(n)), at: x, parameters: [0.5])
    #expect(derivative.solverName == "CG" && derivative.certificate.isConverged)
    let push = try derivative.push([1])
    let h = 1e-4
    let moved = (0.5 / h) * (try await Self.solve(n, 0.5 + h) - Self.solve(n, 0.5 - h))
    #expect((push.value - moved).norm <= 1e-6 * moved.norm)
    #expect(push.counts.products < 100 && push.counts.operations < 100 * 20 * n)
    // One pull gives the gradient of a function of the solution.
    let weights = Vector(repeating: 1, count: n)
    #expect(abs(try derivative.pull(weights).value[0] - weights.inner(push.value)) <= 1e-8 * moved.norm)
    // σ_min is at least 1.5, and the estimate never below it.
    let smallest = try #require(derivative.certificate.smallestSingularValue)
    #expect(smallest >= 1.5 && smallest <= 6.5)
  }

  @Test func aPreconditionerSavesProducts() async throws {
    let (n, scale) = (500, 1e4)
    let x = try await Self.solve(n, 0.5, scale: scale)
    let map = RootMap.stationarity(Self.chain(n, scale: scale))
    var options = ImplicitOptions()
    options.singularity = 0
    let plain = try await ImplicitDerivative(of: map, at: x, parameters: [0.5], options: options).push([1])
    options.preconditioner = FunctionAdjointOperator(order: n, operationsPerProduct: n) { v in
      Vector(v.indices.map { v[$0] / (3.5 + scale * Double($0) / Double(n)) })
    }
    let helped = try await ImplicitDerivative(of: map, at: x, parameters: [0.5], options: options).push([1])
    #expect((plain.value - helped.value).norm <= 1e-9 * plain.value.norm)
    #expect(helped.counts.products * 2 < plain.counts.products, "\(helped.counts) \(plain.counts)")
    #expect(helped.counts.preconditionings > 0)
  }

  /// f = ¼Σxᵢ⁴ + ½|x|² − θᵀx, at once or awaited.
  struct Quartic: SecondOrderOracle {
    var theta: Vector
    var isImmediate: Bool

    private func answer(_ x: Vector) -> Linearization<Vector> {
      Linearization(
        value: x.indices.reduce(0) {
          $0 + 0.25 * x[$1] * x[$1] * x[$1] * x[$1] + 0.5 * x[$1] * x[$1] - theta[$1] * x[$1]
        },
        gradient: Vector(x.indices.map { x[$0] * x[$0] * x[$0] + x[$0] - theta[$0] }))
    }

    func linearization(at x: Vector) async throws -> Linearization<Vector> { answer(x) }
    func hessianProduct(at x: Vector, along d: Vector) async throws -> Vector {
      Vector(x.indices.map { (3 * x[$0] * x[$0] + 1) * d[$0] })
    }
    func immediateHessianProduct(at x: Vector, along d: Vector) throws -> Vector? {
      isImmediate ? Vector(x.indices.map { (3 * x[$0] * x[$0] + 1) * d[$0] }) : nil
    }
  }

  @Test(arguments: [true, false], [true, false])
  func objectivesThatAnswerQuestions(_ isImmediate: Bool, _ hasCross: Bool) async throws {
    let negative: @Sendable (Vector, Vector) -> any AdjointOperator = { _, _ in -1 * Matrix.identity(3) }
    let map = OracleStationarity(
      solutionCount: 3, parameterCount: 3, cross: hasCross ? negative : nil,
      objective: { Quartic(theta: $0, isImmediate: isImmediate) })
    // x³ + x = θ.
    let (x, theta): (Vector, Vector) = ([1, 0, -2], [2, 0, -10])
    let check = try await ImplicitCheck(map, at: x, parameters: theta)
    #expect(check.violations() == [])
    let derivative = try await ImplicitDerivative(of: map, at: x, parameters: theta)
    let j = try derivative.matrix()
    for i in 0..<3 { #expect(abs(j[i, i] - 1 / (3 * x[i] * x[i] + 1)) <= 1e-9) }
  }

  /// Where residuals vanish, Gauss–Newton is exact; where they do not, it is not, and products of second derivatives are.
  @Test func curvatureOfLeastSquares() async throws {
    // r = (x − θ₀, x² − θ₁): at x = 1, θ = (1, 1) both vanish; for θ = (1, 2) neither does.
    let residuals = ParametricFunction(
      pointCount: 1, parameterCount: 2, valueCount: 2, value: { x, t in [x[0] - t[0], x[0] * x[0] - t[1]] },
      push: { x, _, d in [d[0], 2 * x[0] * d[0]] }, pull: { x, _, w in [w[0] + 2 * x[0] * w[1]] },
      pushParameters: { _, _, t in -t }, pullParameters: { _, _, w in -w })
    let exact = LeastSquaresMap.Curvature.products { _, _, w in
      (Matrix(rows: [[2 * w[1]]]), Matrix(rowCount: 1, columnCount: 2))
    }
    for (theta, start, same) in [([1, 1] as Vector, 1.0, true), ([1, 2], 1.3, false)] {
      let full = LeastSquaresMap(residuals)
      let x = try await MapSamples.newton(full, from: [start])(theta)
      let reference = try await ImplicitDerivative(of: full, at: x, parameters: theta).push([0, 1]).value[0]
      for (curvature, agrees) in [(exact, true), (.gaussNewton, same)] {
        let map = LeastSquaresMap(residuals, curvature: curvature)
        let other = try await ImplicitDerivative(of: map, at: x, parameters: theta).push([0, 1]).value[0]
        #expect((abs(other - reference) <= 1e-8) == agrees, "\(theta) \(other) \(reference)")
      }
    }
  }

  /// x = cos-like contraction: T = θ₀/(1 + x) + θ₁, differentiated as it stands.
  @Test func fixedPointsOfIterations() async throws {
    let map = RootMap.fixedPoint(
      .byDifferences(pointCount: 1, parameterCount: 2) { x, t in [t[0] / (1 + x[0]) + t[1]] })
    let resolve = MapSamples.fixedPoint(map, from: [1])
    let check = try await ImplicitCheck(
      map, at: try await resolve([1, 0.5]), parameters: [1, 0.5], resolve: resolve)
    #expect(check.violations() == [])
  }

  /// Pairs xᵢ + xᵢ₊₁ = bᵢ of a program with 40,000 unknowns of its conditions: dx/db = ½ for both.
  @Test func sparseProgramsStaySparse() async throws {
    struct Pairs: ConstraintOracle {
      var n: Int
      func values(at x: Vector) async throws -> ConstrainedValues {
        ConstrainedValues(
          objective: 0.5 * x.inner(x), constraints: Vector((0..<n / 2).map { x[2 * $0] + x[2 * $0 + 1] }))
      }
      func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
        ConstrainedDerivatives(
          gradient: x,
          jacobian: SparseMatrix(
            rowCount: n / 2, columnCount: n, triplets: (0..<n).map { (row: $0 / 2, column: $0, value: 1) }))
      }
      func lagrangianProduct(
        at x: Vector, multipliers: Vector, objectiveWeight s: Double, along d: Vector
      ) async throws -> Vector { s * d }
      func lagrangianHessian(
        at x: Vector, multipliers: Vector, objectiveWeight s: Double
      ) async throws -> SparseMatrix {
        SparseMatrix(rowCount: n, columnCount: n, triplets: (0..<n).map { (row: $0, column: $0, value: s) })
      }
    }
    let n = 20_000
    let sides = Vector((0..<n / 2).map { 1 + Double($0 % 7) })
    let program = NonlinearProgram(start: .zeros(n), domain: .all(n), rowLower: sides, rowUpper: sides)
    let x = Vector((0..<n).map { 0.5 * sides[$0 / 2] })
    let map = try await NonlinearKKT(
      .init(program, asking: Pairs(n: n)), at: x, multipliers: 0.5 * sides)
    let derivative = try await ImplicitDerivative(of: map, at: map.solution, parameters: map.parameters)
    #expect(derivative.certificate.isConverged)
    let push = try derivative.push(.unit(map.place(ofSide: 17), of: map.parameterCount)).value
    #expect(abs(push[34] - 0.5) + abs(push[35] - 0.5) + abs(push[n + 17] - 0.5) <= 1e-12)
    #expect(abs(push.norm - (0.75 as Double).squareRoot()) <= 1e-12)
  }
}
