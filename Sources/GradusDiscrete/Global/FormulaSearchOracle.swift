// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
public import GradusNative
public import GradusNumerics
import Synchronization

/// Formulas answered from their tape, relaxations by HiGHS in this process.
///
/// HiGHS is looked for when the first relaxation is asked about; without it that question throws `MissingComponent`.
public final class FormulaSearchOracle: SearchOracle {
  private let formulas: FormulaOracle
  private let search: LibrarySearch
  private let opened = Mutex<Highs?>(nil)
  private let interruption: Interruption?

  public init(_ formulas: FormulaOracle, search: LibrarySearch = .standard, interruption: Interruption? = nil) {
    self.formulas = formulas
    self.search = search
    self.interruption = interruption
  }

  public func solve(
    _ program: RelaxedProgram, _ settings: LinearSolveSettings, basis: Basis?
  ) async throws -> LinearAnswer {
    var question = SolveLinear()
    question.settings = settings
    question.basis = basis
    question.start = program.start
    let highs = try library()
    return try await HighsOracle(program.form, highs: highs, interruption: interruption).solve(question)
  }

  private func library() throws -> Highs {
    if let known = opened.withLock({ $0 }) { return known }
    let highs = try Highs(search)
    opened.withLock { $0 = highs }
    return highs
  }

  public func values(at point: Vector) async throws -> ConstrainedValues { try await formulas.values(at: point) }
  public func derivatives(at point: Vector) async throws -> ConstrainedDerivatives {
    try await formulas.derivatives(at: point)
  }
  public func lagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) async throws -> Vector {
    try await formulas.lagrangianProduct(
      at: point, multipliers: multipliers, objectiveWeight: objectiveWeight, along: direction)
  }
  public func lagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) async throws -> SparseMatrix {
    try await formulas.lagrangianHessian(at: point, multipliers: multipliers, objectiveWeight: objectiveWeight)
  }
  public func immediateValues(at point: Vector) throws -> ConstrainedValues? { try formulas.immediateValues(at: point) }
  public func immediateDerivatives(at point: Vector) throws -> ConstrainedDerivatives? {
    try formulas.immediateDerivatives(at: point)
  }
  public func immediateLagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) throws -> SparseMatrix? {
    try formulas.immediateLagrangianHessian(at: point, multipliers: multipliers, objectiveWeight: objectiveWeight)
  }
}
