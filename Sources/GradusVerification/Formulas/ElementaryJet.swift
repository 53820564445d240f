// SPDX-License-Identifier: Apache-2.0
import GradusModeling

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The first three coefficients of a function along a line: f(0), f′(0), f″(0).
///
/// The arithmetic of verification: written apart from the tapes of the solvers, by another rule (Taylor coefficients along
/// a direction instead of adjoints), so that a mistake in one shows in the other.
struct Jet {
  var value: Double
  var slope = 0.0
  var bend = 0.0

  init(_ value: Double, _ slope: Double = 0, _ bend: Double = 0) {
    self.value = value
    self.slope = slope
    self.bend = bend
  }

  static func + (a: Jet, b: Jet) -> Jet { Jet(a.value + b.value, a.slope + b.slope, a.bend + b.bend) }
  static func - (a: Jet, b: Jet) -> Jet { Jet(a.value - b.value, a.slope - b.slope, a.bend - b.bend) }
  static func * (w: Double, a: Jet) -> Jet { Jet(w * a.value, w * a.slope, w * a.bend) }

  static func * (a: Jet, b: Jet) -> Jet {
    Jet(
      a.value * b.value, a.slope * b.value + a.value * b.slope,
      a.bend * b.value + 2 * a.slope * b.slope + a.value * b.bend)
  }

  /// f(a) given f, f′ and f″ at a's value (Faà di Bruno).
  func composed(_ f: Double, _ f1: Double, _ f2: Double) -> Jet {
    // A constant argument stays constant even where f has no derivative.
    if slope == 0 && bend == 0 { return Jet(f) }
    return Jet(f, f1 * slope, f2 * slope * slope + f1 * bend)
  }

  /// 1/a
  var inverse: Jet { composed(1 / value, -1 / (value * value), 2 / (value * value * value)) }
  var exponential: Jet { composed(exp(value), exp(value), exp(value)) }
  var logarithm: Jet { composed(log(value), 1 / value, -1 / (value * value)) }

  /// a^p with a constant exponent.
  func power(_ p: Double) -> Jet {
    composed(pow(value, p), p * pow(value, p - 1), p * (p - 1) * pow(value, p - 2))
  }

  /// An operation of one argument.
  func applying(_ operation: FormulaOperation, number: Double) -> Jet {
    let a = value
    switch operation {
    case .constantPower: return power(number)
    case .square: return self * self
    case .absolute: return a < 0 ? -1 * self : self
    case .squareRoot: return composed(sqrt(a), 0.5 / sqrt(a), -0.25 / (a * sqrt(a)))
    case .exponential: return exponential
    case .logarithm: return logarithm
    case .logarithm10: return (1 / log(10)) * logarithm
    case .sine: return composed(sin(a), cos(a), -sin(a))
    case .cosine: return composed(cos(a), -sin(a), -cos(a))
    case .tangent: return composed(tan(a), 1 / (cos(a) * cos(a)), 2 * tan(a) / (cos(a) * cos(a)))
    case .arcSine: return composed(asin(a), pow(1 - a * a, -0.5), a * pow(1 - a * a, -1.5))
    case .arcCosine: return composed(acos(a), -pow(1 - a * a, -0.5), -a * pow(1 - a * a, -1.5))
    case .arcTangent: return composed(atan(a), 1 / (1 + a * a), -2 * a / ((1 + a * a) * (1 + a * a)))
    case .hyperbolicSine: return composed(sinh(a), cosh(a), sinh(a))
    case .hyperbolicCosine: return composed(cosh(a), sinh(a), cosh(a))
    case .hyperbolicTangent:
      return composed(tanh(a), 1 / (cosh(a) * cosh(a)), -2 * tanh(a) / (cosh(a) * cosh(a)))
    case .inverseHyperbolicSine: return composed(asinh(a), pow(1 + a * a, -0.5), -a * pow(1 + a * a, -1.5))
    case .inverseHyperbolicCosine: return composed(acosh(a), pow(a * a - 1, -0.5), -a * pow(a * a - 1, -1.5))
    case .inverseHyperbolicTangent:
      return composed(atanh(a), 1 / (1 - a * a), 2 * a / ((1 - a * a) * (1 - a * a)))
    case .floor: return Jet(a.rounded(.down))
    case .ceiling: return Jet(a.rounded(.up))
    case .round: return Jet(a.rounded(.toNearestOrAwayFromZero))
    case .truncate: return Jet(a.rounded(.towardZero))
    case .not: return Jet(a == 0 ? 1 : 0)
    default: return Jet(.nan)
    }
  }

  /// An operation of two arguments.
  func applying(_ operation: FormulaOperation, _ other: Jet) -> Jet {
    let (a, b) = (value, other.value)
    func truth(_ holds: Bool) -> Jet { Jet(holds ? 1 : 0) }
    switch operation {
    case .product: return self * other
    case .quotient: return self * other.inverse
    case .power:
      if other.slope == 0 && other.bend == 0 { return power(b) }
      return (other * logarithm).exponential.replacingValue(pow(a, b))
    case .arcTangent2:
      // The angle changes by (x·dy − y·dx)/r²; its second derivative by the quotient rule.
      let r = self * self + other * other
      let turn = other.value * slope - a * other.slope
      let turning = other.value * bend - a * other.bend
      return Jet(atan2(a, b), turn / r.value, (turning - turn * r.slope / r.value) / r.value)
    case .minimum: return a.isNaN || b.isNaN ? Jet(.nan) : b < a ? other : self
    case .maximum: return a.isNaN || b.isNaN ? Jet(.nan) : b > a ? other : self
    case .remainder: return self - (a / b).rounded(.towardZero) * other
    case .integerQuotient: return Jet((a / b).rounded(.towardZero))
    case .less: return truth(a < b)
    case .lessOrEqual: return truth(a <= b)
    case .equal: return truth(a == b)
    case .greaterOrEqual: return truth(a >= b)
    case .greater: return truth(a > b)
    case .notEqual: return truth(a != b)
    case .and: return truth(a != 0 && b != 0)
    case .or: return truth(a != 0 || b != 0)
    default: return Jet(.nan)
    }
  }

  private func replacingValue(_ value: Double) -> Jet { Jet(value, slope, bend) }
}
