// SPDX-License-Identifier: Apache-2.0

/// What a front leaves undominated below a reference point, in disjoint boxes:
///
///     {z ≤ r : no point p of the front has p ≤ z} = ∪ (l, u]
///
/// Slices between the levels of the last objective are decomposed recursively; a box that continues from one slice to the next
/// stays one box. Two objectives and n points give n + 1 boxes, three at most O(n²).
package struct NonDominatedBoxes: Sendable, Equatable {
  package struct Cell: Sendable, Hashable {
    /// −∞ where the box is not bounded.
    package var lower: [Double]
    package var upper: [Double]
  }

  package let reference: [Double]
  package let cells: [Cell]

  /// Points that are not better than the reference in every objective do not matter.
  package init(front: [[Double]], reference: [Double]) {
    self.reference = reference
    let inside = front.filter { point in zip(point, reference).allSatisfy { $0 < $1 } }
    cells = Self.decompose(Self.nonDominated(inside), reference)
  }

  /// The points that no other one dominates or repeats before them.
  static func nonDominated(_ points: [[Double]]) -> [[Double]] {
    points.indices.filter { i in
      !points.indices.contains { j in
        guard i != j, zip(points[j], points[i]).allSatisfy({ $0 <= $1 }) else { return false }
        return points[j] != points[i] || j < i
      }
    }.map { points[$0] }
  }

  private static func decompose(_ points: [[Double]], _ reference: [Double]) -> [Cell] {
    let last = reference.count - 1
    if last == 0 {
      let top = points.map { $0[0] }.reduce(reference[0]) { min($0, $1) }
      return [Cell(lower: [-.infinity], upper: [top])]
    }
    let sorted = points.indices.sorted { (points[$0][last], $0) < (points[$1][last], $1) }.map { points[$0] }
    let rest = Array(reference.dropLast())
    var cells: [Cell] = []
    var open: [(cell: Cell, start: Double)] = []
    var start = -Double.infinity
    var below: [[Double]] = []
    for k in 0...sorted.count {
      let end = k < sorted.count ? sorted[k][last] : reference[last]
      if end > start {
        let slice = decompose(nonDominated(below), rest)
        let present = Set(slice)
        for (cell, since) in open where !present.contains(cell) { cells.append(cell.extended(since, start)) }
        let kept = open.filter { present.contains($0.cell) }
        let known = Set(kept.map(\.cell))
        open = kept + slice.filter { !known.contains($0) }.map { ($0, start) }
        start = end
      }
      if k < sorted.count { below.append(Array(sorted[k].dropLast())) }
    }
    return cells + open.map { $0.cell.extended($0.start, start) }
  }
}

extension NonDominatedBoxes.Cell {
  fileprivate func extended(_ low: Double, _ high: Double) -> Self { Self(lower: lower + [low], upper: upper + [high]) }
}
