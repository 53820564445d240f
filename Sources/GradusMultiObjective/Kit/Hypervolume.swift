// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The volume of what a set of points dominates, up to a reference point; exact.
///
///     HV(S) = λ( ∪ {z : f ≤ z ≤ r, f ∈ S} ),     contribution of f:  HV(S) − HV(S without f)
///
/// The only common measure of a set that never prefers a dominated one. Points that are not better than r in every objective, and
/// rows with a NaN, count nothing. With an objective of −∞, or a reference of +∞, a volume may be infinite. Cost: O(n log n)
/// for two objectives, a sweep of O(n log n) steps of short moves for three, WFG beyond: exponential in m in the worst
/// case, in practice some hundred points of six objectives in a fraction of a second.
///
/// **Reference** E. Zitzler & L. Thiele, *Multiobjective optimization using evolutionary algorithms*, PPSN V (1998); for three
/// objectives N. Beume et al., IEEE Trans. Evol. Comput. 13 (2009), and M. Emmerich & C. Fonseca, EMO 2011 (contributions);
/// beyond, L. While, L. Bradstreet & L. Barone, *A fast way of calculating exact hypervolumes*, IEEE Trans. Evol.
/// Comput. 16 (2012).
public enum Hypervolume {
  /// HV of the rows.
  public static func volume(of points: ObjectiveMatrix, reference: [Double]) -> Double {
    let (kept, rows) = candidates(points, reference)
    guard !kept.isEmpty else { return 0 }
    if rows.contains(-.infinity) || reference.contains(.infinity) { return .infinity }
    let (n, m) = (kept.count, points.objectives)
    return withCopies(rows, extra: n * m * max(0, m - 3)) { p in
      volume(p, n, m, m, reference, scratch: p + n * m)
    }
  }

  /// What HV would lose with each row alone. Rows that another row dominates or repeats contribute 0.
  public static func contributions(of points: ObjectiveMatrix, reference: [Double]) -> [Double] {
    contributions(of: points, reference: reference, inOrder: false)
  }

  /// `inOrder`: the rows are a front, by rising last objective.
  static func contributions(of points: ObjectiveMatrix, reference: [Double], inOrder: Bool)
    -> [Double]
  {
    var result = [Double](repeating: 0, count: points.count)
    let (kept, rows) = candidates(points, reference)
    guard !kept.isEmpty else { return result }
    let (n, m) = (kept.count, points.objectives)
    if rows.contains(-.infinity) || reference.contains(.infinity) {
      let isOpen = reference.contains(.infinity)
      for (j, i) in kept.enumerated() where isOpen || rows[j * m..<(j + 1) * m].contains(-.infinity) {
        result[i] = .infinity
      }
      return result
    }
    let part: [Double]
    switch m {
    case 1: part = lineContributions(rows, reference[0])
    case 2, 3:
      part = rows.withUnsafeBufferPointer { rows in
        guard let p = rows.baseAddress else { return [] }
        return SpaceSweep.contributions(p, n, m, reference, inOrder: inOrder)
      }
    default:
      part = withCopies(rows, extra: n * m * (m - 1)) { p in
        (0..<n).map { exclusive($0, p, n, m, reference, scratch: p + n * m) }
      }
    }
    for (j, i) in kept.enumerated() { result[i] = part[j] }
    return result
  }

  /// The rows that lie before the reference, with their values.
  private static func candidates(_ points: ObjectiveMatrix, _ reference: [Double]) -> (
    kept: [Int], rows: [Double]
  ) {
    let m = points.objectives
    precondition(
      reference.count == m, "a reference point of \(reference.count) numbers for \(m) objectives")
    let values = points.values.elements
    var kept: [Int] = []
    kept.reserveCapacity(points.count)
    values.withUnsafeBufferPointer { values in
      for i in 0..<points.count {
        var isInside = true
        for k in 0..<m where !(values[i * m + k] < reference[k]) { isInside = false }
        if isInside { kept.append(i) }
      }
    }
    if kept.count == points.count { return (kept, values) }
    var rows: [Double] = []
    rows.reserveCapacity(kept.count * m)
    for i in kept { rows += values[i * m..<(i + 1) * m] }
    return (kept, rows)
  }

  private static func withCopies<T>(
    _ rows: [Double], extra: Int, _ body: (UnsafeMutablePointer<Double>) -> T
  ) -> T {
    var room = rows
    room.reserveCapacity(rows.count + extra)
    room.append(contentsOf: repeatElement(0, count: extra + 1))
    return room.withUnsafeMutableBufferPointer { room in
      guard let p = room.baseAddress else {
        preconditionFailure("an array of at least one number has an address")
      }
      return body(p)
    }
  }

  /// On a line only the best point counts, and it has what lies before the second best.
  private static func lineContributions(_ rows: [Double], _ reference: Double) -> [Double] {
    let sorted = rows.sorted()
    let second = sorted.count > 1 ? sorted[1] : reference
    return rows.map { $0 == sorted[0] ? max(0, second - $0) : 0 }
  }

  /// HV of the first d of m columns of n rows, all better than the reference. Reorders the rows; needs n·m·(d − 3) numbers of
  /// scratch beyond three columns.
  static func volume(
    _ p: UnsafeMutablePointer<Double>, _ n: Int, _ d: Int, _ m: Int, _ r: [Double],
    scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    if n == 1 { return (0..<d).reduce(1) { $0 * (r[$1] - p[$1]) } }
    switch d {
    case 1: return r[0] - (0..<n).reduce(.infinity) { min($0, p[$1 * m]) }
    case 2, 3: return SpaceSweep.volume(p, n, d, stride: m, r)
    default: break
    }
    // Worst in the last objective first: each point is limited by the better ones, at its own level of that objective.
    sortRows(p, n, m, by: d - 1)
    var total = 0.0
    for i in 0..<n {
      let point = p + i * m
      let height = r[d - 1] - point[d - 1]
      let inclusive = (0..<d - 1).reduce(1) { $0 * (r[$1] - point[$1]) }
      let count = limit(p + (i + 1) * m, n - i - 1, by: point, d - 1, m, into: scratch)
      let covered = count == 0 ? 0 : volume(scratch, count, d - 1, m, r, scratch: scratch + n * m)
      total += height * (inclusive - covered)
    }
    return total
  }

  /// The contribution of row i among n rows of m ≥ 4 columns.
  private static func exclusive(
    _ i: Int, _ p: UnsafeMutablePointer<Double>, _ n: Int, _ m: Int, _ r: [Double],
    scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    let point = p + i * m
    var count = limit(p, i, by: point, m, m, into: scratch)
    count = limit(p + (i + 1) * m, n - i - 1, by: point, m, m, into: scratch, after: count)
    let inclusive = (0..<m).reduce(1) { $0 * (r[$1] - point[$1]) }
    return max(
      0, inclusive - (count == 0 ? 0 : volume(scratch, count, m, m, r, scratch: scratch + n * m)))
  }

  /// The componentwise worse of each row and the point, without those that another one dominates; returns how many there are.
  private static func limit(
    _ rows: UnsafeMutablePointer<Double>, _ n: Int, by point: UnsafeMutablePointer<Double>,
    _ d: Int, _ m: Int,
    into out: UnsafeMutablePointer<Double>, after start: Int = 0
  ) -> Int {
    var count = start
    rows: for j in 0..<n {
      var new = out + count * m
      for k in 0..<d { new[k] = max(rows[j * m + k], point[k]) }
      var kept = 0
      while kept < count {
        let old = out + kept * m
        var (oldIsWorse, newIsWorse) = (false, false)
        for k in 0..<d {
          if old[k] > new[k] { oldIsWorse = true }
          if old[k] < new[k] { newIsWorse = true }
        }
        if !oldIsWorse { continue rows }
        guard !newIsWorse else {
          kept += 1
          continue
        }
        // Dominated by the new row: the last row takes its place, and the new one moves up behind it.
        count -= 1
        let last = out + count * m
        for k in 0..<d { old[k] = last[k] }
        for k in 0..<d { last[k] = new[k] }
        new = last
      }
      count += 1
    }
    return count
  }

  /// Puts the rows in falling order of one column.
  private static func sortRows(
    _ p: UnsafeMutablePointer<Double>, _ n: Int, _ m: Int, by column: Int
  ) {
    let order = (0..<n).sorted { (p[$1 * m + column], $0) < (p[$0 * m + column], $1) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: n * m) { copy in
      guard let q = copy.baseAddress else { return }
      q.update(from: p, count: n * m)
      for (place, i) in order.enumerated() { (p + place * m).update(from: q + i * m, count: m) }
    }
  }
}
