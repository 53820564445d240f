// SPDX-License-Identifier: Apache-2.0

/// The global minimum of a function of one number: intervals are split where the flattest parabola could still undercut the
/// best value, and the best bracket is refined by the parabola through it.
///
///     a = ((√(f₁ − y) + √(f₂ − y))/(x₂ − x₁))²,   y = best − ε:   the least curvature that reaches y between two samples
///
/// While some interval needs no more curvature than was seen at the best sample, a better minimum may hide there.
///
/// **Reference** S. Swarzberg, G. Seront & H. Bersini, *STEP: the easiest way to optimize a function*, IEEE ICEC 1994.
struct AxisSearch: Sendable, Codable {
  let lower: Double
  let upper: Double
  /// Where the function was seen, ascending, and its values relative to any constant.
  private(set) var places: [Double] = []
  private(set) var values: [Double] = []
  private var best = 0
  /// How many times the curvature at the best sample an interval may need.
  var caution = 2.0

  init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  var bestPlace: Double { places[best] }
  var bestValue: Double { values[best] }
  var count: Int { places.count }
  /// Of the values seen.
  var range: Double { (values.max() ?? 0) - (values.min() ?? 0) }

  mutating func hear(_ value: Double, at x: Double) {
    let i = places.firstIndex { $0 >= x } ?? places.count
    if i < places.count, places[i] == x { return }
    places.insert(x, at: i)
    values.insert(value.isFinite ? value : .greatestFiniteMagnitude, at: i)
    best = values.indices.min { (values[$0], $0) < (values[$1], $1) } ?? 0
  }

  /// Where to look next; nil when nothing promises more than `gain`.
  mutating func next(gain: Double, most: Int) -> Double? {
    if places.first != lower { return lower }
    if places.last != upper { return upper }
    guard places.count >= 3, places.count < most else { return nil }
    let local = refinement()
    if let local, local.gain > gain { return local.place }
    let curvature = local?.curvature ?? 0
    if let split = easiest(below: caution * curvature, gain: gain) { return split }
    return nil
  }

  /// The vertex of the parabola through the best sample and its neighbors, kept away from all three.
  private func refinement() -> (place: Double, gain: Double, curvature: Double)? {
    guard best > 0, best + 1 < places.count else { return edge() }
    let (l, b, r) = (places[best - 1], places[best], places[best + 1])
    let (fl, fb, fr) = (values[best - 1], values[best], values[best + 1])
    guard r - l > 4e-10 * max(upper - lower, 1e-300) else { return nil }
    let (left, right) = ((fb - fl) / (b - l), (fr - fb) / (r - b))
    let curvature = (right - left) / (r - l)
    guard curvature > 0, curvature.isFinite else { return nil }
    let vertex = 0.5 * (l + b) - left / (2 * curvature)
    let gain = curvature * (vertex - b) * (vertex - b)
    var place = vertex
    // A bracket that is long on one side is shortened there.
    let (long, short) = (max(b - l, r - b), min(b - l, r - b))
    let least = max(0.02 * short, 1e-10 * (upper - lower))
    if abs(place - b) < least || long > 20 * short {
      let side: Double = r - b > b - l ? 1 : -1
      place = b + side * (long > 20 * short ? min(0.5 * long, 4 * short) : least)
    }
    place = min(max(place, l + 0.02 * (b - l)), r - 0.02 * (r - b))
    guard place > l, place < r, place != b else { return nil }
    // What the neighbors leave open counts as well: a wide bracket says little about its inside.
    return (place, max(gain, 1e-3 * curvature * short * long), curvature)
  }

  /// At a bound the neighbor's half is looked at.
  private func edge() -> (place: Double, gain: Double, curvature: Double)? {
    let neighbor = best == 0 ? 1 : best - 1
    let (b, r) = (places[best], places[neighbor])
    let slope = abs(values[neighbor] - values[best])
    guard abs(r - b) > 1e-3 * (upper - lower), slope > 0 else { return nil }
    let place = b + 0.1 * (r - b)
    return (place, 0.1 * slope, slope / ((r - b) * (r - b)))
  }

  /// The split of the interval that needs least curvature to hide a better value.
  private func easiest(below limit: Double, gain: Double) -> Double? {
    let y = values[best] - max(gain, 1e-12 * abs(values[best]))
    var (found, least) = (-1, limit > 0 ? limit : .infinity)
    for i in 1..<places.count {
      let h = places[i] - places[i - 1]
      guard h > 1e-3 * (upper - lower) else { continue }
      let root = (values[i - 1] - y).squareRoot() + (values[i] - y).squareRoot()
      let a = root * root / (h * h)
      if a < least { (found, least) = (i, a) }
    }
    guard found > 0 else { return nil }
    let (a, b) = ((values[found - 1] - y).squareRoot(), (values[found] - y).squareRoot())
    let share = min(max(a / (a + b), 0.25), 0.75)
    return places[found - 1] + share * (places[found] - places[found - 1])
  }
}
