// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FormulaOperation {
  /// An interval that holds every value of an operation with one argument.
  package func interval(_ a: Interval, number: Double = 0) -> Interval {
    if a.isEmpty { return .empty }
    switch self {
    case .constantPower: return a.power(number)
    case .square: return a.squared
    case .absolute: return a.absolute
    case .squareRoot: return a.squareRoot
    case .exponential: return a.exponential
    case .logarithm: return a.logarithm { log($0) }
    case .logarithm10: return a.logarithm { log10($0) }
    case .sine: return a.sine
    case .cosine: return a.cosine
    case .tangent: return a.tangent
    case .arcSine: return a.arcSine
    case .arcCosine: return a.arcCosine
    case .arcTangent: return a.arcTangent
    case .hyperbolicSine: return a.hyperbolicSine
    case .hyperbolicCosine: return a.hyperbolicCosine
    case .hyperbolicTangent: return a.hyperbolicTangent
    case .inverseHyperbolicSine: return a.inverseHyperbolicSine
    case .inverseHyperbolicCosine: return a.inverseHyperbolicCosine
    case .inverseHyperbolicTangent: return a.inverseHyperbolicTangent
    case .floor: return Interval(a.lower.rounded(.down), a.upper.rounded(.down))
    case .ceiling: return Interval(a.lower.rounded(.up), a.upper.rounded(.up))
    case .round:
      return Interval(a.lower.rounded(.toNearestOrAwayFromZero), a.upper.rounded(.toNearestOrAwayFromZero))
    case .truncate: return Interval(a.lower.rounded(.towardZero), a.upper.rounded(.towardZero))
    case .not: return a.isPoint && a.lower == 0 ? Interval(1) : a.contains(0) ? Interval(0, 1) : Interval(0)
    default: return .whole
    }
  }

  /// An interval that holds every value of an operation with two arguments.
  package func interval(_ a: Interval, _ b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    switch self {
    case .product: return a * b
    case .quotient: return a / b
    case .power: return a.power(b)
    case .arcTangent2: return b.lower > 0 ? (a / b).arcTangent : Interval(-3.1415926535897936, 3.1415926535897936)
    case .minimum: return Interval(min(a.lower, b.lower), min(a.upper, b.upper))
    case .maximum: return Interval(max(a.lower, b.lower), max(a.upper, b.upper))
    case .remainder:
      let size = min(a.magnitude, b.magnitude)
      return Interval(a.lower < 0 ? -size : 0, a.upper > 0 ? size : 0)
    case .integerQuotient:
      let q = a / b
      return q.isEmpty ? q : Interval(q.lower.rounded(.towardZero), q.upper.rounded(.towardZero))
    case .less: return Self.truth(a.upper < b.lower, a.lower >= b.upper)
    case .lessOrEqual: return Self.truth(a.upper <= b.lower, a.lower > b.upper)
    case .greater: return Self.truth(a.lower > b.upper, a.upper <= b.lower)
    case .greaterOrEqual: return Self.truth(a.lower >= b.upper, a.upper < b.lower)
    case .equal: return Self.truth(a.isPoint && a == b, a.intersection(b).isEmpty)
    case .notEqual: return Self.truth(a.intersection(b).isEmpty, a.isPoint && a == b)
    case .and: return Self.truth(!a.contains(0) && !b.contains(0), a == Interval(0) || b == Interval(0))
    case .or: return Self.truth(!a.contains(0) || !b.contains(0), a == Interval(0) && b == Interval(0))
    default: return .whole
    }
  }

  private static func truth(_ always: Bool, _ never: Bool) -> Interval {
    Interval(always ? 1 : 0, never ? 0 : 1)
  }

  /// The part of `a` from which an operation with one argument can give a value in `v`; a superset of it.
  package func preimage(of v: Interval, in a: Interval, number: Double = 0) -> Interval {
    if v.isEmpty || a.isEmpty { return .empty }
    switch self {
    case .square: return a.signed(v.squareRoot)
    case .constantPower: return Self.base(of: v, in: a, exponent: number)
    case .absolute: return a.signed(v.intersection(Interval(0, .infinity)))
    case .squareRoot:
      return a.intersection(v.intersection(Interval(0, .infinity)).squared).intersection(Interval(0, .infinity))
    case .exponential: return a.intersection(v.logarithm { log($0) })
    case .logarithm: return a.intersection(v.exponential)
    case .logarithm10: return a.intersection(Interval(10).power(v))
    case .arcSine, .arcCosine: return a.intersection(Interval(-1, 1))
    case .hyperbolicSine: return a.intersection(v.inverseHyperbolicSine)
    case .hyperbolicCosine: return a.signed(v.inverseHyperbolicCosine)
    case .hyperbolicTangent: return a.intersection(v.inverseHyperbolicTangent)
    case .inverseHyperbolicSine: return a.intersection(v.hyperbolicSine)
    case .inverseHyperbolicCosine:
      return a.intersection(v.intersection(Interval(0, .infinity)).hyperbolicCosine)
    case .inverseHyperbolicTangent: return a.intersection(v.hyperbolicTangent)
    case .floor: return a.intersection(Interval(v.lower, v.upper) + Interval(0, 1))
    case .ceiling: return a.intersection(v + Interval(-1, 0))
    case .round: return a.intersection(v + Interval(-0.5, 0.5))
    case .truncate: return a.intersection(v + Interval(-1, 1))
    case .not: return v.lower > 0 ? a.intersection(Interval(0)) : a
    default: return a
    }
  }

  /// The part of `a` from which aⁿ can lie in `v`.
  private static func base(of v: Interval, in a: Interval, exponent n: Double) -> Interval {
    let inverse = Interval(1) / Interval(n)
    let isWhole = n == n.rounded()
    let positive = v.intersection(Interval(0, .infinity))
    let root = positive.isEmpty ? Interval.empty : positive.power(inverse)
    if !isWhole { return a.intersection(Interval(0, .infinity)).intersection(root) }
    if n.truncatingRemainder(dividingBy: 2) == 0 { return a.signed(root) }
    let negative = (-v).intersection(Interval(0, .infinity))
    let mirrored = negative.isEmpty ? Interval.empty : -negative.power(inverse)
    return a.intersection(root).hull(a.intersection(mirrored))
  }

  /// The parts of `a` and `b` from which an operation with two arguments can give a value in `v`.
  package func preimages(of v: Interval, _ a: Interval, _ b: Interval) -> (Interval, Interval) {
    if v.isEmpty || a.isEmpty || b.isEmpty { return (.empty, .empty) }
    switch self {
    case .product: return (a.solving(timesEquals: v, b), b.solving(timesEquals: v, a))
    case .quotient: return (a.intersection(v * b), b.solving(timesEquals: a, v))
    case .power where a.lower > 0:
      let exponent = b.solving(timesEquals: v.logarithm { log($0) }, a.logarithm { log($0) })
      return (a, exponent)
    case .minimum:
      let floor = Interval(v.lower, .infinity)
      return (
        a.intersection(b.lower > v.upper ? v : floor), b.intersection(a.lower > v.upper ? v : floor)
      )
    case .maximum:
      let ceiling = Interval(-.infinity, v.upper)
      return (
        a.intersection(b.upper < v.lower ? v : ceiling), b.intersection(a.upper < v.lower ? v : ceiling)
      )
    case .less, .lessOrEqual: return v.lower > 0 ? Self.ordered(a, b) : v.upper == 0 ? Self.swapped(a, b) : (a, b)
    case .greater, .greaterOrEqual:
      return v.lower > 0 ? Self.swapped(a, b) : v.upper == 0 ? Self.ordered(a, b) : (a, b)
    case .equal where v.lower > 0, .notEqual where v.upper == 0:
      return (a.intersection(b), b.intersection(a))
    default: return (a, b)
    }
  }

  /// a ≤ b.
  private static func ordered(_ a: Interval, _ b: Interval) -> (Interval, Interval) {
    (a.intersection(Interval(-.infinity, b.upper)), b.intersection(Interval(a.lower, .infinity)))
  }

  private static func swapped(_ a: Interval, _ b: Interval) -> (Interval, Interval) {
    let (low, high) = ordered(b, a)
    return (high, low)
  }
}

extension Interval {
  /// The part of this interval whose absolute value lies in `size` ≥ 0.
  fileprivate func signed(_ size: Interval) -> Interval {
    size.isEmpty ? .empty : intersection(size).hull(intersection(-size))
  }

  /// The part of this interval of numbers x with x·b = v for some b and v of these intervals.
  fileprivate func solving(timesEquals v: Interval, _ b: Interval) -> Interval {
    if v.isEmpty || b.isEmpty { return .empty }
    if b.contains(0) && v.contains(0) { return self }
    if b.lower < 0 && b.upper > 0 {
      return intersection(v / Interval(b.lower, 0)).hull(intersection(v / Interval(0, b.upper)))
    }
    return intersection(v / b)
  }
}
