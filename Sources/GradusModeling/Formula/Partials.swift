// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which derivatives of an operation exist at all, whatever the point: what decides the patterns of derivatives.
extension FormulaOperation {
  /// True when the value moves with argument `k`; false for comparisons, roundings and the condition of an `if`.
  package func moves(with k: Int) -> Bool {
    switch self {
    case .constant, .variable, .parameter, .floor, .ceiling, .round, .truncate, .integerQuotient: false
    case .conditional: k > 0
    default: !isLogical
    }
  }

  /// True when the operation bends: its second derivatives are not all zero.
  package var isCurved: Bool {
    switch self {
    case .sum, .absolute, .minimum, .maximum, .remainder, .conditional, .constant, .variable, .parameter, .floor,
      .ceiling, .round, .truncate, .integerQuotient:
      false
    default: !isLogical
    }
  }

  /// f′(a), given v = f(a).
  @inline(__always)
  package func slope(_ a: Double, _ v: Double, number: Double) -> Double {
    switch self {
    case .constantPower: number * integralPower(a, number - 1)
    case .square: 2 * a
    case .absolute: a > 0 ? 1 : a < 0 ? -1 : 0
    case .squareRoot: 0.5 / v
    case .exponential: v
    case .logarithm: 1 / a
    case .logarithm10: 0.43429448190325182765 / a
    case .sine: cos(a)
    case .cosine: -sin(a)
    case .tangent: 1 + v * v
    case .arcSine: 1 / (1 - a * a).squareRoot()
    case .arcCosine: -1 / (1 - a * a).squareRoot()
    case .arcTangent: 1 / (1 + a * a)
    case .hyperbolicSine: cosh(a)
    case .hyperbolicCosine: sinh(a)
    case .hyperbolicTangent: 1 - v * v
    case .inverseHyperbolicSine: 1 / (1 + a * a).squareRoot()
    case .inverseHyperbolicCosine: 1 / ((a - 1) * (a + 1)).squareRoot()
    case .inverseHyperbolicTangent: 1 / ((1 - a) * (1 + a))
    default: 0
    }
  }

  /// f″(a), given v = f(a) and d = f′(a).
  @inline(__always)
  package func curvature(_ a: Double, _ v: Double, _ d: Double, number: Double) -> Double {
    switch self {
    case .constantPower: number * (number - 1) * integralPower(a, number - 2)
    case .square: 2
    case .squareRoot: -0.5 * d / a
    case .exponential: v
    case .logarithm, .logarithm10: -d / a
    case .sine, .cosine: -v
    case .tangent: 2 * v * d
    case .arcSine, .arcCosine: a * d / ((1 - a) * (1 + a))
    case .arcTangent: -2 * a * d * d
    case .hyperbolicSine, .hyperbolicCosine: v
    case .hyperbolicTangent: -2 * v * d
    case .inverseHyperbolicSine: -a * d / (1 + a * a)
    case .inverseHyperbolicCosine: -a * d / ((a - 1) * (a + 1))
    case .inverseHyperbolicTangent: 2 * a * d * d
    default: 0
    }
  }

  /// ∂f/∂a and ∂f/∂b, given v = f(a, b).
  @inline(__always)
  package func slopes(_ a: Double, _ b: Double, _ v: Double) -> (Double, Double) {
    switch self {
    case .product: (b, a)
    case .quotient: (1 / b, -v / b)
    case .power:
      // At a = 0 the logarithm is infinite while v is 0 for every positive exponent: the limit is 0.
      (a == 0 ? (b == 1 ? 1 : b > 1 ? 0 : .infinity) : b * pow(a, b - 1), a == 0 && b > 0 ? 0 : v * log(a))
    case .arcTangent2:
      (b / (a * a + b * b), -a / (a * a + b * b))
    case .minimum: a <= b ? (1, 0) : (0, 1)
    case .maximum: a >= b ? (1, 0) : (0, 1)
    case .remainder: (1, -(a / b).rounded(.towardZero))
    default: (0, 0)
    }
  }

  /// ∂²f/∂a², ∂²f/∂a∂b, ∂²f/∂b².
  @inline(__always)
  package func curvatures(_ a: Double, _ b: Double, _ v: Double) -> (Double, Double, Double) {
    switch self {
    case .product: return (0, 1, 0)
    case .quotient: return (0, -1 / (b * b), 2 * v / (b * b))
    case .power:
      if a == 0 {
        return (b == 2 ? 2 : b > 2 || b == 1 || b == 0 ? 0 : .infinity, b > 1 ? 0 : -.infinity, b > 0 ? 0 : .infinity)
      }
      let l = log(a)
      let u = pow(a, b - 1)
      return (b * (b - 1) * u / a, u * (1 + b * l), v * l * l)
    case .arcTangent2:
      let d = a * a + b * b
      return (-2 * a * b / (d * d), (a * a - b * b) / (d * d), 2 * a * b / (d * d))
    default: return (0, 0, 0)
    }
  }
}

/// a^n; small whole exponents by multiplication, which is exact where the product is and several times faster.
@inline(__always)
package func integralPower(_ a: Double, _ exponent: Double) -> Double {
  guard exponent == exponent.rounded(.towardZero), abs(exponent) <= 8 else { return pow(a, exponent) }
  var rest = Int(abs(exponent))
  var result = 1.0
  var square = a
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    rest >>= 1
    if rest > 0 { square *= square }
  }
  return exponent < 0 ? 1 / result : result
}
