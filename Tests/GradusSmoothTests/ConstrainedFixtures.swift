// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusProblems
import GradusSmooth
import Testing

/// A nonlinear program as closures, with a dense Jacobian.
struct ClosureProgram: ConstraintOracle {
  var objective: @Sendable (Vector) -> Double
  var gradient: @Sendable (Vector) -> Vector
  var rows: @Sendable (Vector) -> Vector
  /// Row after row.
  var jacobian: @Sendable (Vector) -> [Vector]
  /// The product of the Hessian of σf + yᵀc with d.
  var product: @Sendable (_ x: Vector, _ y: Vector, _ sigma: Double, _ d: Vector) -> Vector

  func values(at x: Vector) async throws -> ConstrainedValues {
    ConstrainedValues(objective: objective(x), constraints: rows(x))
  }

  func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
    let rows = jacobian(x)
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (i, row) in rows.enumerated() { for j in row.indices { triplets.append((i, j, row[j])) } }
    return ConstrainedDerivatives(
      gradient: gradient(x), jacobian: SparseMatrix(rowCount: rows.count, columnCount: x.count, triplets: triplets))
  }

  func lagrangianProduct(
    at x: Vector, multipliers: Vector, objectiveWeight: Double, along d: Vector
  ) async throws -> Vector { product(x, multipliers, objectiveWeight, d) }

  /// x₁ + x₂ with rows x₁² + x₂² and x₁ + x₂: with sides ≤ 1 and ≥ 3 no point satisfies both.
  static let discAndHalfPlane = ClosureProgram(
    objective: { $0[0] + $0[1] }, gradient: { _ in [1, 1] },
    rows: { [$0[0] * $0[0] + $0[1] * $0[1], $0[0] + $0[1]] },
    jacobian: { [[2 * $0[0], 2 * $0[1]], [1, 1]] }, product: { _, y, _, d in (2 * y[0]) * d })

  static let apart = NonlinearProgram(
    start: [3, -1], domain: .all(2), rowLower: [-.infinity, 3], rowUpper: [1, .infinity])

  /// x₁² + x₂² with the row x₁ + x₂ = 2 twice, and once more doubled.
  static let dependentRows = ClosureProgram(
    objective: { $0[0] * $0[0] + $0[1] * $0[1] }, gradient: { 2 * $0 },
    rows: { [$0[0] + $0[1], $0[0] + $0[1], 2 * ($0[0] + $0[1])] },
    jacobian: { _ in [[1, 1], [1, 1], [2, 2]] }, product: { _, _, sigma, d in (2 * sigma) * d })

  static let dependent = NonlinearProgram(
    start: [5, -7], domain: .all(2), rowLower: [2, 2, 4], rowUpper: [2, 2, 4])
}

/// Drives a method for nonlinear programs until it ends or `limit` answers are told.
func drive<M: OptimizationMethod>(
  _ method: M, _ program: NonlinearProgram, _ oracle: any ConstraintOracle, limit: Int
) async throws -> (report: Report<Vector>, answers: Int)
where M.Problem == NonlinearProgram, M.Question == Constrained, M.Point == Vector {
  var state = try method.start(program, random: RandomStream(seed: 1))
  var answers = 0
  while answers < limit, let question = method.ask(&state) {
    answers += 1
    method.tell(&state, try await question.put(to: oracle), to: question)
  }
  return (method.report(state), answers)
}

/// A constrained problem of the library.
struct LibraryProgram {
  var program: NonlinearProgram
  var oracle: any ConstraintOracle
  var optimum: KnownOptimum

  init(_ name: String) throws {
    let named = try ProblemLibrary.problem(named: name)
    program = try #require(named.form(NonlinearProgram.self))
    oracle = try #require(named.oracle as? any ConstraintOracle)
    optimum = named.optimum
  }

  /// Expects value and, where they are known and unique, multipliers.
  func expect(_ report: Report<Vector>, tolerance: Double, multipliers: Bool = true) throws {
    let best = try #require(optimum.value)
    #expect(abs(try #require(report.value) - best) <= tolerance * max(1, abs(best)))
    #expect(report.claim == .stationary || report.claim == .optimal)
    guard multipliers, let known = optimum.multipliers else { return }
    let found = try #require(report.multipliers)
    #expect((found - known).maximumMagnitude <= 1e3 * tolerance * max(1, known.maximumMagnitude))
  }
}
