// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

extension FormulaProgram {
  /// The continuous relaxation as the problem class of interior-point and SQP methods: minimized, in the user's units.
  ///
  /// `isConvex` is passed on; whoever sets it must have proved it.
  public func nonlinearProgram(isConvex: Bool = false) -> NonlinearProgram {
    let domain = Box(lower: Vector(linear.columnLower), upper: Vector(linear.columnUpper))
    var program = NonlinearProgram(
      start: domain.projection(of: start), domain: domain, rowLower: Vector(linear.rowLower),
      rowUpper: Vector(linear.rowUpper))
    program.isConvex = isConvex
    return program
  }
}
