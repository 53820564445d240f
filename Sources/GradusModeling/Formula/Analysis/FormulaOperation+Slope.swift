// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FormulaOperation {
  /// An interval that holds every derivative of an operation of one argument over `a`; whole where none is known.
  package func slopes(on a: Interval, number: Double = 0) -> Interval {
    if a.isEmpty { return .empty }
    let one = Interval(1)
    switch self {
    case .square: return 2 * a
    case .constantPower: return number * a.power(number - 1)
    case .absolute: return a.lower > 0 ? one : a.upper < 0 ? Interval(-1) : Interval(-1, 1)
    case .squareRoot: return Interval(0.5) / a.squareRoot
    case .exponential: return a.exponential
    case .logarithm: return one / a.intersection(Interval(0, .infinity))
    case .logarithm10:
      return Interval(0.4342944819032518, 0.43429448190325187) / a.intersection(Interval(0, .infinity))
    case .sine: return a.cosine
    case .cosine: return -a.sine
    case .tangent: return one + a.tangent.squared
    case .arcSine: return one / (one - a.squared).squareRoot
    case .arcCosine: return -(one / (one - a.squared).squareRoot)
    case .arcTangent: return one / (one + a.squared)
    case .hyperbolicSine: return a.hyperbolicCosine
    case .hyperbolicCosine: return a.hyperbolicSine
    case .hyperbolicTangent: return one - a.hyperbolicTangent.squared
    case .inverseHyperbolicSine: return one / (one + a.squared).squareRoot
    case .inverseHyperbolicCosine: return one / (a.squared - one).squareRoot
    case .inverseHyperbolicTangent: return one / (one - a.squared).intersection(Interval(0, .infinity))
    default: return .whole
    }
  }

  /// Intervals that hold the partial derivatives of an operation of two arguments over `a` × `b`.
  package func slopes(on a: Interval, _ b: Interval) -> (Interval, Interval) {
    switch self {
    case .product: return (b, a)
    case .quotient: return (Interval(1) / b, -(a / b.squared))
    case .power:
      guard a.lower > 0 else { return (.whole, .whole) }
      return (b * a.power(b - Interval(1)), a.power(b) * a.logarithm { log($0) })
    case .minimum, .maximum: return (Interval(0, 1), Interval(0, 1))
    default: return (.whole, .whole)
    }
  }
}
