// SPDX-License-Identifier: Apache-2.0
import GradusMultiObjective
import GradusNumerics

/// Slow and obvious versions of what the kit does fast.
enum KitReference {
  static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy { $0 <= $1 } && a != b
  }

  /// Fronts by definition: peel off what nothing dominates.
  static func ranks(_ rows: [[Double]]) -> [Int] {
    var ranks = [Int](repeating: -1, count: rows.count)
    var left = rows.indices.filter { !rows[$0].contains(where: \.isNaN) }
    var front = 0
    while !left.isEmpty {
      let best = left.filter { i in !left.contains { dominates(rows[$0], rows[i]) } }
      for i in best { ranks[i] = front }
      left.removeAll { best.contains($0) }
      front += 1
    }
    return ranks.map { $0 < 0 ? front : $0 }
  }

  /// Σ over non-empty subsets of (−1)^(|T|+1) · the volume that all of T dominate.
  static func volume(_ rows: [[Double]], _ r: [Double]) -> Double {
    let rows = rows.filter { row in zip(row, r).allSatisfy { $0 < $1 } }
    var total = 0.0
    for subset in 1..<max(1, 1 << rows.count) {
      var corner = [Double](repeating: -.infinity, count: r.count)
      for i in rows.indices where subset >> i & 1 == 1 { corner = zip(corner, rows[i]).map { max($0, $1) } }
      let box = zip(corner, r).reduce(1) { $0 * ($1.1 - $1.0) }
      total += subset.nonzeroBitCount % 2 == 1 ? box : -box
    }
    return total
  }

  /// Random rows on a coarse grid, so that ties and repetitions occur, or with all digits.
  static func rows(_ n: Int, _ m: Int, grid: Int?, _ random: inout RandomStream) -> [[Double]] {
    (0..<n).map { _ in
      (0..<m).map { _ in grid.map { Double(random.integer(below: $0)) } ?? random.uniform() }
    }
  }
}
