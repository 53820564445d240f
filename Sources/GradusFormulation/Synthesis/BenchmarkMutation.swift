// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusModeling
public import GradusNumerics

/// One mistake of a kind that people and models make, put into a model so that it can be seen.
///
///     coefficient: a number of a parameter times 0.7 or 1.4
///     sense: the other one
///     dropped row: a constraint that binds is gone
///     integrality: whole numbers become continuous, or back
///     swapped index: two numbers of a parameter change places
///     unit: all numbers of a parameter times 60 or 1000
///
/// A mistake that cannot change anything – in a row with slack, at an amount that is 0 – makes an equivalent model, which no
/// scorer can or should refuse. So mistakes are made where they bite: the reference point no longer satisfies a row, a row that
/// bound no longer does, or its objective changes. Whether the optimum changes is not asked.
public enum BenchmarkMutation: String, Sendable, Codable, CaseIterable {
  case coefficient, sense, droppedRow = "dropped row", integrality, swappedIndex = "swapped index", unit

  /// The statement with this mistake; `values` is its own optimal point. nil where no place for it bites, or the statement cannot
  /// be read. Cost: reading the model for each place that is tried.
  public func applied(
    to statement: FiveElementStatement, at values: [String: Double], _ stream: inout RandomStream
  ) -> FiveElementStatement? {
    guard let reference = BindingPoint(statement, values) else { return nil }
    var wrong = statement
    switch self {
    case .sense:
      wrong.sense = statement.sense.opposite
      return wrong
    case .droppedRow:
      let binding = statement.constraints.indices.filter { reference.binds(statement.constraints[$0].name) }
      guard !binding.isEmpty else { return nil }
      wrong.constraints.remove(at: binding[stream.integer(below: binding.count)])
      return wrong
    case .integrality:
      for k in stream.permutation(statement.variables.count) {
        switch statement.variables[k].kind {
        case .integer where !reference.isVertex: wrong.variables[k].relax()
        case .continuous where reference.isFractional(statement.variables[k].name): wrong.variables[k].kind = .integer
        default: continue
        }
        return wrong
      }
      return nil
    case .coefficient, .swappedIndex, .unit: return changed(statement, reference, &stream)
    }
  }

  private func changed(
    _ statement: FiveElementStatement, _ reference: BindingPoint, _ stream: inout RandomStream
  ) -> FiveElementStatement? {
    for k in stream.permutation(statement.parameters.count) {
      var wrong = statement
      var values = statement.parameters[k].values
      switch self {
      case .unit:
        guard statement.parameters[k].unit != nil else { continue }
        let factor: Double = stream.uniform() < 0.5 ? 60 : 1000
        values = values.map { $0 * factor }
      case .swappedIndex:
        guard values.count > 1 else { continue }
        let i = stream.integer(below: values.count), j = (i + 1) % values.count
        values.swapAt(i, j)
      default:
        guard !values.isEmpty else { continue }
        values[stream.integer(below: values.count)] *= stream.uniform() < 0.5 ? 0.7 : 1.4
      }
      guard values != statement.parameters[k].values else { continue }
      wrong.parameters[k].values = values
      if reference.notices(wrong, changing: statement.parameters[k], to: values) { return wrong }
    }
    return nil
  }
}

/// A model at its optimal point: which rows bind there, and whether a change of the model is felt there.
struct BindingPoint {
  private let program: FormulaProgram
  private let point: Vector
  private let objectiveText: String

  init?(_ statement: FiveElementStatement, _ values: [String: Double]) {
    guard let program = try? statement.program() else { return nil }
    let numbers = program.linear.columnNames.map { values[$0] ?? .nan }
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    self.program = program
    point = Vector(numbers)
    objectiveText = statement.objective
  }

  /// How far inside each row the point is, of those that are linear; 0: the row binds, negative: it is violated.
  private func slacks(_ program: FormulaProgram) -> [Double] {
    let form = program.linear
    let activity = form.matrix.times(point)
    return (0..<form.constraintCount).map { i in
      let scale = max(1, abs(activity[i]))
      return min(activity[i] - form.rowLower[i], form.rowUpper[i] - activity[i]) / scale
    }
  }

  /// Whether a row of this constraint binds.
  func binds(_ constraint: String) -> Bool {
    let slacks = slacks(program), names = program.linear.rowNames
    return slacks.indices.contains { i in
      let name = names[i]
      return abs(slacks[i]) < 1e-6 && (name == constraint || name.hasPrefix("\(constraint)["))
    }
  }

  /// Whether as many rows and bounds bind as there are variables: then the point may be best without whole numbers too.
  var isVertex: Bool {
    let form = program.linear
    let atBounds = (0..<form.variableCount).count {
      abs(point[$0] - form.columnLower[$0]) < 1e-6 || abs(point[$0] - form.columnUpper[$0]) < 1e-6
    }
    return slacks(program).count { abs($0) < 1e-6 } + atBounds >= form.variableCount
  }

  func isFractional(_ variable: String) -> Bool {
    program.linear.columnNames.enumerated().contains { j, name in
      (name == variable || name.hasPrefix("\(variable)[")) && abs(point[j] - point[j].rounded()) > 1e-3
    }
  }

  /// Whether another parameter is felt at the point: in its objective, in a row that binds, or because a row is violated.
  func notices(
    _ changed: FiveElementStatement, changing parameter: FiveElementStatement.Parameter, to values: [Double]
  ) -> Bool {
    guard let other = try? changed.program(), other.variableCount == program.variableCount,
      other.constraintCount == program.constraintCount
    else { return false }
    let (old, new) = (slacks(program), slacks(other))
    for i in old.indices where new[i] < -1e-3 || abs(old[i]) < 1e-6 && abs(new[i]) > 1e-3 { return true }
    let (before, after) = (program.linear.objective(at: point), other.linear.objective(at: point))
    if abs(before - after) > 1e-3 * max(1, abs(before)) { return true }
    // Nonlinear parts stand in the graph: a parameter by item is felt where its amount is not 0.
    guard program.objective != nil, objectiveText.contains("\(parameter.name)[") else { return false }
    return zip(zip(parameter.values, values), 0..<point.count).contains { $0.0 != $0.1 && abs(point[$1]) > 0.1 }
  }
}
