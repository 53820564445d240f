// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Derivatives that are known in closed form, and what is said where there is none.
@Suite struct ImplicitDerivativeTests {
  /// ∇(½|Ax − b|² + ½θ|x|²).
  static func ridge(_ a: Matrix, _ b: Vector) -> RootMap {
    let n = a.columnCount
    @Sendable func normal(_ x: Vector) -> Vector { a.transposedTimes(a.times(x)) }
    return .stationarity(
      ParametricFunction(
        pointCount: n, parameterCount: 1, operationsPerProduct: 4 * a.elements.count,
        value: { x, t in normal(x) - a.transposedTimes(b) + t[0] * x },
        push: { _, t, d in normal(d) + t[0] * d }, pull: { _, t, d in normal(d) + t[0] * d },
        pushParameters: { x, _, t in t[0] * x }, pullParameters: { x, _, w in [x.inner(w)] }))
  }

  /// dx/dθ = −(AᵀA + θI)⁻¹x.
  @Test(arguments: [ImplicitSolver.automatic, .conjugateGradient, .minres, .gmres, .lsqr])
  func ridgeRegression(_ solver: ImplicitSolver) async throws {
    var random = RandomStream(seed: 1)
    let a = Matrix(rowCount: 20, columnCount: 8, elements: random.normals(160).elements)
    let b = random.normals(20)
    let h = a.transposed.times(a) + 0.5 * Matrix.identity(8)
    let factor = try Cholesky(h)
    let x = factor.solve(a.transposedTimes(b))
    var options = ImplicitOptions()
    options.solver = solver
    let derivative = try await ImplicitDerivative(of: Self.ridge(a, b), at: x, parameters: [0.5], options: options)
    let exact = -factor.solve(x)
    let push = try derivative.push([1])
    #expect((push.value - exact).norm <= 1e-10 * exact.norm)
    #expect(push.residual <= 1e-10 && push.counts.operations > 0)
    let v = random.normals(8)
    #expect(abs(try derivative.pull(v).value[0] - v.inner(exact)) <= 1e-10)
    #expect((derivative.applied(to: [2]) - 2 * exact).norm <= 1e-9)
    #expect(derivative.certificate.isConverged && derivative.certificate.warnings == [])
    let values = try SymmetricEigen(h).values.elements
    let smallest = try #require(derivative.certificate.smallestSingularValue)
    #expect(smallest >= (values.min() ?? 0) * (1 - 1e-9) && smallest <= 10 * (values.min() ?? 0))
    if solver == .automatic {
      #expect(abs((derivative.certificate.monotonicity ?? 0) - (values.min() ?? 0)) <= 1e-9)
    }
  }

  /// min ½|x|² − pᵀx with 1ᵀx = b: x = p + (b − Σp)/n, so that dx/db = 1/n and dx/dp = I − 1·1ᵀ/n; b and p are q and b.
  @Test func equalityConstrainedQuadraticProgram() async throws {
    let n = 4
    let shape = QuadraticKKT(variables: n, equalities: 1)
    let p: Vector = [0.3, -1, 2, 0.5]
    let theta = shape.parameters(
      quadratic: .identity(n), linear: -p, equalityMatrix: Matrix(rows: [[1, 1, 1, 1]]), equalitySides: [3])
    let mean = (3 - 1.8) / 4
    let x = p + Vector(repeating: mean, count: n)
    let derivative = try await ImplicitDerivative(of: shape, at: Vector(x.elements + [-mean]), parameters: theta)
    let j = try derivative.matrix()
    let side = shape.place(of: .equalitySides).lowerBound
    let linear = shape.place(of: .linear)
    for i in 0..<n {
      #expect(abs(j[i, side] - 0.25) <= 1e-12)
      for k in 0..<n { #expect(abs(j[i, linear.lowerBound + k] - ((i == k ? -1 : 0) + 0.25)) <= 1e-12) }
    }
    #expect(derivative.solverName == "LU")
  }

  /// The linear program min x₀ + 2x₁ with x₀ + x₁ ≥ b₀, x₁ ≥ b₁ has x = (b₀ − b₁, b₁): as −x₀ − x₁ ≤ −b₀, −x₁ ≤ −b₁.
  @Test func linearProgramByItsSides() async throws {
    let shape = QuadraticKKT(variables: 2, inequalities: 2)
    let theta = shape.parameters(
      quadratic: Matrix(rowCount: 2, columnCount: 2), linear: [1, 2],
      inequalityMatrix: Matrix(rows: [[-1, -1], [0, -1]]), inequalitySides: [-3, -1])
    let derivative = try await ImplicitDerivative(of: shape, at: [2, 1, 1, 1], parameters: theta)
    let sides = shape.place(of: .inequalitySides).lowerBound
    let j = try derivative.matrix()
    #expect(abs(j[0, sides] + 1) <= 1e-12 && abs(j[0, sides + 1] - 1) <= 1e-12)
    #expect(abs(j[1, sides]) <= 1e-12 && abs(j[1, sides + 1] + 1) <= 1e-12)
    // The costs move multipliers and leave the vertex where it is.
    let costs = shape.place(of: .linear).lowerBound
    #expect(abs(j[0, costs]) + abs(j[1, costs]) <= 1e-12 && abs(j[2, costs] - 1) <= 1e-12)
  }

  @Test(arguments: [3, 400])
  func aSingularJacobianIsNamedWithItsSingularValue(_ n: Int) async throws {
    // x₀ + x₁ = θ alone determines nothing about x₀ − x₁; at n = 400 no dense matrix is made at first.
    let map = RootMap(
      ParametricFunction(
        pointCount: n, parameterCount: 1,
        value: { x, t in
          var f = x
          f[0] = x[0] + x[1] - t[0]
          f[1] = f[0]
          return f
        },
        push: { _, _, d in
          var f = d
          f[0] = d[0] + d[1]
          f[1] = f[0]
          return f
        },
        pull: { _, _, w in
          var f = w
          f[0] = w[0] + w[1]
          f[1] = f[0]
          return f
        },
        pushParameters: { _, _, t in Vector([-t[0], -t[0]] + [Double](repeating: 0, count: n - 2)) },
        pullParameters: { _, _, w in [-w[0] - w[1]] }), structure: .symmetric)
    let x = Vector([0.5, 0.5] + [Double](repeating: 0, count: n - 2))
    do {
      _ = try await ImplicitDerivative(of: map, at: x, parameters: [1])
      Issue.record("a singular Jacobian was accepted")
    } catch let error as ImplicitError {
      guard case .singular(let smallest, let largest) = error else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(smallest <= 1e-12 && abs(largest - 2) <= 1e-6, "\(smallest) \(largest)")
      #expect("\(error)".contains("smallest singular value") && !"\(error)".contains("\n"))
    }
    // A ridge, or the shortest solution, is what helps.
    var options = ImplicitOptions()
    options.ridge = 1e-6
    let damped = try await ImplicitDerivative(of: map, at: x, parameters: [1], options: options)
    let push = try damped.push([1]).value
    #expect(abs(push[0] - 0.5) <= 1e-6 && abs(push[1] - 0.5) <= 1e-6)
    options.ridge = 0
    options.solver = .lsqr
    let shortest = try await ImplicitDerivative(of: map, at: x, parameters: [1], options: options)
    #expect(abs(try shortest.push([1]).value[0] - 0.5) <= 1e-9)
  }

  /// A nearly singular Jacobian is told from a singular one.
  @Test func anIllConditionedJacobianIsNotSingular() async throws {
    let h = Matrix.diagonal([1, 1e-7])
    let map = RootMap(
      ParametricFunction(
        pointCount: 2, parameterCount: 2, value: { x, t in h.times(x) - t },
        derivatives: { x, t in
          .init(value: h.times(x) - t, byPoint: h, byParameters: -1 * Matrix.identity(2))
        }))
    let derivative = try await ImplicitDerivative(of: map, at: [1, 1e7], parameters: [1, 1])
    #expect(abs((derivative.certificate.smallestSingularValue ?? 0) - 1e-7) <= 1e-10)
    #expect(abs(try derivative.push([0, 1]).value[1] - 1e7) <= 1)
  }

  @Test func anUnconvergedSolutionIsSaid() async throws {
    let a = Matrix(rows: [[2, 0], [0, 1], [1, 1]])
    let b: Vector = [1, 2, 3]
    let map = Self.ridge(a, b)
    let x = try Cholesky(a.transposed.times(a) + 0.1 * Matrix.identity(2)).solve(a.transposedTimes(b))
    let off = try await ImplicitDerivative(of: map, at: x + [1e-3, 0], parameters: [0.1])
    #expect(!off.certificate.isConverged)
    #expect(off.certificate.warnings.count == 1 && off.certificate.warnings[0].contains("not converged"))
    #expect(abs(off.certificate.distance - 1e-3) <= 1e-6)
    // The bound holds: ∂₁F is constant, and ∂₂F = x has the Lipschitz constant 1.
    let exact = try await ImplicitDerivative(of: map, at: x, parameters: [0.1])
    let error = (try off.push([1]).value - exact.push([1]).value).norm
    let bound = try #require(off.errorBound(solutionLipschitz: 0, parameterLipschitz: 1))
    #expect(error <= bound && bound <= 10 * error)
    #expect(off.errorBound(solutionLipschitz: 1e9, parameterLipschitz: 1) == nil)
  }

  @Test func cornersAreOneSided() async throws {
    // P(θ) onto x ≥ 0 at θ = 0: from the left 0, from the right 1.
    let map = ProximalGradientMap.projectedGradient(
      ParametricFunction(
        pointCount: 1, parameterCount: 1, value: { x, t in x - t },
        derivatives: { x, t in
          .init(value: x - t, byPoint: Matrix.identity(1), byParameters: -1 * Matrix.identity(1))
        }), onto: BoxProjection.nonnegative(1))
    await #expect(throws: ImplicitError.self) { try await ImplicitDerivative(of: map, at: [0], parameters: [0]) }
    var options = ImplicitOptions()
    options.allowsOneSided = true
    let derivative = try await ImplicitDerivative(of: map, at: [0], parameters: [0], options: options)
    #expect(derivative.certificate.warnings.contains { $0.contains("one-sided") })
    let right = try await ImplicitDerivative(of: map, at: [2], parameters: [2])
    #expect(abs(try right.push([1]).value[0] - 1) <= 1e-12)
  }

  @Test func badInputIsRefusedInOneLine() async throws {
    let map = Self.ridge(Matrix(rows: [[1, 0], [0, 1]]), [1, 1])
    let cases: [(Vector, Vector)] = [
      ([1], [1]), ([1, 1], []), ([.nan, 1], [1]), ([1, 1], [.infinity]), ([1e308, 1e308], [1e308]),
    ]
    for (x, theta) in cases {
      do {
        _ = try await ImplicitDerivative(of: map, at: x, parameters: theta)
        Issue.record("accepted: \(x) \(theta)")
      } catch let error as ImplicitError {
        #expect(!"\(error)".contains("\n") && "\(error)".count > 20)
      }
    }
    let derivative = try await ImplicitDerivative(of: map, at: [0.5, 0.5], parameters: [1])
    #expect(throws: ImplicitError.self) { try derivative.push([1, 2]) }
    #expect(throws: ImplicitError.self) { try derivative.pull([1]) }
    #expect(throws: ImplicitError.self) { try derivative.push([.nan]) }
  }
}
