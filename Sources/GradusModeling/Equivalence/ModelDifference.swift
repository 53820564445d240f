// SPDX-License-Identifier: Apache-2.0

/// One thing in which two models differ, in the words of the people who wrote them. `first` and `second` are what each model says.
public struct ModelDifference: Sendable, Codable, Hashable, CustomStringConvertible {
  /// What differs.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable {
    case missingConstraint, extraConstraint, missingVariable, extraVariable, missingParameter, extraParameter
    /// minimize and maximize.
    case objectiveSense
    /// ≤, = and ≥ of one constraint.
    case relation
    /// A number that stands with a variable in a constraint, alone in a constraint, with a variable in the objective.
    case coefficient, rightHandSide, cost
    /// Whole numbers and any numbers.
    case integrality
    case bound
    /// Numbers that differ by a factor between units: a power of ten, 60, 24, 7, 12, …
    case unit
    /// Subscripts of one formula.
    case index
    /// Elements of a set.
    case elements
    /// An expression that differs in more than that.
    case formula
  }

  public var kind: Kind
  /// The constraint, variable, set or parameter, with its member in brackets; `objective` for the objective; `x (upper)` for a
  /// bound, `x in r` for the coefficient of a column in a row.
  public var place: String
  public var first: String?
  public var second: String?

  public init(_ kind: Kind, _ place: String, _ first: String? = nil, _ second: String? = nil) {
    self.kind = kind
    self.place = place
    self.first = first
    self.second = second
  }

  /// One line.
  public var description: String {
    let what =
      switch kind {
      case .missingConstraint: "the constraint \(place) is missing in the second model"
      case .extraConstraint: "the constraint \(place) is in the second model alone"
      case .missingVariable: "the variable \(place) is missing in the second model"
      case .extraVariable: "the variable \(place) is in the second model alone"
      case .missingParameter: "the parameter \(place) is missing in the second model"
      case .extraParameter: "the parameter \(place) is in the second model alone"
      case .objectiveSense: "other sense of the objective"
      case .relation: "other relation in \(place)"
      case .coefficient: "other coefficient at \(place)"
      case .rightHandSide: "other right-hand side at \(place)"
      case .cost: "other cost at \(place)"
      case .integrality: "other kind of \(place)"
      case .bound: "other bound of \(place)"
      case .unit: "another unit at \(place)"
      case .index: "other subscripts in \(place)"
      case .elements: "other elements of \(place)"
      case .formula: "another formula in \(place)"
      }
    guard let first, let second else { return what }
    return "\(what): \(first) in the first model, \(second) in the second"
  }

  /// The factor between two numbers if it is one between units: 10ᵏ, 7, 12, 24, 30, 52, 60, 365, 1440, 3600, 86400, or one over it.
  public static func unitFactor(from first: Double, to second: Double) -> Double? {
    guard first != 0, second != 0, first.isFinite, second.isFinite else { return nil }
    let ratio = second / first
    for factor in unitFactors where NumberClasses.areEqual(ratio, factor) || NumberClasses.areEqual(ratio * factor, 1) {
      return ratio
    }
    return nil
  }

  /// What `unitFactor(from:to:)` knows.
  package static let unitFactors: [Double] =
    [7, 12, 24, 30, 52, 60, 365, 1440, 3600, 86400] + [10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

  /// A number as messages show it.
  static func shown(_ number: Double) -> String { TextBuffer.shortest(number) }
}
