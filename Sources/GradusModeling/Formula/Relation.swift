// SPDX-License-Identifier: Apache-2.0

/// lower ≤ body ≤ upper: what a model can require. Made with `<=`, `>=` and `==` between formulas and numbers.
public struct Relation {
  public var body: Formula
  public var lower: Double
  public var upper: Double

  public init(_ body: Formula, from lower: Double = -.infinity, to upper: Double = .infinity) {
    self.body = body
    self.lower = lower
    self.upper = upper
  }
}

extension Formula {
  /// A number on one side stays the side of the row, so that its dual is ∂objective/∂number.
  private static func relation(_ a: Formula, _ b: Formula, _ low: Bool, _ high: Bool) -> Relation {
    if case .number(let side) = b.content {
      return Relation(a, from: low ? side : -.infinity, to: high ? side : .infinity)
    }
    if case .number(let side) = a.content {
      return Relation(b, from: high ? side : -.infinity, to: low ? side : .infinity)
    }
    return Relation(a - b, from: low ? 0 : -.infinity, to: high ? 0 : .infinity)
  }

  /// a ≤ b. A number on either side becomes the side of the row, so that its dual is ∂objective/∂number.
  public static func <= (a: Formula, b: Formula) -> Relation { relation(a, b, false, true) }
  /// a ≥ b. A number on either side becomes the side of the row.
  public static func >= (a: Formula, b: Formula) -> Relation { relation(a, b, true, false) }
  /// a = b as a requirement, not a comparison; a number on either side becomes the side of the row.
  public static func == (a: Formula, b: Formula) -> Relation { relation(a, b, true, true) }
  /// a ≤ b with a number that is no literal.
  @_disfavoredOverload
  public static func <= <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Relation { a <= Formula(Double(b)) }
  /// a ≥ b with a number that is no literal.
  @_disfavoredOverload
  public static func >= <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Relation { a >= Formula(Double(b)) }
  /// a = b with a number that is no literal.
  @_disfavoredOverload
  public static func == <Number: BinaryFloatingPoint>(a: Formula, b: Number) -> Relation { a == Formula(Double(b)) }
  /// a ≤ b with a number that is no literal.
  @_disfavoredOverload
  public static func <= <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Relation { Formula(Double(a)) <= b }
  /// a ≥ b with a number that is no literal.
  @_disfavoredOverload
  public static func >= <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Relation { Formula(Double(a)) >= b }
  /// a = b with a number that is no literal.
  @_disfavoredOverload
  public static func == <Number: BinaryFloatingPoint>(a: Number, b: Formula) -> Relation { Formula(Double(a)) == b }
}
