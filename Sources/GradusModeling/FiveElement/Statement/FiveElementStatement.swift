// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A five-element model as a value that programs write, change and compare; the language is that of `FiveElementModel`.
///
///     var model = FiveElementStatement(name: "knapsack", sense: .maximize)
///     model.sets = [.init("ITEM", ["tent", "lamp"])]
///     model.parameters = [.init("value", over: ["ITEM"], [60, 20]), .init("capacity", [9])]
///     model.variables = [.init("take", over: ["ITEM"], kind: .binary)]
///     model.objective = "sum(i in ITEM) value[i] * take[i]"
///     model.constraints = [.init("load", "sum(i in ITEM) weight[i] * take[i] <= capacity")]
///
/// Data stand in parameters, one number a member, so that they can be replaced; sets list their elements. What a text may say
/// besides – sets by conditions, values by expressions or from files – has no place here, and `init(reading:)` refuses it.
public struct FiveElementStatement: Sendable, Codable, Hashable {
  /// A set with its elements.
  public struct Members: Sendable, Codable, Hashable {
    public var name: String
    /// Each with as many parts as the set has subscripts; one, mostly.
    public var elements: [[String]]

    /// A set of single elements.
    public init(_ name: String, _ elements: [String]) {
      self.name = name
      self.elements = elements.map { [$0] }
    }

    /// A set of tuples.
    public init(_ name: String, tuples: [[String]]) {
      self.name = name
      elements = tuples
    }
  }

  /// Numbers by the elements of sets.
  public struct Parameter: Sendable, Codable, Hashable {
    public var name: String
    /// Names of sets; none for a single number.
    public var over: [String]
    /// The last set runs fastest.
    public var values: [Double]
    public var unit: String?

    public init(_ name: String, over: [String] = [], _ values: [Double], unit: String? = nil) {
      self.name = name
      self.over = over
      self.values = values
      self.unit = unit
    }
  }

  /// What is decided.
  public struct Variable: Sendable, Codable, Hashable {
    /// As in the text.
    public enum Kind: String, Sendable, Codable, CaseIterable {
      case continuous, integer, binary, semicontinuous, semiinteger
    }

    public var name: String
    public var over: [String]
    public var kind: Kind
    /// A number or an expression of parameters and of the indices of `over`; nil without a bound. A binary variable has none.
    public var lower: String?
    public var upper: String?
    public var unit: String?
    /// Names for the indices, in the order of `over`, where a bound uses them; empty otherwise.
    public var indices: [String]

    public init(
      _ name: String, over: [String] = [], kind: Kind = .continuous, lower: String? = nil, upper: String? = nil,
      unit: String? = nil, indices: [String] = []
    ) {
      self.name = name
      self.over = over
      self.kind = kind
      self.lower = lower
      self.upper = upper
      self.unit = unit
      self.indices = indices
    }
  }

  /// A row, or one for each member of an index set.
  public struct Constraint: Sendable, Codable, Hashable {
    public var name: String
    /// As `p in PLANT, m in MARKET where p != m`; empty for a single row.
    public var indices: String
    public var text: String

    public init(_ name: String, for indices: String = "", _ text: String) {
      self.name = name
      self.indices = indices
      self.text = text
    }
  }

  public var name: String
  public var sets: [Members] = []
  public var parameters: [Parameter] = []
  public var variables: [Variable] = []
  public var sense: Sense
  public var objective = "0"
  public var constraints: [Constraint] = []

  public init(name: String, sense: Sense = .minimize) {
    self.name = name
    self.sense = sense
  }

  /// The model, read from its own text. Throws `ReadError` with the place in `text()` where it makes no sense. Cost: that of its members.
  public func program() throws(ReadError) -> FormulaProgram {
    try FiveElementModel.parse(text: text(), path: name).program
  }

  /// A parameter's number for a member, by the elements' names; nil where there is none.
  public func value(_ parameter: String, _ member: [String] = []) -> Double? {
    guard let found = parameters.first(where: { $0.name == parameter }), let place = place(of: member, in: found.over)
    else { return nil }
    return found.values.indices.contains(place) ? found.values[place] : nil
  }

  /// How many members a product of sets has; 1 for none, nil for an unknown set.
  public func count(over names: [String]) -> Int? {
    var count = 1
    for name in names {
      guard let set = sets.first(where: { $0.name == name }) else { return nil }
      count *= set.elements.count
    }
    return count
  }

  private func place(of member: [String], in over: [String]) -> Int? {
    var rest = member[...]
    var place = 0
    for name in over {
      guard let set = sets.first(where: { $0.name == name }), let arity = set.elements.first?.count,
        rest.count >= arity, let k = set.elements.firstIndex(of: Array(rest.prefix(arity)))
      else { return nil }
      place = place * set.elements.count + k
      rest = rest.dropFirst(arity)
    }
    return rest.isEmpty ? place : nil
  }
}
