// SPDX-License-Identifier: Apache-2.0

/// The choice of the next pivot among columns of a front that are up to date.
enum PivotSearch {
  typealias Numbers = UnsafePointer<Double>

  /// One column, or two together (`second` ≥ 0).
  struct Pivot {
    let first: Int
    var second = -1
    var isZero = false
  }

  /// The better of the pivots that two columns offer, its largest multiplier and the entries its update may reach.
  struct Option {
    var pivot: Pivot?
    var multiplier = Double.infinity
    var growth = Double.infinity

    mutating func consider(_ other: Pivot, _ multiplier: Double, _ growth: Double) {
      if growth < self.growth { (pivot, self.multiplier, self.growth) = (other, multiplier, growth) }
    }
  }

  /// At least as good as Bunch and Kaufman's constant: taken without looking further.
  private static let excellent = 0.64
  /// Multipliers up to this size end the search.
  private static let good = 10.0
  /// So many columns are looked at once an acceptable pivot is known.
  private static let patience = 8

  /// Searches columns `k ..< end`; their rows from k on are complete. Nil when none is acceptable.
  static func choose(
    _ a: Numbers, _ height: Int, _ k: Int, _ end: Int, _ bounds: PivotBounds, _ forced: Bool
  ) -> Pivot? {
    var best = Option()
    for c in k..<end {
      let column = a + c * height
      let diagonal = abs(column[c])
      var largest = FrontKernels.largest(column + c + 1, height - c - 1)
      for j in k..<c { largest = max(largest, abs(a[c + j * height])) }
      if diagonal <= bounds.tiny && largest <= bounds.tiny { return Pivot(first: c, isZero: true) }
      if diagonal >= excellent * largest { return Pivot(first: c) }
      var (partner, coupling) = (-1, 0.0)
      for j in k..<c where abs(a[c + j * height]) > coupling { (partner, coupling) = (j, abs(a[c + j * height])) }
      for i in c + 1..<max(end, c + 1) where abs(column[i]) > coupling { (partner, coupling) = (i, abs(column[i])) }
      var option = Option()
      if partner >= 0 { option = pair(a, height, k, c, partner) }
      option.consider(Pivot(first: c), largest / diagonal, largest * (largest / diagonal))
      guard let pivot = option.pivot, forced || option.multiplier * bounds.threshold <= 1 else { continue }
      if option.multiplier <= good { return pivot }
      best.consider(pivot, option.multiplier, option.growth)
      if c - k >= patience { break }
    }
    return best.pivot
  }

  /// What columns c and r offer: both together, or r alone.
  static func pair(_ a: Numbers, _ height: Int, _ k: Int, _ c: Int, _ r: Int) -> Option {
    let coupling = a[max(c, r) + min(c, r) * height]
    let size = abs(coupling)
    let own = reach(a, height, k, c, without: r)
    let other = reach(a, height, k, r, without: c)
    let (u, v) = (a[c + c * height] / coupling, a[r + r * height] / coupling)
    var option = Option()
    let determinant = abs(u * v - 1)
    // Near cancellation one of the two is a good pivot by itself, and so it is when the coupling is weak. A tiny coupling
    // would make the determinant overflow and the pivot look perfect.
    if determinant >= 0.01 && determinant <= 1000 {
      let multiplier = max(abs(v) * own + other, own + abs(u) * other) / (size * determinant)
      option.consider(Pivot(first: c, second: r), multiplier, multiplier * max(own, other))
    }
    let largest = max(other, size)
    let second = abs(a[r + r * height])
    option.consider(Pivot(first: r), largest / second, largest * (largest / second))
    return option
  }

  /// max |aᵢ꜀| over i ≥ k other than c and r.
  private static func reach(_ a: Numbers, _ height: Int, _ k: Int, _ c: Int, without r: Int) -> Double {
    var largest = 0.0
    for j in k..<c where j != r { largest = max(largest, abs(a[c + j * height])) }
    let column = a + c * height
    if r < c { return max(largest, FrontKernels.largest(column + c + 1, height - c - 1)) }
    largest = max(largest, FrontKernels.largest(column + c + 1, r - c - 1))
    return max(largest, FrontKernels.largest(column + r + 1, height - r - 1))
  }
}
