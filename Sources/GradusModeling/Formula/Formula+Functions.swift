// SPDX-License-Identifier: Apache-2.0

// Disfavored, so that expressions of numbers alone mean what they mean without this module.

/// |a|: not smooth at 0, where its derivative is taken for 0.
@_disfavoredOverload
public func abs(_ a: Formula) -> Formula { .unary(.absolute, a) }
/// √a, defined for a ≥ 0; its derivative is infinite at 0.
@_disfavoredOverload
public func sqrt(_ a: Formula) -> Formula { .unary(.squareRoot, a) }
/// eᵃ: infinite from about a = 709.8 on.
@_disfavoredOverload
public func exp(_ a: Formula) -> Formula { .unary(.exponential, a) }
/// The natural logarithm.
@_disfavoredOverload
public func log(_ a: Formula) -> Formula { .unary(.logarithm, a) }
/// The logarithm to base 10, defined for a > 0.
@_disfavoredOverload
public func log10(_ a: Formula) -> Formula { .unary(.logarithm10, a) }
/// The sine of a, in radians.
@_disfavoredOverload
public func sin(_ a: Formula) -> Formula { .unary(.sine, a) }
/// The cosine of a, in radians.
@_disfavoredOverload
public func cos(_ a: Formula) -> Formula { .unary(.cosine, a) }
/// The tangent of a, in radians.
@_disfavoredOverload
public func tan(_ a: Formula) -> Formula { .unary(.tangent, a) }
/// The angle in [−π/2, π/2] with the sine a, defined for −1 ≤ a ≤ 1.
@_disfavoredOverload
public func asin(_ a: Formula) -> Formula { .unary(.arcSine, a) }
/// The angle in [0, π] with the cosine a, defined for −1 ≤ a ≤ 1.
@_disfavoredOverload
public func acos(_ a: Formula) -> Formula { .unary(.arcCosine, a) }
/// The angle in (−π/2, π/2) with the tangent a.
@_disfavoredOverload
public func atan(_ a: Formula) -> Formula { .unary(.arcTangent, a) }
/// The angle in (−π, π] of the point (x, y): the argument of x + iy. Jumps at y = 0, x < 0.
@_disfavoredOverload
public func atan2(_ y: Formula, _ x: Formula) -> Formula { .binary(.arcTangent2, y, x) }
/// (eᵃ − e⁻ᵃ)/2.
@_disfavoredOverload
public func sinh(_ a: Formula) -> Formula { .unary(.hyperbolicSine, a) }
/// (eᵃ + e⁻ᵃ)/2.
@_disfavoredOverload
public func cosh(_ a: Formula) -> Formula { .unary(.hyperbolicCosine, a) }
/// The hyperbolic tangent, in (−1, 1).
@_disfavoredOverload
public func tanh(_ a: Formula) -> Formula { .unary(.hyperbolicTangent, a) }
/// The inverse of `sinh`, defined everywhere.
@_disfavoredOverload
public func asinh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicSine, a) }
/// The inverse of `cosh` with values from 0, defined for a ≥ 1.
@_disfavoredOverload
public func acosh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicCosine, a) }
/// The inverse of `tanh`, defined for −1 < a < 1.
@_disfavoredOverload
public func atanh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicTangent, a) }
/// aᵇ, the same as `a ** b`.
@_disfavoredOverload
public func pow(_ a: Formula, _ b: Formula) -> Formula { a ** b }

/// The smallest of two or more formulas: not smooth where they meet.
@_disfavoredOverload
public func min(_ a: Formula, _ b: Formula, _ rest: Formula...) -> Formula {
  rest.reduce(.binary(.minimum, a, b)) { .binary(.minimum, $0, $1) }
}

/// The largest of two or more formulas: not smooth where they meet.
@_disfavoredOverload
public func max(_ a: Formula, _ b: Formula, _ rest: Formula...) -> Formula {
  rest.reduce(.binary(.maximum, a, b)) { .binary(.maximum, $0, $1) }
}

/// Σ over a range or a collection: `sum(over: 0..<n) { cost[$0] * x[$0] }`.
public func sum<S: Sequence>(over items: S, _ term: (S.Element) throws -> Formula) rethrows -> Formula {
  .sum(try items.map(term))
}

/// Π over a range or a collection.
public func product<S: Sequence>(over items: S, _ factor: (S.Element) throws -> Formula) rethrows -> Formula {
  try items.map(factor).reduce(1) { $0 * $1 }
}

extension Sequence<Formula> {
  /// Σ of the elements as one node.
  public func sum() -> Formula { .sum(self) }
}
