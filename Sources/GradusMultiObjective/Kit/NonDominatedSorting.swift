// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Fronts of non-dominated points: the first front is what nothing dominates, the next what only the first dominates, …
///
///     a dominates b   ⇔   aₖ ≤ bₖ for all k, and a ≠ b
///
/// Equal rows share a front. Rows with a NaN form the last front of all. Only the order of the values of each objective
/// matters. Cost: O(n log n) for one and two objectives (a sweep that keeps the last point of every front); otherwise
/// an efficient non-dominated sort with binary search over the fronts: between O(m n log n) and O(m n²).
///
/// **Reference** M. T. Jensen, *Reducing the run-time complexity of multiobjective EAs*, IEEE Trans. Evol. Comput. 7
/// (2003); X. Zhang et al., *An efficient approach to nondominated sorting*, IEEE Trans. Evol. Comput. 19 (2015).
public enum NonDominatedSorting {
  /// The number of the front of each row, from 0.
  public static func ranks(of points: ObjectiveMatrix) -> [Int] {
    let (n, m) = (points.count, points.objectives)
    var ranks = [Int](repeating: 0, count: n)
    guard n > 0 else { return ranks }
    let fronts = points.values.elements.withUnsafeBufferPointer { values -> Int in
      guard let values = values.baseAddress else { return 0 }
      var order: [Int] = []
      order.reserveCapacity(n)
      for i in 0..<n where !(0..<m).contains(where: { values[i * m + $0].isNaN }) {
        order.append(i)
      }
      order.sort { isBefore(values + $0 * m, values + $1 * m, m) }
      return m <= 2 ? sweep(values, m, order, &ranks) : search(values, m, order, &ranks)
    }
    for i in 0..<n where points.isFailed(i) { ranks[i] = fronts }
    return ranks
  }

  /// The rows of each front, in the order of their indices.
  public static func fronts(of points: ObjectiveMatrix) -> [[Int]] {
    let ranks = ranks(of: points)
    var fronts = [[Int]](repeating: [], count: (ranks.max() ?? -1) + 1)
    for (i, rank) in ranks.enumerated() { fronts[rank].append(i) }
    return fronts
  }

  /// The rows that no row dominates, in the order of their indices; of equal rows all. None when all have failed.
  public static func firstFront(of points: ObjectiveMatrix) -> [Int] {
    ranks(of: points).indices(of: 0).filter { !points.isFailed($0) }
  }

  private static func isBefore(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ m: Int)
    -> Bool
  {
    for k in 0..<m where a[k] != b[k] { return a[k] < b[k] }
    return false
  }

  private static func isEqual(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ m: Int)
    -> Bool
  {
    for k in 0..<m where a[k] != b[k] { return false }
    return true
  }

  /// In lexicographic order a point belongs to the first front whose last point does not dominate it; the last objectives of
  /// those last points grow from front to front. Returns how many fronts there are.
  private static func sweep(
    _ v: UnsafePointer<Double>, _ m: Int, _ order: [Int], _ ranks: inout [Int]
  ) -> Int {
    var lasts: [Double] = []
    var previous: Int?
    for i in order {
      if let p = previous, isEqual(v + p * m, v + i * m, m) {
        ranks[i] = ranks[p]
        continue
      }
      previous = i
      let y = v[i * m + m - 1]
      var (low, high) = (0, lasts.count)
      while low < high {
        let middle = (low + high) / 2
        if lasts[middle] > y { high = middle } else { low = middle + 1 }
      }
      if low == lasts.count { lasts.append(y) } else { lasts[low] = y }
      ranks[i] = low
    }
    return lasts.count
  }

  /// In lexicographic order a point is dominated by a front exactly when all objectives but the first are nowhere better
  /// than those of some member; whoever is dominated by one front is dominated by all before.
  private static func search(
    _ v: UnsafePointer<Double>, _ m: Int, _ order: [Int], _ ranks: inout [Int]
  ) -> Int {
    let rest = m - 1
    var fronts: [[Double]] = []
    var previous: Int?
    for i in order {
      let point = v + i * m
      if let p = previous, isEqual(v + p * m, point, m) {
        ranks[i] = ranks[p]
        continue
      }
      previous = i
      var (low, high) = (0, fronts.count)
      while low < high {
        let middle = (low + high) / 2
        if dominates(fronts[middle], point + 1, rest) { low = middle + 1 } else { high = middle }
      }
      if low == fronts.count { fronts.append([]) }
      for k in 1..<m { fronts[low].append(point[k]) }
      ranks[i] = low
    }
    return fronts.count
  }

  /// True when some member is nowhere worse; the latest ones first, since they are the likeliest.
  private static func dominates(_ front: [Double], _ point: UnsafePointer<Double>, _ m: Int) -> Bool {
    front.withUnsafeBufferPointer { front in
      guard let first = front.baseAddress else { return false }
      var member = first + front.count - m
      while member >= first {
        var isBetter = true
        for k in 0..<m where member[k] > point[k] {
          isBetter = false
          break
        }
        if isBetter { return true }
        member -= m
      }
      return false
    }
  }
}

extension Array where Element: Equatable {
  func indices(of element: Element) -> [Int] { indices.filter { self[$0] == element } }
}
