// SPDX-License-Identifier: Apache-2.0

/// What makes a pivot acceptable in an indefinite factorization.
struct PivotBounds {
  /// Multipliers are at most 1/`threshold`.
  var threshold: Double
  /// A column whose entries are all at most this large counts as zero.
  var tiny: Double
}

/// The elimination of one dense front whose first `summed` columns are complete:
///
///     [A₁₁ · ; A₂₁ ·] = [L₁₁; L₂₁]·D·L₁₁ᵀ,   D with blocks of order 1 and 2
///
/// A panel of `height` rows, columns `height` apart, lower triangle. Column c alone is a pivot when
/// max |aᵢ꜀| ≤ |a꜀꜀|/u, columns (c, r) together when |D⁻¹|·(max |aᵢ꜀|, max |aᵢᵣ|) ≤ 1/u; among the acceptable ones that with
/// the least growth is taken. What has no acceptable pivot stays behind, up to date, for the parent.
/// References: Duff & Reid, *ACM TOMS* 9 (1983) 302–325; Bunch & Kaufman, *Math. Comp.* 31 (1977) 163–179.
struct IndefiniteFront {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>

  let a: MutableNumbers
  let height: Int
  let summed: Int
  /// What the complete columns stand for, exchanged with them.
  let labels: UnsafeMutablePointer<Int32>
  /// Four numbers for each pivot: its diagonal, what couples it with the next one, and the same of D⁻¹.
  let d: MutableNumbers
  let bounds: PivotBounds
  /// Eliminated columns, the leading ones.
  private(set) var count = 0
  private(set) var inertia = Inertia(positive: 0, negative: 0)

  init(
    _ a: MutableNumbers, height: Int, summed: Int, labels: UnsafeMutablePointer<Int32>, pivots d: MutableNumbers,
    _ bounds: PivotBounds
  ) {
    (self.a, self.height, self.summed, self.labels, self.d, self.bounds) = (a, height, summed, labels, d, bounds)
  }

  /// Eliminates every column that has an acceptable pivot; with `all`, the others too, by the best there is.
  ///
  /// `work` holds `summed · block` numbers. Columns beyond a block are brought up to date at its end, so that all
  /// remaining columns may be exchanged then.
  mutating func eliminate(all: Bool, block: Int, _ kernels: PanelKernels, _ work: MutableNumbers) {
    sweep(forced: false, block, kernels, work)
    if all && count < summed { sweep(forced: true, block, kernels, work) }
    if all && count < summed {
      // Only entries that are no numbers are left; the caller finds them in D.
      for k in count..<summed { (d + 4 * k).update(repeating: .nan, count: 4) }
      count = summed
    }
  }

  private mutating func sweep(forced: Bool, _ block: Int, _ kernels: PanelKernels, _ work: MutableNumbers) {
    // The last `tried` columns had no pivot since the last success.
    var tried = 0
    while count < summed && tried < summed - count {
      let begin = count
      let end = min(begin + block, summed - tried)
      eliminateBlock(end, forced)
      if count > begin {
        tried = 0
        bringUpToDate(begin, end, kernels, work)
      }
      let failed = end - count
      if failed == 0 { continue }
      let before = count
      if end < summed && eliminateAcross(end, forced) {
        bringUpToDate(before, count, kernels, work)
        tried = 0
        continue
      }
      for i in 0..<failed {
        let last = summed - tried - 1 - i
        if last < end { break }
        exchange(count + i, last)
      }
      tried += failed
    }
  }

  /// Pivots inside columns `count ..< end`, as long as there are acceptable ones.
  private mutating func eliminateBlock(_ end: Int, _ forced: Bool) {
    while count < end {
      guard let pivot = PivotSearch.choose(a, height, count, end, bounds, forced) else { return }
      take(pivot, end)
    }
  }

  /// One pivot from a failed column of the block that ends at `end` and a partner beyond it.
  private mutating func eliminateAcross(_ end: Int, _ forced: Bool) -> Bool {
    for c in count..<end {
      var (row, largest) = (-1, 0.0)
      for i in end..<summed where abs(a[i + c * height]) > largest { (row, largest) = (i, abs(a[i + c * height])) }
      if row < 0 { continue }
      let option = PivotSearch.pair(a, height, count, c, row)
      guard let pivot = option.pivot, forced || option.multiplier * bounds.threshold <= 1 else { continue }
      take(pivot, pivot.second < 0 ? count + 1 : count + 2)
      return true
    }
    return false
  }

  private mutating func take(_ pivot: PivotSearch.Pivot, _ end: Int) {
    let k = count
    exchange(k, pivot.first)
    if pivot.second < 0 {
      single(k, end, zero: pivot.isZero)
    } else {
      // The first exchange may have moved the second column.
      exchange(k + 1, pivot.second == k ? pivot.first : pivot.second)
      double(k, end)
    }
  }

  private mutating func single(_ k: Int, _ end: Int, zero: Bool) {
    let column = a + k * height
    count += 1
    if zero {
      (column + k).update(repeating: 0, count: height - k)
      (d + 4 * k).update(repeating: 0, count: 4)
      inertia.zero += 1
      return
    }
    let pivot = column[k]
    let inverse = 1 / pivot
    if pivot > 0 { inertia.positive += 1 } else { inertia.negative += 1 }
    (d[4 * k], d[4 * k + 1], d[4 * k + 2], d[4 * k + 3]) = (pivot, 0, inverse, 0)
    var j = k + 1
    while j + 1 < end {
      let (s, t) = (column[j] * inverse, column[j + 1] * inverse)
      let (p, q) = (a + j * height, a + (j + 1) * height)
      p[j] -= column[j] * s
      FrontKernels.subtract(column + j + 1, s, from: p + j + 1, t, from: q + j + 1, height - j - 1)
      j += 2
    }
    if j < end { FrontKernels.subtract(column + j, column[j] * inverse, from: a + j * height + j, height - j) }
    for i in k + 1..<max(height, k + 1) { column[i] *= inverse }
    column[k] = 1
  }

  private mutating func double(_ k: Int, _ end: Int) {
    let (x, y) = (a + k * height, a + (k + 1) * height)
    let off = x[k + 1]
    let (u, v) = (x[k] / off, y[k + 1] / off)
    let denominator = u * v - 1
    let scale = 1 / (off * denominator)
    let (i11, i21, i22) = (v * scale, -scale, u * scale)
    if denominator < 0 {
      inertia.positive += 1
      inertia.negative += 1
    } else if x[k] > 0 {
      inertia.positive += 2
    } else {
      inertia.negative += 2
    }
    (d[4 * k], d[4 * k + 1], d[4 * k + 2], d[4 * k + 3]) = (x[k], off, i11, i21)
    (d[4 * k + 4], d[4 * k + 5], d[4 * k + 6], d[4 * k + 7]) = (y[k + 1], 0, i22, 0)
    count += 2
    for j in k + 2..<max(end, k + 2) {
      let (s, t) = (i11 * x[j] + i21 * y[j], i21 * x[j] + i22 * y[j])
      FrontKernels.subtract(x + j, s, y + j, t, from: a + j * height + j, height - j)
    }
    for i in k + 2..<max(height, k + 2) {
      let (p, q) = (x[i], y[i])
      x[i] = i11 * p + i21 * q
      y[i] = i21 * p + i22 * q
    }
    (x[k], x[k + 1], y[k + 1]) = (1, 0, 1)
  }

  /// Applies the pivots `begin ..< count` to the complete columns from `end` on.
  private func bringUpToDate(_ begin: Int, _ end: Int, _ kernels: PanelKernels, _ work: MutableNumbers) {
    let rest = summed - end
    if rest == 0 { return }
    let l = a + begin * height + end
    FrontKernels.timesD(rest, count - begin, l, height, d + 4 * begin, into: work)
    kernels.subtract(height - end, rest, count - begin, l, height, work, rest, from: a + end * height + end, height)
  }

  /// Exchanges rows and columns p ≤ q of the symmetric front, the rows of L included.
  private func exchange(_ p: Int, _ q: Int) {
    if p == q { return }
    swap(&labels[p], &labels[q])
    for j in 0..<p { swap(&a[p + j * height], &a[q + j * height]) }
    let (x, y) = (a + p * height, a + q * height)
    for i in p + 1..<q { swap(&x[i], &a[q + i * height]) }
    swap(&x[p], &y[q])
    for i in q + 1..<max(height, q + 1) { swap(&x[i], &y[i]) }
  }
}
