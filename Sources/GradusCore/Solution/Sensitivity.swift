// SPDX-License-Identifier: Apache-2.0

/// How an optimum answers to small changes of the problem, in the user's sense and units.
public struct Sensitivity: Sendable, Hashable {
  /// From where to where a number may move while the optimal basis stays.
  public struct Range: Sendable, Hashable {
    public var value: Double
    public var from: Double
    public var to: Double

    public init(value: Double, from: Double, to: Double) {
      self.value = value
      self.from = from
      self.to = to
    }
  }

  /// What a unit more of one active side, bound or parameter changes.
  public struct Derivative: Sendable, Hashable {
    /// ∂objective/∂side; of a parameter, its whole effect along the solution.
    public var objective: Double
    /// ∂x/∂side, one a variable.
    public var point: [Double]

    public init(objective: Double, point: [Double]) {
      self.objective = objective
      self.point = point
    }
  }

  /// Linear programs: cost of each variable, the side of each row and the bound of each variable that hold the optimum.
  public var costs: [String: Range] = [:]
  public var sideRanges: [String: Range] = [:]
  public var boundRanges: [String: Range] = [:]
  /// Nonlinear programs: active rows and bounds.
  public var sides: [String: Derivative] = [:]
  public var bounds: [String: Derivative] = [:]
  /// Models with named data: one entry a number.
  public var parameters: [String: Derivative] = [:]
  /// Why something is missing.
  public var note: String?

  public init() {}

  /// The member `sensitivity` of a result; members in the order of names, changes of the point that are zero left out.
  public func json(variables: NameTable) -> JSONValue {
    var members: [JSONValue.Member] = []
    func add<T>(_ name: String, _ table: [String: T], _ write: (T) -> JSONValue) {
      guard !table.isEmpty else { return }
      let entries = table.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, write($0.value)) }
      members.append(.init(name, .object(entries)))
    }
    func range(_ r: Range) -> JSONValue { ["value": .number(r.value), "from": .number(r.from), "to": .number(r.to)] }
    func derivative(_ d: Derivative) -> JSONValue {
      let moved = d.point.indices.filter { d.point[$0] != 0 && $0 < variables.count }
      return [
        "objective": .number(d.objective),
        "solution": .object(moved.map { JSONValue.Member(variables[$0], .number(d.point[$0])) }),
      ]
    }
    add("costRanges", costs, range)
    add("sideRanges", sideRanges, range)
    add("boundRanges", boundRanges, range)
    add("sideDerivatives", sides, derivative)
    add("boundDerivatives", bounds, derivative)
    add("parameterDerivatives", parameters, derivative)
    if let note { members.append(.init("note", .string(note))) }
    return .object(members)
  }
}
