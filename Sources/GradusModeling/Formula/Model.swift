// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

/// An optimization problem written in Swift: variables, an objective, requirements.
///
///     let model = Model("box")
///     let w = model.variable("w", in: 0.1...10), h = model.variable("h", in: 0.1...10)
///     model.minimize(2 * w * w + 4 * w * h)
///     model.require(w * w * h >= 1, "volume")
///     let program = try model.program()
///
/// A model may be edited and solved again: bounds, numbers of parameters, sides and the objective can be replaced, and a
/// former answer becomes the start. A class that belongs to one task; what it produces is a value.
public final class Model {
  /// A variable's place, name and limits, as declared.
  struct Column {
    var name: String
    var kind: VariableKind
    var lower: Double
    var upper: Double
    var start: Double?
  }

  struct Row {
    var name: String
    var body: Formula
    var lower: Double
    var upper: Double
  }

  public var name: String
  let store = FormulaStore()
  var columns: [Column] = []
  var rows: [Row] = []
  var parameterValues: [Double] = []
  var sense = Sense.minimize
  var objective: Formula = 0
  var objectiveName = "objective"
  var multipliers: [Double]?

  public init(_ name: String = "model") { self.name = name }

  /// Declares a variable. Throws nothing: contradictory bounds make the problem infeasible, not the declaration.
  @discardableResult
  public func variable(
    _ name: String? = nil, from lower: Double = -.infinity, to upper: Double = .infinity,
    kind: VariableKind = .continuous, start: Double? = nil
  ) -> Formula {
    let index = columns.count
    columns.append(
      Column(name: name ?? "x\(index)", kind: kind, lower: lower, upper: upper, start: start))
    return Formula(store, store.graph.variable(index))
  }

  /// Declares a variable with both bounds. Contradictory bounds make the problem infeasible, not the declaration.
  public func variable(
    _ name: String? = nil, in range: ClosedRange<Double>, kind: VariableKind = .continuous, start: Double? = nil
  ) -> Formula {
    variable(name, from: range.lowerBound, to: range.upperBound, kind: kind, start: start)
  }

  /// `name[0]`, `name[1]`, … with the same limits.
  public func variables(
    _ name: String, count: Int, from lower: Double = -.infinity, to upper: Double = .infinity,
    kind: VariableKind = .continuous, start: Double? = nil
  ) -> [Formula] {
    (0..<count).map { variable("\(name)[\($0)]", from: lower, to: upper, kind: kind, start: start) }
  }

  /// 0 or 1.
  public func binary(_ name: String? = nil) -> Formula { variable(name, in: 0...1, kind: .integer) }

  /// A number that may be changed between solves with `set(_:to:)`.
  public func parameter(_ value: Double) -> Formula {
    parameterValues.append(value)
    return Formula(store, store.graph.parameter(parameterValues.count - 1))
  }

  /// States what is to be smallest; a second call of this or of `maximize` replaces the first.
  public func minimize(_ objective: Formula, _ name: String = "objective") { state(.minimize, objective, name) }
  /// States what is to be largest; a second call of this or of `minimize` replaces the first.
  public func maximize(_ objective: Formula, _ name: String = "objective") { state(.maximize, objective, name) }

  private func state(_ sense: Sense, _ objective: Formula, _ name: String) {
    _ = objective.node(in: store)
    self.sense = sense
    self.objective = objective
    objectiveName = name
  }

  /// Adds a requirement and returns its row, for editing and for reading its dual.
  @discardableResult
  public func require(_ relation: Relation, _ name: String? = nil) -> Int {
    _ = relation.body.node(in: store)
    rows.append(
      Row(name: name ?? "c\(rows.count)", body: relation.body, lower: relation.lower, upper: relation.upper))
    return rows.count - 1
  }
}
