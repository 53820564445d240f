// SPDX-License-Identifier: Apache-2.0

// Disfavored, so that expressions of numbers alone mean what they mean without this module.

@_disfavoredOverload
public func abs(_ a: Formula) -> Formula { .unary(.absolute, a) }
@_disfavoredOverload
public func sqrt(_ a: Formula) -> Formula { .unary(.squareRoot, a) }
@_disfavoredOverload
public func exp(_ a: Formula) -> Formula { .unary(.exponential, a) }
/// The natural logarithm.
@_disfavoredOverload
public func log(_ a: Formula) -> Formula { .unary(.logarithm, a) }
@_disfavoredOverload
public func log10(_ a: Formula) -> Formula { .unary(.logarithm10, a) }
@_disfavoredOverload
public func sin(_ a: Formula) -> Formula { .unary(.sine, a) }
@_disfavoredOverload
public func cos(_ a: Formula) -> Formula { .unary(.cosine, a) }
@_disfavoredOverload
public func tan(_ a: Formula) -> Formula { .unary(.tangent, a) }
@_disfavoredOverload
public func asin(_ a: Formula) -> Formula { .unary(.arcSine, a) }
@_disfavoredOverload
public func acos(_ a: Formula) -> Formula { .unary(.arcCosine, a) }
@_disfavoredOverload
public func atan(_ a: Formula) -> Formula { .unary(.arcTangent, a) }
@_disfavoredOverload
public func atan2(_ y: Formula, _ x: Formula) -> Formula { .binary(.arcTangent2, y, x) }
@_disfavoredOverload
public func sinh(_ a: Formula) -> Formula { .unary(.hyperbolicSine, a) }
@_disfavoredOverload
public func cosh(_ a: Formula) -> Formula { .unary(.hyperbolicCosine, a) }
@_disfavoredOverload
public func tanh(_ a: Formula) -> Formula { .unary(.hyperbolicTangent, a) }
@_disfavoredOverload
public func asinh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicSine, a) }
@_disfavoredOverload
public func acosh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicCosine, a) }
@_disfavoredOverload
public func atanh(_ a: Formula) -> Formula { .unary(.inverseHyperbolicTangent, a) }
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
