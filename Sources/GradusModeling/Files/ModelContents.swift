// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A problem as a file states it, and what its reader has to say.
public struct ModelContents: Sendable {
  /// Coefficients, or formulas.
  public enum Problem: Sendable {
    case form(StandardForm)
    case program(FormulaProgram)
  }

  public var problem: Problem
  /// Choices that the reader made.
  public var notes: [String]

  public init(problem: Problem, notes: [String] = []) {
    self.problem = problem
    self.notes = notes
  }

  /// The problem as coefficients; throws for formulas that are neither linear nor quadratic.
  public func standardForm() throws(FormError) -> StandardForm {
    switch problem {
    case .form(let form): form
    case .program(let program): try program.standardForm()
    }
  }

  /// The problem as formulas; throws for special ordered sets and indicators.
  public func program() throws(FormError) -> FormulaProgram {
    switch problem {
    case .form(let form): try FormulaProgram(form)
    case .program(let program): program
    }
  }
}
