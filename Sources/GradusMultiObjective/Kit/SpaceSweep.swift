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
  static func volume(_ p: UnsafePointer<Double>, _ n: Int, _ d: Int, stride m: Int, _ r: [Double])
    -> Double
  {
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
    /// First of the points inside the box, by rising x and falling y: what they dominate is not exclusive. −1: none.
    var inner = -1
    var area = 0.0
    /// Where the volume was last brought up to date.
    var level: Double
  }

  /// What each of n rows of two or three columns dominates alone. `inOrder`: the rows are a front by rising last column.
  static func contributions(
    _ p: UnsafePointer<Double>, _ n: Int, _ m: Int, _ r: [Double], inOrder: Bool
  ) -> [Double] {
    let order = inOrder && m == 3 ? [] : sorted(p, n, m, m)
    return [Double](unsafeUninitializedCapacity: n) { volumes, count in
      volumes.initialize(repeating: 0)
      count = n
      withUnsafeTemporaryAllocation(of: Step.self, capacity: n + 1) { steps in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: n + 1) { next in
          guard let s = steps.baseAddress, let l = next.baseAddress, let v = volumes.baseAddress
          else { return }
          var stairs = Stairs(p: p, m: m, rx: r[0], ry: r[1], steps: s, next: l, volumes: v)
          for k in 0..<n {
            let i = order.isEmpty ? k : order[k]
            stairs.add(i, m == 3 ? p[i * m + 2] : 0)
          }
          stairs.finish(m == 3 ? r[2] : 1)
        }
      }
    }
  }

  /// The staircase behind the sweep, with what is known of each of its steps.
  private struct Stairs {
    let p: UnsafePointer<Double>
    let m: Int
    let rx: Double
    let ry: Double
    let steps: UnsafeMutablePointer<Step>
    /// The next inner point of the same box; every point is inside one box at most.
    let next: UnsafeMutablePointer<Int>
    let volumes: UnsafeMutablePointer<Double>
    var count = 0

    private func x(_ i: Int) -> Double { p[i * m] }
    private func y(_ i: Int) -> Double { p[i * m + 1] }
    private func top(_ place: Int) -> Double { place > 0 ? steps[place - 1].y : ry }

    mutating func add(_ i: Int, _ z: Double) {
      let (x, y) = (x(i), y(i))
      var (place, high) = (0, count)
      while place < high {
        let middle = (place + high) / 2
        if steps[middle].x < x { place = middle + 1 } else { high = middle }
      }
      let isRepeated = place < count && steps[place].x == x && steps[place].y <= y
      if isRepeated || place > 0 && steps[place - 1].y <= y {
        // Dominated behind the sweep; it takes from the one step that dominates it, if it is only one.
        let owner = isRepeated ? place : place - 1
        guard y < top(owner) else { return }
        insert(i, into: owner)
        renew(owner, z)
        return
      }
      var new = Step(index: i, x: x, y: y, level: z)
      var end = place
      var last = -1
      while end < count, steps[end].y >= y {
        let old = steps[end]
        volumes[old.index] += old.area * (z - old.level)
        if last < 0 { new.inner = old.index } else { next[last] = old.index }
        next[old.index] = -1
        last = old.index
        end += 1
      }
      if end != place + 1 {
        let moved = steps + end
        (steps + place + 1).update(from: moved, count: count - end)
        count += place + 1 - end
      }
      steps[place] = new
      renew(place, z)
      if place > 0 { renew(place - 1, z) }
      if place + 1 < count { renew(place + 1, z) }
    }

    /// Books the volume of a step up to z and measures its box anew.
    private func renew(_ place: Int, _ z: Double) {
      let step = steps + place
      let (end, ceiling) = (place + 1 < count ? steps[place + 1].x : rx, top(place))
      volumes[step.pointee.index] += step.pointee.area * (z - step.pointee.level)
      step.pointee.level = z
      // Inner points by rising x and falling y: those outside are the first ones and the last ones.
      var first = step.pointee.inner
      while first >= 0, y(first) >= ceiling { first = next[first] }
      if first >= 0, x(first) >= end { first = -1 }
      step.pointee.inner = first
      var area = (end - step.pointee.x) * (ceiling - step.pointee.y)
      var k = first
      while k >= 0 {
        if next[k] >= 0, x(next[k]) >= end { next[k] = -1 }
        area -= ((next[k] >= 0 ? x(next[k]) : end) - x(k)) * (ceiling - y(k))
        k = next[k]
      }
      step.pointee.area = max(0, area)
    }

    /// Adds a point to the inner ones of a step unless one of them is nowhere worse.
    private func insert(_ i: Int, into owner: Int) {
      var previous = -1
      var k = steps[owner].inner
      while k >= 0, x(k) < x(i) {
        previous = k
        k = next[k]
      }
      if previous >= 0, y(previous) <= y(i) { return }
      if k >= 0, x(k) == x(i), y(k) <= y(i) { return }
      while k >= 0, y(k) >= y(i) { k = next[k] }
      next[i] = k
      if previous >= 0 { next[previous] = i } else { steps[owner].inner = i }
    }

    mutating func finish(_ end: Double) {
      for k in 0..<count { volumes[steps[k].index] += steps[k].area * (end - steps[k].level) }
    }
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
