// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

extension FormulaProgram {
  /// Counts for `gradus describe`, and what may make the program hard or wrong.
  public struct Survey: Sendable, Hashable {
    public var variables = 0
    public var integers = 0
    public var fixed = 0
    public var free = 0
    /// Variables that stand in no row and not in the objective.
    public var unused = 0
    public var rows = 0
    public var nonlinearRows = 0
    /// Entries of the Jacobian.
    public var entries = 0
    /// Nodes of the graph that are neither numbers nor variables.
    public var operations = 0
    public var warnings: [String] = []
  }

  /// Entries of the Jacobian, linear and nonlinear ones at the same place counted once.
  public var jacobianEntryCount: Int { Tape(self).jacobianBase.entryCount }

  /// Looks at everything once and evaluates at the start.
  public var survey: Survey {
    let tape = Tape(self)
    var survey = Survey()
    survey.variables = variableCount
    survey.integers = linear.integerCount
    survey.rows = constraintCount
    survey.nonlinearRows = rows.count { $0 != nil }
    survey.entries = tape.jacobianBase.entryCount
    survey.operations = graph.operations.count { $0 != .constant && $0 != .variable }
    var isUsed = linear.costs.map { $0 != 0 }
    for j in tape.supports { isUsed[Int(j)] = true }
    for j in 0..<variableCount {
      let (low, high) = (linear.columnLower[j], linear.columnUpper[j])
      if low == high { survey.fixed += 1 }
      if low == -.infinity, high == .infinity { survey.free += 1 }
      if !isUsed[j], linear.matrix.range(ofColumn: j).isEmpty { survey.unused += 1 }
      if low > high {
        survey.warnings.append("the bounds of \(linear.columnNames[j]) contradict each other: infeasible")
      }
    }
    if survey.unused > 0 { survey.warnings.append("\(survey.unused) variables stand nowhere") }
    let idle = (0..<constraintCount).filter { linear.rowLower[$0] == -.infinity && linear.rowUpper[$0] == .infinity }
    if !idle.isEmpty { survey.warnings.append("\(idle.count) rows have no side and restrict nothing") }
    survey.warnings += findingsAtStart
    return survey
  }

  private var findingsAtStart: [String] {
    guard let finding = undefinedValue(at: start) else { return [] }
    return ["at the start \(finding)"]
  }
}
