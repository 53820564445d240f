// SPDX-License-Identifier: Apache-2.0

extension FormulaProgram {
  /// True when the continuous relaxation was proved convex: then what is locally optimal is optimal.
  public var isProvedConvex: Bool { isLinear || FormulaStructure(self).isConvex }
}
