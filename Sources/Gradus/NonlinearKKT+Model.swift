// SPDX-License-Identifier: Apache-2.0
public import GradusBilevel
public import GradusModeling

extension NonlinearKKT.Instance {
  /// A program of formulas, which answers for itself.
  public init(_ program: FormulaProgram) {
    self.init(program.nonlinearProgram(), asking: FormulaOracle(program))
  }

  /// A model as it stands. Throws `ModelError` where it is no program yet.
  public init(_ model: Model) throws { self.init(try model.program()) }
}
