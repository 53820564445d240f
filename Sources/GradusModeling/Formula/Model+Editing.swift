// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Changing a model that has been solved, to solve it again from where it stood.
extension Model {
  /// Gives a parameter another number. Stops the program when the formula is not a parameter of this model.
  public func set(_ parameter: Formula, to value: Double) {
    guard case .node(let own, let node) = parameter.content, own === store,
      store.graph.operations[Int(node)] == .parameter
    else { preconditionFailure("only a parameter of this model can be given another number") }
    parameterValues[Int(store.graph.numbers[Int(node)])] = value
  }

  /// Replaces both bounds of a variable.
  public func setBounds(of variable: Formula, from lower: Double, to upper: Double) throws(ModelError) {
    let j = try column(of: variable)
    columns[j].lower = lower
    columns[j].upper = upper
  }

  /// Fixes a variable at a number.
  public func fix(_ variable: Formula, at value: Double) throws(ModelError) {
    try setBounds(of: variable, from: value, to: value)
  }

  /// Replaces both sides of a row.
  public func setSides(ofRow row: Int, from lower: Double, to upper: Double) {
    precondition(rows.indices.contains(row), "the model has \(rows.count) rows")
    rows[row].lower = lower
    rows[row].upper = upper
  }

  /// The position of a variable among the columns.
  public func column(of variable: Formula) throws(ModelError) -> Int {
    guard case .node(let own, let node) = variable.content, own === store,
      store.graph.operations[Int(node)] == .variable
    else { throw .notAVariable }
    return Int(store.graph.numbers[Int(node)])
  }

  /// The value of a formula at a point, one number a variable.
  public func value(of formula: Formula, at point: Vector) -> Double {
    precondition(point.count == columns.count, "the model has \(columns.count) variables")
    return store.graph.value(of: formula.node(in: store), at: point.elements, parameters: parameterValues)
  }

  /// Makes a point, and multipliers (∂objective/∂side, one a row), the start of the next solve; variables declared since begin at their former start.
  public func start(at point: Vector, multipliers: Vector? = nil) {
    for (j, x) in point.elements.enumerated() where j < columns.count { columns[j].start = x }
    self.multipliers = multipliers?.elements
  }
}
