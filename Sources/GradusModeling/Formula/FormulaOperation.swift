// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a node of a formula does with the values of its arguments.
///
/// Comparisons and logic give 1 for true and 0 for false; every number except 0 counts as true.
public enum FormulaOperation: UInt8, Sendable, Hashable, Codable, CaseIterable {
  /// A number, a variable (by index), a number that may be changed between solves (by index).
  case constant, variable, parameter
  /// number + Σ weightₖ·argumentₖ
  case sum
  /// a·b, a/b, a^b
  case product, quotient, power
  /// a^number with a constant exponent; a²
  case constantPower, square
  case absolute, squareRoot, exponential, logarithm, logarithm10
  case sine, cosine, tangent, arcSine, arcCosine, arcTangent
  case hyperbolicSine, hyperbolicCosine, hyperbolicTangent
  case inverseHyperbolicSine, inverseHyperbolicCosine, inverseHyperbolicTangent
  /// ⌊a⌋, ⌈a⌉, a rounded to the nearest integer (ties away from zero), a without its fraction
  case floor, ceiling, round, truncate
  /// atan2(a, b), min(a, b), max(a, b), a − b·trunc(a/b), trunc(a/b)
  case arcTangent2, minimum, maximum, remainder, integerQuotient
  case less, lessOrEqual, equal, greaterOrEqual, greater, notEqual
  case and, or, not
  /// if a ≠ 0 then b else c
  case conditional

  /// How many arguments a node of this kind has; nil for a sum, which takes any number.
  public var arity: Int? {
    switch self {
    case .constant, .variable, .parameter: 0
    case .sum: nil
    case .product, .quotient, .power, .arcTangent2, .minimum, .maximum, .remainder, .integerQuotient, .less,
      .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and, .or:
      2
    case .conditional: 3
    default: 1
    }
  }

  /// True for comparisons and logic: nodes whose value is 0 or 1.
  public var isLogical: Bool {
    switch self {
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and, .or, .not: true
    default: false
    }
  }

  /// How the operation is written: an infix sign or the name of a function.
  public var symbol: String {
    switch self {
    case .constant, .variable, .parameter: ""
    case .sum: "+"
    case .product: "*"
    case .quotient: "/"
    case .power, .constantPower, .square: "^"
    case .absolute: "abs"
    case .squareRoot: "sqrt"
    case .exponential: "exp"
    case .logarithm: "log"
    case .logarithm10: "log10"
    case .sine: "sin"
    case .cosine: "cos"
    case .tangent: "tan"
    case .arcSine: "asin"
    case .arcCosine: "acos"
    case .arcTangent: "atan"
    case .hyperbolicSine: "sinh"
    case .hyperbolicCosine: "cosh"
    case .hyperbolicTangent: "tanh"
    case .inverseHyperbolicSine: "asinh"
    case .inverseHyperbolicCosine: "acosh"
    case .inverseHyperbolicTangent: "atanh"
    case .floor: "floor"
    case .ceiling: "ceil"
    case .round: "round"
    case .truncate: "trunc"
    case .arcTangent2: "atan2"
    case .minimum: "min"
    case .maximum: "max"
    case .remainder: "mod"
    case .integerQuotient: "div"
    case .less: "<"
    case .lessOrEqual: "<="
    case .equal: "=="
    case .greaterOrEqual: ">="
    case .greater: ">"
    case .notEqual: "!="
    case .and: "and"
    case .or: "or"
    case .not: "not"
    case .conditional: "if"
    }
  }

  /// The value of an operation with one argument.
  @inline(__always)
  package func value(_ a: Double, number: Double = 0) -> Double {
    switch self {
    case .constantPower: pow(a, number)
    case .square: a * a
    case .absolute: abs(a)
    case .squareRoot: a.squareRoot()
    case .exponential: exp(a)
    case .logarithm: log(a)
    case .logarithm10: log10(a)
    case .sine: sin(a)
    case .cosine: cos(a)
    case .tangent: tan(a)
    case .arcSine: asin(a)
    case .arcCosine: acos(a)
    case .arcTangent: atan(a)
    case .hyperbolicSine: sinh(a)
    case .hyperbolicCosine: cosh(a)
    case .hyperbolicTangent: tanh(a)
    case .inverseHyperbolicSine: asinh(a)
    case .inverseHyperbolicCosine: acosh(a)
    case .inverseHyperbolicTangent: atanh(a)
    case .floor: a.rounded(.down)
    case .ceiling: a.rounded(.up)
    case .round: a.rounded(.toNearestOrAwayFromZero)
    case .truncate: a.rounded(.towardZero)
    case .not: a == 0 ? 1 : 0
    default: .nan
    }
  }

  /// The value of an operation with two arguments.
  @inline(__always)
  package func value(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .product: a * b
    case .quotient: a / b
    case .power: pow(a, b)
    case .arcTangent2: atan2(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : a <= b ? a : b
    case .maximum: a.isNaN || b.isNaN ? .nan : a >= b ? a : b
    case .remainder: fmod(a, b)
    case .integerQuotient: (a / b).rounded(.towardZero)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    default: .nan
    }
  }
}
