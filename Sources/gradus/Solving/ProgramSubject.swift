// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A program of formulas with everybody who can be asked about it.
///
/// Methods for nonlinear programs always minimize; methods that read the program itself answer in the user's sense.
struct ProgramSubject: Sendable {
  let program: FormulaProgram
  let oracle: FormulaOracle

  init(_ program: FormulaProgram) {
    self.program = program
    oracle = FormulaOracle(program)
  }

  var isDiscrete: Bool { program.linear.isDiscrete }
  var isMaximized: Bool { program.linear.sense == .maximize }

  /// The program in every class that holds all of it, the most special first.
  ///
  /// The continuous relaxation of a discrete program is another problem and is not among them.
  var forms: [any Sendable] {
    var forms: [any Sendable] = []
    if !isDiscrete {
      let relaxation = program.nonlinearProgram()
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
  func isMirrored(by entry: MethodEntry) -> Bool {
    isMaximized && !entry.takes(program)
  }

  /// Moves the start; for `--start`.
  func moved(to start: Vector) -> ProgramSubject {
    var program = program
    program.start = start
    program.hasStart = true
    return ProgramSubject(program)
  }

  /// Methods in the order in which they are tried.
  var preferredMethods: [String] {
    if isDiscrete { return ["nlp-branch-and-bound", "outer-approximation", "spatial-branch-and-bound"] }
    return ["interior-point", "augmented-lagrangian", "lbfgs"]
  }
}
