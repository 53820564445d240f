// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusDiscrete
public import GradusModeling
public import GradusNumerics

/// A program of formulas with everybody who can be asked about it, for methods that are chosen at run time.
///
/// Methods for nonlinear programs always minimize; methods that read the program itself answer in the user's sense.
public struct SolvableProgram: Sendable {
  public let program: FormulaProgram
  public let oracle: FormulaOracle
  /// Degrees and curvature of its parts.
  public let structure: FormulaStructure
  private let simplifies: Bool

  /// Compiles the formulas. Cost: linear in the program.
  ///
  /// They are simplified first where that is forecast to pay (`Simplification.brief`), for evaluation only: structure, bounds,
  /// ranges and the judgement of answers go by the program as it was stated.
  public init(_ program: FormulaProgram, simplifies: Bool = true) {
    self.program = program
    self.simplifies = simplifies
    oracle = FormulaOracle(
      program, simplification: simplifies ? .brief(isDiscrete: program.linear.isDiscrete) : nil)
    structure = FormulaStructure(program)
  }

  /// True when a variable is integral or semi-continuous.
  public var isDiscrete: Bool { program.linear.isDiscrete }

  /// The program in every class that holds all of it, the most special first.
  ///
  /// The continuous relaxation of a discrete program is another problem and is not among them.
  public var forms: [any Sendable] {
    var forms: [any Sendable] = []
    if !isDiscrete {
      let relaxation = program.nonlinearProgram(isConvex: structure.isConvex)
      if program.constraintCount == 0 {
        let box = relaxation.domain
        if box == .all(box.dimension) {
          forms.append(Unconstrained(start: relaxation.start, isConvex: relaxation.isConvex))
        }
        forms.append(BoxConstrained(box, start: relaxation.start, isConvex: relaxation.isConvex))
      }
      forms.append(relaxation)
    }
    forms.append(program)
    return forms
  }

  /// True when what the method reports has the sign of a minimization and the user maximizes.
  public func isMirrored(by entry: MethodEntry) -> Bool {
    program.linear.sense == .maximize && !entry.takes(program)
  }

  /// The same program with another start.
  public func moved(to start: Vector) -> SolvableProgram {
    var program = program
    program.start = start
    program.hasStart = true
    return SolvableProgram(program, simplifies: simplifies)
  }

  /// Methods in the order in which they are tried.
  public var preferredMethods: [String] {
    if isDiscrete {
      return OuterApproximation.suits(program)
        ? ["outer-approximation", "spatial-branch-and-bound"] : ["spatial-branch-and-bound"]
    }
    // Without rows and with very many variables a step that factorizes nothing pays.
    if program.constraintCount == 0 && program.variableCount > 20_000 { return ["lbfgs-b", "interior-point"] }
    return ["interior-point", "augmented-lagrangian", "lbfgs-b"]
  }

  /// A run of a method on the program. Throws `Unsuitable` or `SettingError` before anything is asked.
  ///
  /// `interruption` ends the solves of outside solvers that are under way; it is no stopping rule of the run.
  public func open(
    _ entry: MethodEntry, settings: [(name: String, value: String)] = [], seed: UInt64 = 0,
    resuming: Checkpoint? = nil, interruption: Interruption? = nil
  ) throws -> any ErasedRun {
    try entry.open(
      RunRequest(
        problems: forms, oracles: [oracle, FormulaSearchOracle(oracle, interruption: interruption), ()],
        judge: oracle.savings.map { _ in oracle.asStated }, settings: settings, seed: seed, resuming: resuming))
  }
}
