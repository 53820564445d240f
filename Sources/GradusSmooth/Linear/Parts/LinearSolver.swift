// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLinearAlgebra
import GradusNumerics

/// What iterative solvers of linear systems have in common: a value that advances by one iteration.
protocol LinearSolver: IterativeSolver {
  /// ‖b − A·solution‖₂; nil while it is not known.
  var knownResidual: Double? { get }
  mutating func advance(on system: PreparedSystem)
}

extension ConjugateGradient: LinearSolver {
  var knownResidual: Double? { residualNorm }
  mutating func advance(on system: PreparedSystem) { step(system.operator, preconditioner: system.preconditioner) }
}

extension MinimumResidual: LinearSolver {
  var knownResidual: Double? { residualNorm }
  mutating func advance(on system: PreparedSystem) { step(system.operator, preconditioner: system.preconditioner) }
}

extension GeneralizedMinimumResidual: LinearSolver {
  var knownResidual: Double? { residualNorm }
  mutating func advance(on system: PreparedSystem) { step(system.operator, preconditioner: system.preconditioner) }
}

extension LeastSquaresQR: LinearSolver {
  var knownResidual: Double? { residualNorm }
  mutating func advance(on system: PreparedSystem) { step(system.operator) }
}

extension SketchProjection: LinearSolver {
  var knownResidual: Double? { residualNorm }
  mutating func advance(on system: PreparedSystem) { step(system.operator) }
}

/// A linear system with what is made of its matrix once: both orders of its entries and the preconditioner.
///
/// Saved by fingerprint and recipe; the rest is made again.
struct PreparedSystem: Sendable, Codable {
  /// What is made beside the operator.
  struct Recipe: Sendable, Codable, Hashable {
    var preconditioner = Preconditioner.none
    /// ω of SSOR.
    var factor = 1.0
  }

  let given: Given<LinearSystem>
  let recipe: Recipe
  let `operator`: SparseOperator
  let preconditioner: (any LinearOperator)?

  var rightHandSide: Vector { given.value.rightHandSide }
  var columnCount: Int { given.value.matrix.columnCount }

  /// Throws `LinearSystemError` when the matrix does not suit the preconditioner.
  init(_ problem: LinearSystem, recipe: Recipe = Recipe()) throws {
    try self.init(Given(problem), recipe)
  }

  private init(_ given: Given<LinearSystem>, _ recipe: Recipe) throws {
    self.given = given
    self.recipe = recipe
    `operator` = SparseOperator(given.value.matrix)
    preconditioner = try recipe.preconditioner.inverse(of: given.value.matrix, factor: recipe.factor)
  }

  private enum Key: String, CodingKey { case given, recipe }

  init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    try self.init(box.decode(Given<LinearSystem>.self, forKey: .given), box.decode(Recipe.self, forKey: .recipe))
  }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(given, forKey: .given)
    try box.encode(recipe, forKey: .recipe)
  }
}

extension LinearSystem {
  /// Throws `Unsuitable` unless the matrix is square, and symmetric where that is needed.
  func require(symmetric: Bool = false, for method: String) throws {
    let wanted = symmetric ? "a symmetric matrix" : "a square matrix"
    guard matrix.rowCount == matrix.columnCount else {
      throw Unsuitable(
        method: method, needs: wanted, found: "\(matrix.rowCount) rows and \(matrix.columnCount) columns",
        remedy: "lsqr and sketched-lsqr take any shape.")
    }
    if symmetric, let (row, column) = matrix.asymmetry(tolerance: 1e-12) {
      throw Unsuitable(
        method: method, needs: wanted, found: "entries (\(row), \(column)) and (\(column), \(row)) that differ",
        remedy: "gmres and lsqr take matrices that are not symmetric.")
    }
  }
}

/// What a matrix does not suit, as a refusal before the first question.
func suiting<T>(
  _ method: String, needs: String = "a matrix that suits its preconditioner",
  remedy: String = "'--set preconditioner=none' does without one.", _ make: () throws -> T
) throws -> T {
  do { return try make() } catch let error as LinearSystemError {
    throw Unsuitable(
      method: method, needs: needs, found: "this: \(error)", remedy: remedy)
  }
}

/// Where a solver begins: at the start of the problem where that has a smaller residual than zero, and at zero elsewhere.
///
///     A·d = r₀,   r₀ = b − A·x₀,   x = x₀ + d,   converged when ‖r₀ − A·d‖ ≤ tolerance·‖b‖
///
/// The tolerance stays relative to b, so a start changes what an answer costs and not what it means.
struct LinearStart: Sendable, Codable {
  /// x₀; nil for zero.
  let point: Vector?
  /// Multiplications and additions spent on r₀.
  let operations: Int

  /// Calls `make` with r₀ and the norm of b.
  static func begin<Solver>(
    _ problem: LinearSystem, _ make: (_ residual: Vector, _ size: Double) -> Solver
  ) -> (start: LinearStart, solver: Solver) {
    let b = problem.rightHandSide
    guard let start = problem.start else { return (LinearStart(point: nil, operations: 0), make(b, b.norm)) }
    let residual = problem.residual(at: start)
    let isNearer = residual.norm < b.norm
    return (
      LinearStart(point: isNearer ? start : nil, operations: 2 * problem.matrix.entryCount + 3 * b.count),
      make(isNearer ? residual : b, b.norm)
    )
  }

  func moved(_ d: Vector) -> Vector { point.map { $0 + d } ?? d }

  func counted(_ counts: OperationCounts) -> OperationCounts {
    guard operations > 0 else { return counts }
    var counts = counts
    counts.products += 1
    counts.operations += operations
    return counts
  }
}

/// A solver at work on a system.
public struct LinearSolverState<Solver: Sendable & Codable>: Sendable, Codable {
  let system: PreparedSystem
  let start: LinearStart
  var solver: Solver

  /// `make` takes b − A·x₀ and ‖b‖.
  init(system: PreparedSystem, _ make: (_ residual: Vector, _ size: Double) -> Solver) {
    self.system = system
    (start, solver) = LinearStart.begin(system.given.value, make)
  }
}

extension LinearSolverState where Solver: IterativeSolver {
  /// What was spent so far, the same on every machine.
  public var counts: OperationCounts { start.counted(solver.counts) }
}

extension LinearSolverState where Solver: LinearSolver {
  var isRunning: Bool { solver.status == .running }

  mutating func advance() { solver.advance(on: system) }

  var report: Report<Vector> {
    let norm = solver.knownResidual
    var report = Report(point: start.moved(solver.solution), value: norm.map { 0.5 * $0 * $0 })
    report.operations = counts.operations
    let size = system.rightHandSide.norm
    report.measure = norm.map { size > 0 ? $0 / size : $0 }
    switch solver.status {
    case .running: break
    case .converged: report.claim = .optimal
    case .stalled: report.claim = .stalled
    case .indefinite, .failed: report.claim = .failed
    }
    if let value = report.value, !value.isFinite { (report.value, report.measure) = (nil, nil) }
    return report
  }
}
