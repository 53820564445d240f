// SPDX-License-Identifier: Apache-2.0
import GradusModeling

extension Univariate {
  /// Lines below a convex function at all points of `range` (at all whole ones for `isWhole`), spread so that they miss it by
  /// little: each new tangent touches where the ones there are miss most (sandwich algorithm; Rote, *Computing* 48 (1992)).
  func spread(on range: Interval, isWhole: Bool, count: Int = 16, tolerance: Double = 1e-4) -> [Line] {
    if range.isPoint { return [Line(slope: 0, offset: self.range(range).lower)].filter { $0.offset.isFinite } }
    guard range.isBounded, range.width > 0, range.magnitude < 1e7 else { return [] }
    if isWhole, range.width <= 32 {
      return (0..<Int(range.width.rounded())).flatMap {
        touching(range.lower + Double($0) + 0.5, on: range, isWhole: true)
      }
    }
    // Away from ends with infinite slopes.
    let ends = [range.lower, range.upper].map { end in
      slopes(Interval(end)).isBounded && slopes(Interval(end)).magnitude < 1e6
        ? end : end + (range.middle - end) * 1e-3
    }
    var points = ends
    let height = abs(value(ends[0]) - value(ends[1])) + abs(value(range.middle) - value(ends[0]))
    while points.count < count {
      var worst: (place: Int, at: Double, gap: Double)?
      for k in 1..<points.count {
        let (p, q) = (points[k - 1], points[k])
        let (s, t) = (slopes(Interval(p)).middle, slopes(Interval(q)).middle)
        guard t - s > 0 else { continue }
        let at = min(max((value(p) - s * p - value(q) + t * q) / (t - s), p), q)
        let gap = value(at) - value(p) - s * (at - p)
        if at > p, at < q, gap > worst?.gap ?? 0 { worst = (k, at, gap) }
      }
      guard let worst, worst.gap > tolerance * height else { break }
      points.insert(worst.at, at: worst.place)
    }
    return points.flatMap { touching($0, on: range, isWhole: isWhole) }
  }

  /// Lines below a convex function that touch it at (for `isWhole`: at the whole numbers around) a point.
  func touching(_ point: Double, on range: Interval, isWhole: Bool) -> [Line] {
    var p = point.isNaN ? range.middle : min(max(point, range.lower), range.upper)
    if isWhole, range.isBounded || p.isFinite {
      // The secant between neighbors lies above the function only where no whole number is.
      let low = min(max(p.rounded(.down), range.lower), max(range.lower, range.upper - 1))
      let (a, b) = (value(low), value(low + 1))
      if low + 1 <= range.upper, a.isFinite, b.isFinite, (b - a).isUsable, (a - (b - a) * low).isFinite {
        var lines = [Line(slope: b - a, offset: a - (b - a) * low)]
        if p == low, low - 1 >= range.lower, value(low - 1).isFinite, (a - value(low - 1)).isUsable {
          let slope = a - value(low - 1)
          lines.append(Line(slope: slope, offset: a - slope * low))
        }
        return lines
      }
    }
    if !slopes(Interval(p)).isBounded || !(slopes(Interval(p)).magnitude < 1e7) { p += (range.middle - p) * 1e-6 }
    return linesBelow(on: range, touching: [p]).filter { $0.offset.isFinite }
  }
}
