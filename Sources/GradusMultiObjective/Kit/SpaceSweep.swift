// SPDX-License-Identifier: Apache-2.0

/// Hypervolume in the plane and in space by a sweep along the last objective.
///
/// Behind the sweep lies a staircase: the points that no other dominates in the first two objectives, by rising x and falling y.
/// The volume grows by the area of the staircase times the distance to the next point. For contributions every step
/// keeps what it alone dominates: its box up to the neighbors, without what the points inside that box dominate.
///
/// Arrays rather than trees: at the sizes at hand moving some numbers is faster than finding them.
enum SpaceSweep {
  /// HV of n rows of two or three columns, all better than the reference.
  static func volume(_ p: UnsafePointer<Double>, _ n: Int, _ d: Int, stride m: Int, _ r: [Double]) -> Double {
    let (rx, ry) = (r[0], r[1])
    let order = sorted(p, n, d, m)
    var xs: [Double] = []
    var ys: [Double] = []
    xs.reserveCapacity(n)
    ys.reserveCapacity(n)
    var (area, total, level) = (0.0, 0.0, 0.0)
    for i in order {
      let (x, y) = (p[i * m], p[i * m + 1])
      let z = d == 3 ? p[i * m + 2] : 0
      total += area * (z - level)
      level = z
      // The first step that is not left of the point.
      let place = firstIndex(xs, notBelow: x)
      if place > 0, ys[place - 1] <= y { continue }
      if place < xs.count, xs[place] == x, ys[place] <= y { continue }
      let top = place > 0 ? ys[place - 1] : ry
      var end = place
      var (left, ceiling) = (x, top)
      while end < xs.count, ys[end] >= y {
        area += (xs[end] - left) * (ceiling - y)
        left = xs[end]
        ceiling = ys[end]
        end += 1
      }
      area += ((end < xs.count ? xs[end] : rx) - left) * (ceiling - y)
      xs.replaceSubrange(place..<end, with: CollectionOfOne(x))
      ys.replaceSubrange(place..<end, with: CollectionOfOne(y))
    }
    return d == 3 ? total + area * (r[2] - level) : area
  }

  /// A point of the staircase and what it alone dominates.
  private struct Step {
    var index: Int
    var x: Double
    var y: Double
    /// Points inside the box, by rising x and falling y: what they dominate is not exclusive.
    var inner: [(x: Double, y: Double)] = []
    var area = 0.0
    /// Where the volume was last brought up to date.
    var level = 0.0
  }

  /// What each of n rows of two or three columns dominates alone.
  static func contributions(_ p: UnsafePointer<Double>, _ n: Int, _ m: Int, _ r: [Double]) -> [Double] {
    let (rx, ry) = (r[0], r[1])
    var volumes = [Double](repeating: 0, count: n)
    var steps: [Step] = []
    steps.reserveCapacity(n)
    func right(_ place: Int) -> Double { place + 1 < steps.count ? steps[place + 1].x : rx }
    func top(_ place: Int) -> Double { place > 0 ? steps[place - 1].y : ry }
    /// Books the volume of a step up to z and measures its box anew.
    func renew(_ place: Int, _ z: Double) {
      let (end, ceiling) = (right(place), top(place))
      volumes[steps[place].index] += steps[place].area * (z - steps[place].level)
      steps[place].level = z
      if !steps[place].inner.isEmpty { steps[place].inner.removeAll { $0.x >= end || $0.y >= ceiling } }
      var area = (end - steps[place].x) * (ceiling - steps[place].y)
      let inner = steps[place].inner
      for (k, point) in inner.enumerated() {
        area -= ((k + 1 < inner.count ? inner[k + 1].x : end) - point.x) * (ceiling - point.y)
      }
      steps[place].area = max(0, area)
    }
    for i in sorted(p, n, m, m) {
      let (x, y) = (p[i * m], p[i * m + 1])
      let z = m == 3 ? p[i * m + 2] : 0
      var place = 0
      while place < steps.count, steps[place].x < x { place += 1 }
      let isCovered = place > 0 && steps[place - 1].y <= y
      if isCovered || place < steps.count && steps[place].x == x && steps[place].y <= y {
        // Dominated behind the sweep; it takes from the one step that dominates it, if it is only one.
        let owner = place < steps.count && steps[place].x == x && steps[place].y <= y ? place : place - 1
        guard y < top(owner) else { continue }
        insert((x, y), into: &steps[owner].inner)
        renew(owner, z)
        continue
      }
      var end = place
      while end < steps.count, steps[end].y >= y { end += 1 }
      var new = Step(index: i, x: x, y: y)
      new.level = z
      for old in steps[place..<end] {
        volumes[old.index] += old.area * (z - old.level)
        new.inner.append((old.x, old.y))
      }
      steps.replaceSubrange(place..<end, with: CollectionOfOne(new))
      renew(place, z)
      if place > 0 { renew(place - 1, z) }
      if place + 1 < steps.count { renew(place + 1, z) }
    }
    let end = m == 3 ? r[2] : 1
    for step in steps { volumes[step.index] += step.area * (end - step.level) }
    return volumes
  }

  /// Adds a point to a staircase unless it lies on or above it.
  private static func insert(_ point: (x: Double, y: Double), into stairs: inout [(x: Double, y: Double)]) {
    var place = 0
    while place < stairs.count, stairs[place].x < point.x { place += 1 }
    if place > 0, stairs[place - 1].y <= point.y { return }
    if place < stairs.count, stairs[place].x == point.x, stairs[place].y <= point.y { return }
    var end = place
    while end < stairs.count, stairs[end].y >= point.y { end += 1 }
    stairs.replaceSubrange(place..<end, with: CollectionOfOne(point))
  }

  private static func firstIndex(_ xs: [Double], notBelow x: Double) -> Int {
    var (low, high) = (0, xs.count)
    while low < high {
      let middle = (low + high) / 2
      if xs[middle] < x { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Indices by the last of d columns, then by the first ones.
  private static func sorted(_ p: UnsafePointer<Double>, _ n: Int, _ d: Int, _ m: Int) -> [Int] {
    (0..<n).sorted { a, b in
      let (a, b) = (p + a * m, p + b * m)
      if d == 3, a[2] != b[2] { return a[2] < b[2] }
      return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1]
    }
  }
}
