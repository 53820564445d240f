// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Directions, and for each of them the nearest ones, itself first.
struct Neighborhoods: Sendable, Codable {
  let directions: ObjectiveMatrix
  let nearest: [[Int]]

  init(_ directions: ObjectiveMatrix, size: Int) {
    // A weight of 0 would leave an objective out: the ends of the front would be weakly dominated points.
    let floor = directions.values.elements.map { max($0, 1e-6) }
    self.directions = ObjectiveMatrix(objectives: directions.objectives, values: floor)
    let (n, m) = (directions.count, directions.objectives)
    nearest = (0..<n).map { i in
      let distances = (0..<n).map { j in
        (0..<m).reduce(0) {
          $0 + (directions[i, $1] - directions[j, $1]) * (directions[i, $1] - directions[j, $1])
        }
      }
      return Array(
        (0..<n).sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(max(1, min(size, n))))
    }
  }

  /// For each direction the best of some individuals.
  func assigned(_ p: Population, _ scalarization: Scalarization) -> Population {
    let frame = Frame(p, self)
    return p.select(
      (0..<directions.count).map { place in
        var best = 0
        for i in 1..<max(1, p.count)
        where frame.isBetter(p, i, than: p, best, at: place, scalarization) { best = i }
        return best
      })
  }

  /// Where objectives are measured from and in what units, for a population and one child.
  func frame(_ p: Population, and children: Population, _ child: Int) -> Frame {
    var frame = Frame(p, self)
    frame.include(children, child)
    return frame
  }

  struct Frame {
    private var low: [Double]
    private var high: [Double]
    private let directions: ObjectiveMatrix

    init(_ p: Population, _ neighborhoods: Neighborhoods) {
      directions = neighborhoods.directions
      let m = directions.objectives
      low = [Double](repeating: .infinity, count: m)
      high = [Double](repeating: -.infinity, count: m)
      for i in 0..<p.count { include(p, i) }
    }

    mutating func include(_ p: Population, _ i: Int) {
      guard p.violations[i] < .infinity, let f = p.objectives else { return }
      for k in low.indices {
        low[k] = min(low[k], f[i, k])
        high[k] = max(high[k], f[i, k])
      }
    }

    /// True when individual i of one population serves direction `place` better than individual j of another.
    func isBetter(
      _ p: Population, _ i: Int, than q: Population, _ j: Int, at place: Int,
      _ scalarization: Scalarization
    ) -> Bool {
      if p.violations[i] != q.violations[j] { return p.violations[i] < q.violations[j] }
      return cost(p, i, place, scalarization) < cost(q, j, place, scalarization)
    }

    /// True when a child serves the direction of individual j better than that one does.
    func isBetter(
      _ p: Population, _ i: Int, than q: Population, _ j: Int, _ scalarization: Scalarization
    ) -> Bool { isBetter(p, i, than: q, j, at: j, scalarization) }

    private func cost(_ p: Population, _ i: Int, _ place: Int, _ scalarization: Scalarization)
      -> Double
    {
      guard let f = p.objectives else { return .infinity }
      let m = low.count
      return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * m) { room in
        for k in 0..<m {
          let width = high[k] - low[k]
          room[k] = width > 0 ? (f[i, k] - low[k]) / width : 0
          room[m + k] = 0
        }
        let g = UnsafeBufferPointer(rebasing: room[..<m])
        let zero = UnsafeBufferPointer(rebasing: room[m...])
        return directions.values.elements.withUnsafeBufferPointer { w in
          scalarization.value(
            g, UnsafeBufferPointer(rebasing: w[place * m..<(place + 1) * m]), zero)
        }
      }
    }
  }
}
