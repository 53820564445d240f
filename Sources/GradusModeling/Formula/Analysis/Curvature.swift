// SPDX-License-Identifier: Apache-2.0

/// How a formula bends over a box, as far as it is proved.
public enum Curvature: UInt8, Sendable, Codable, Hashable {
  case constant, affine, convex, concave, unknown

  /// True for constant and affine formulas.
  public var isAffine: Bool { self == .constant || self == .affine }
  public var isConvex: Bool { isAffine || self == .convex }
  public var isConcave: Bool { isAffine || self == .concave }

  /// Of −f: convex and concave change places.
  public static prefix func - (a: Curvature) -> Curvature {
    switch a {
    case .convex: .concave
    case .concave: .convex
    default: a
    }
  }

  /// Of a sum.
  public static func + (a: Curvature, b: Curvature) -> Curvature {
    if a == .constant { return b }
    if b == .constant || a == b { return a }
    if a.isAffine { return b }
    if b.isAffine { return a }
    return .unknown
  }
}

/// How a function of one variable runs over an interval.
package struct Shape: Sendable, Hashable {
  package enum Trend: Sendable { case increasing, decreasing, either }
  package var curvature: Curvature
  package var trend: Trend
  /// True when the function, continued by +∞ (convex) or −∞ (concave) where it is not defined, keeps curvature and trend.
  package var extends = true

  init(_ curvature: Curvature, _ trend: Trend, extends: Bool = true) {
    self.curvature = curvature
    self.trend = trend
    self.extends = extends
  }

  static let unknown = Shape(.unknown, .either)

  /// The curvature of f(g) by the rules of disciplined convex programming; Grant, Boyd & Ye (2006).
  func composed(_ inner: Curvature) -> Curvature {
    switch inner {
    case .constant: return .constant
    case .affine: return curvature
    case .unknown: return .unknown
    case .convex, .concave:
      guard extends else { return .unknown }
      let follows = inner == .convex ? Trend.increasing : .decreasing
      let opposes = inner == .convex ? Trend.decreasing : .increasing
      if curvature.isConvex, trend == follows { return .convex }
      if curvature.isConcave, trend == opposes { return .concave }
      return .unknown
    }
  }
}

extension FormulaOperation {
  /// How an operation of one argument runs over an interval of arguments (its part where the operation is defined).
  package func shape(on a: Interval, number: Double = 0) -> Shape {
    let trend: Shape.Trend = a.lower >= 0 ? .increasing : a.upper <= 0 ? .decreasing : .either
    switch self {
    case .square: return Shape(.convex, trend)
    case .absolute: return Shape(trend == .either ? .convex : .affine, trend)
    case .hyperbolicCosine: return Shape(.convex, trend)
    case .exponential: return Shape(.convex, .increasing)
    case .squareRoot, .logarithm, .logarithm10, .inverseHyperbolicCosine: return Shape(.concave, .increasing)
    case .constantPower: return Self.powerShape(a, number, trend)
    case .arcTangent, .hyperbolicTangent, .inverseHyperbolicSine:
      return Shape(a.lower >= 0 ? .concave : a.upper <= 0 ? .convex : .unknown, .increasing)
    case .hyperbolicSine: return Shape(a.lower >= 0 ? .convex : a.upper <= 0 ? .concave : .unknown, .increasing)
    case .arcSine, .inverseHyperbolicTangent:
      return Shape(a.lower >= 0 ? .convex : a.upper <= 0 ? .concave : .unknown, .increasing, extends: false)
    case .arcCosine:
      return Shape(a.lower >= 0 ? .concave : a.upper <= 0 ? .convex : .unknown, .decreasing, extends: false)
    case .sine, .cosine: return waveShape(a)
    case .tangent:
      // One branch around 0, well inside its poles.
      guard a.magnitude < 1.57 else { return .unknown }
      return Shape(a.lower >= 0 ? .convex : a.upper <= 0 ? .concave : .unknown, .increasing)
    default: return .unknown
    }
  }

  private static func powerShape(_ a: Interval, _ n: Double, _ trend: Shape.Trend) -> Shape {
    let isWhole = n == n.rounded()
    let isEven = isWhole && n.truncatingRemainder(dividingBy: 2) == 0
    if isEven, n > 0 { return Shape(.convex, trend) }
    if isWhole, a.upper <= 0 {
      // aⁿ = ±|a|ⁿ on the negative side; with a negative exponent the pole lies at its end.
      let mirrored: Shape.Trend = (n > 0) == isEven ? .decreasing : .increasing
      return Shape(isEven ? .convex : .concave, mirrored)
    }
    if a.lower >= 0 || !isWhole {
      if n < 0 { return Shape(.convex, .decreasing, extends: true) }
      if n < 1 { return Shape(.concave, .increasing) }
      return Shape(.convex, .increasing, extends: a.lower >= 0)
    }
    return n > 0 ? Shape(.unknown, .increasing) : .unknown
  }

  /// Between neighbouring zeros a wave bends one way; well away from multiples of π its sign is certain.
  private func waveShape(_ a: Interval) -> Shape {
    guard a.isBounded, a.magnitude < 1e6, a.width < 3.2 else { return .unknown }
    let values = interval(a)
    if values.lower >= 0 { return Shape(.concave, .either) }
    if values.upper <= 0 { return Shape(.convex, .either) }
    return .unknown
  }
}
