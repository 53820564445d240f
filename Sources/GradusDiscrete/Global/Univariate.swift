// SPDX-License-Identifier: Apache-2.0
import GradusModeling

/// scale·f(x) for an operation f of one variable quantity, with straight lines proved to lie below it.
struct Univariate {
  var operation: FormulaOperation
  var number = 0.0
  var scale = 1.0

  /// value ≥ slope·x + offset for all x of an interval.
  struct Line {
    var slope: Double
    var offset: Double
  }

  /// −scale·f: lines below it are lines above the function.
  var negated: Univariate { Univariate(operation: operation, number: number, scale: -scale) }

  func value(_ x: Double) -> Double { scale * operation.value(x, number: number) }
  func range(_ x: Interval) -> Interval { scale * operation.interval(x, number: number) }
  func slopes(_ x: Interval) -> Interval { scale * operation.slopes(on: x, number: number) }
  func curvature(_ x: Interval) -> Curvature {
    let known = operation.shape(on: x, number: number).curvature
    return scale >= 0 ? known : -known
  }

  /// Lines below the function on `x`: tangents at `points` where it is convex, the secant where it is concave, both where
  /// its curvature changes.
  func linesBelow(on x: Interval, touching points: [Double]) -> [Line] {
    if x.isEmpty || x.isPoint { return [] }
    let curvature = curvature(x)
    if curvature.isConvex { return points.compactMap { tangent(at: $0, on: x) } }
    guard x.isBounded, let secant = secantSlope(x) else { return [] }
    if curvature.isConcave { return [line(secant, on: x)].compactMap { $0 } }
    let slopes = [secant] + ([x.lower, x.upper] + points).map { self.slopes(Interval($0)).middle }
    return slopes.filter(\.isUsable).compactMap { line($0, on: x) }
  }

  private func secantSlope(_ x: Interval) -> Double? {
    let slope = (value(x.upper) - value(x.lower)) / (x.upper - x.lower)
    return slope.isUsable ? slope : nil
  }

  /// For a convex function: f(x) ≥ f(p) + g·(x − p) with g in the interval of slopes at p.
  private func tangent(at p: Double, on x: Interval) -> Line? {
    guard p.isFinite, x.contains(p) else { return nil }
    let slopes = slopes(Interval(p))
    guard slopes.isBounded, !slopes.isEmpty else { return nil }
    // Towards an infinite end the slope must not be steeper than the function's own.
    let slope = x.upper == .infinity ? slopes.lower : x.lower == -.infinity ? slopes.upper : slopes.middle
    guard slope.isUsable else { return nil }
    let excess = (slopes - Interval(slope)) * (x - Interval(p))
    let offset = (range(Interval(p)) + Interval(min(0, excess.lower)) - slope * Interval(p)).lower
    return offset.isFinite ? Line(slope: slope, offset: offset) : nil
  }

  /// The highest line of this slope that is proved to lie below.
  private func line(_ slope: Double, on x: Interval) -> Line? {
    let offset = leastExcess(slope, x, depth: 7)
    return offset.isUsable ? Line(slope: slope, offset: offset) : nil
  }

  /// A lower bound of f(x) − slope·x over a bounded interval.
  private func leastExcess(_ slope: Double, _ x: Interval, depth: Int) -> Double {
    func excess(_ p: Double) -> Double { (range(Interval(p)) - slope * Interval(p)).lower }
    let curvature = curvature(x)
    if curvature.isConcave { return min(excess(x.lower), excess(x.upper)) }
    if curvature.isConvex {
      let p = minimizer(slope, x)
      let rest = (slopes(Interval(p)) - Interval(slope)) * (x - Interval(p))
      let bound = excess(p) + min(0, rest.lower)
      return bound.isNaN ? -.infinity : bound.nextDown
    }
    if depth == 0 || x.width == 0 { return (range(x) - slope * x).lower }
    // The curvature of most operations changes at 0.
    let middle = x.lower < 0 && x.upper > 0 && depth == 7 ? 0 : x.middle
    if middle <= x.lower || middle >= x.upper { return (range(x) - slope * x).lower }
    return min(
      leastExcess(slope, Interval(x.lower, middle), depth: depth - 1),
      leastExcess(slope, Interval(middle, x.upper), depth: depth - 1))
  }

  /// Where a convex function has about this slope.
  private func minimizer(_ slope: Double, _ x: Interval) -> Double {
    var (low, high) = (x.lower, x.upper)
    for _ in 0..<60 {
      let middle = low / 2 + high / 2
      if middle <= low || middle >= high { break }
      let here = slopes(Interval(middle)).middle
      if here.isNaN { break }
      if here < slope { low = middle } else { high = middle }
    }
    // An end without a finite slope proves nothing.
    return slopes(Interval(low)).isBounded ? low : high
  }
}

extension Double {
  /// Neither infinite nor so large that a linear solver would take offense.
  var isUsable: Bool { isFinite && abs(self) <= 1e9 }
}
