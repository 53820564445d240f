// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Derivatives of local minima of nonlinear programs with respect to sides, bounds and parameters of the user.
@Suite struct NonlinearKKTTests {
  /// min ½(x₀ − a)² + ½(x₁ − 2)² + ½x₂² + e·x₀x₂ subject to x₀² + x₁² ≤ r, x₂ ≥ l, −9 ≤ x₀ + x₂ ≤ 9.
  struct Disk: ConstraintOracle {
    var a = 2.0
    var e = 0.1

    func values(at x: Vector) async throws -> ConstrainedValues {
      let f = 0.5 * ((x[0] - a) * (x[0] - a) + (x[1] - 2) * (x[1] - 2) + x[2] * x[2]) + e * x[0] * x[2]
      return ConstrainedValues(objective: f, constraints: [x[0] * x[0] + x[1] * x[1], x[0] + x[2]])
    }

    func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
      ConstrainedDerivatives(
        gradient: [x[0] - a + e * x[2], x[1] - 2, x[2] + e * x[0]],
        jacobian: SparseMatrix(
          rowCount: 2, columnCount: 3, triplets: [(0, 0, 2 * x[0]), (0, 1, 2 * x[1]), (1, 0, 1), (1, 2, 1)]))
    }

    func lagrangianProduct(
      at x: Vector, multipliers: Vector, objectiveWeight s: Double, along d: Vector
    ) async throws -> Vector {
      let w = s + 2 * multipliers[0]
      return [w * d[0] + s * e * d[2], w * d[1], s * d[2] + s * e * d[0]]
    }
  }

  static func program(radius: Double = 4, floor: Double = 0.5) -> NonlinearProgram {
    NonlinearProgram(
      start: [1, 1, 1],
      domain: Box(lower: [-5, -5, floor], upper: [5, 5, 5]),
      rowLower: [-.infinity, -9], rowUpper: [radius, 9])
  }

  /// Newton on the conditions with row 0 and the floor active: (x₀, x₁, λ₀) with x₂ = floor.
  static func solve(a: Double = 2, e: Double = 0.1, radius: Double = 4, floor: Double = 0.5) throws -> (Vector, Vector)
  {
    var z: Vector = [1.4, 1.4, -0.2]
    for _ in 0..<50 {
      let f: Vector = [
        z[0] - a + e * floor - 2 * z[0] * z[2], z[1] - 2 - 2 * z[1] * z[2], z[0] * z[0] + z[1] * z[1] - radius,
      ]
      let j = Matrix(rows: [
        [1 - 2 * z[2], 0, -2 * z[0]], [0, 1 - 2 * z[2], -2 * z[1]], [2 * z[0], 2 * z[1], 0],
      ])
      z = z - (try LUFactorization(j).solve(f))
    }
    return ([z[0], z[1], floor], [z[2], 0])
  }

  private static func map(products: Bool = false) async throws -> NonlinearKKT {
    let (x, y) = try solve()
    let exact: @Sendable (Vector, Vector, Vector) async throws -> any AdjointOperator = { x, _, _ in
      // ∂(∇f − Jᵀλ; c)/∂(a, e): rows of F that hold are cut out by the map.
      Matrix(rows: [[-1, x[2]], [0, 0], [0, x[0]], [0, 0], [0, 0]])
    }
    let extra = NonlinearKKT.Extra([2, 0.1], products: products ? exact : nil) { p in
      .init(Self.program(), asking: Disk(a: p[0], e: p[1]))
    }
    return try await NonlinearKKT(.init(Self.program(), asking: Disk()), at: x, multipliers: y, extra: extra)
  }

  @Test(arguments: [false, true])
  func derivativesAgreeWithSolvingAgain(_ products: Bool) async throws {
    let map = try await Self.map(products: products)
    let derivative = try await ImplicitDerivative(of: map, at: map.solution, parameters: map.parameters)
    #expect(derivative.certificate.isConverged && derivative.certificate.warnings == [])
    #expect(derivative.solverName == "the map's factorization")
    let moves: [(place: Int, solve: @Sendable (Double) throws -> (Vector, Vector))] = [
      (map.place(ofSide: 0), { try Self.solve(radius: 4 + $0) }),
      (map.place(ofBound: 2), { try Self.solve(floor: 0.5 + $0) }),
      (map.place(ofExtra: 0), { try Self.solve(a: 2 + $0) }),
      (map.place(ofExtra: 1), { try Self.solve(e: 0.1 + $0) }),
    ]
    let h = 1e-5
    for move in moves {
      let push = try derivative.push(.unit(move.place, of: map.parameterCount)).value
      let ((x, y), (u, v)) = (try move.solve(h), try move.solve(-h))
      let moved = (0.5 / h) * (Vector(x.elements + y.elements) - Vector(u.elements + v.elements))
      #expect((push - moved).norm <= 1e-8 * max(1, moved.norm), "\(move.place): \(push) \(moved)")
    }
    // A side that does not hold and a bound that does not move nothing.
    #expect(try derivative.push(.unit(map.place(ofSide: 1), of: map.parameterCount)).value.norm == 0)
    #expect(try derivative.push(.unit(map.place(ofBound: 0), of: map.parameterCount)).value.norm == 0)
  }

  @Test func lawsHoldAndSolversAgree() async throws {
    for products in [false, true] {
      let map = try await Self.map(products: products)
      let check = try await ImplicitCheck(map, at: map.solution, parameters: map.parameters)
      #expect(check.violations() == [])
      var reference: Vector?
      for solver in [ImplicitSolver.automatic, .dense, .gmres, .lsqr] {
        var options = ImplicitOptions()
        options.solver = solver
        let derivative = try await ImplicitDerivative(
          of: map, at: map.solution, parameters: map.parameters, options: options)
        var random = RandomStream(seed: 2)
        let (t, v) = (random.normals(map.parameterCount), random.normals(map.solutionCount))
        let (push, pull) = (try derivative.push(t).value, try derivative.pull(v).value)
        #expect(abs(v.inner(push) - pull.inner(t)) <= 1e-9 * max(1, push.norm))
        if let reference { #expect((push - reference).norm <= 1e-9 * max(1, reference.norm), "\(solver)") }
        reference = push
      }
    }
  }

  /// Two rows that say the same: multipliers are not determined, and the Jacobian is singular.
  @Test func dependentRowsAreSingular() async throws {
    struct Twice: ConstraintOracle {
      func values(at x: Vector) async throws -> ConstrainedValues {
        ConstrainedValues(objective: 0.5 * x[0] * x[0], constraints: [x[0], x[0]])
      }
      func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
        ConstrainedDerivatives(
          gradient: [x[0]], jacobian: SparseMatrix(rowCount: 2, columnCount: 1, triplets: [(0, 0, 1), (1, 0, 1)]))
      }
      func lagrangianProduct(
        at x: Vector, multipliers: Vector, objectiveWeight s: Double, along d: Vector
      ) async throws -> Vector { s * d }
    }
    let program = NonlinearProgram(
      start: [1], domain: .all(1), rowLower: [1, 1], rowUpper: [1, 1])
    let map = try await NonlinearKKT(.init(program, asking: Twice()), at: [1], multipliers: [0.5, 0.5])
    do {
      _ = try await ImplicitDerivative(of: map, at: map.solution, parameters: map.parameters)
      Issue.record("dependent rows were accepted")
    } catch let error as ImplicitError {
      guard case .singular(let smallest, _) = error else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(smallest <= 1e-12)
    }
  }

  /// At radius 8 the disk touches the unconstrained minimum (2, 2) and has no multiplier.
  @Test func rowsWithoutMultipliersAreCorners() async throws {
    let oracle = Disk(a: 2, e: 0)
    let map = try await NonlinearKKT(
      .init(Self.program(radius: 8, floor: -1), asking: oracle), at: [2, 2, 0], multipliers: [0, 0])
    do {
      _ = try await ImplicitDerivative(of: map, at: map.solution, parameters: map.parameters)
      Issue.record("a degenerate active set was accepted")
    } catch let error as ImplicitError {
      #expect("\(error)".hasPrefix("row 0 holds without a multiplier"))
    }
  }

  @Test func shapesAreChecked() async throws {
    await #expect(throws: ImplicitError.self) {
      try await NonlinearKKT(.init(Self.program(), asking: Disk()), at: [1], multipliers: [0])
    }
  }
}
