// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How much room the points of a front have: the size of the box between the neighbors in each objective.
///
///     dᵢ = Σₖ (fₖ(next) − fₖ(previous)) / (max fₖ − min fₖ),     ∞ at the ends of an objective
///
/// Of equal points one keeps its distance and the others get 0, so that a truncation drops repetitions first. An objective that
/// is the same everywhere counts nothing. Cost: O(m n log n).
///
/// **Reference** K. Deb et al., *A fast and elitist multiobjective genetic algorithm: NSGA-II*, IEEE Trans. Evol.
/// Comput. 6 (2002).
public enum CrowdingDistance {
  /// The distance of each row; the rows are meant to be one front. 0 for rows that are not finite.
  public static func distances(of points: ObjectiveMatrix) -> [Double] {
    let m = points.objectives
    var distances = [Double](repeating: 0, count: points.count)
    var order = points.finiteRows
    points.values.elements.withUnsafeBufferPointer { values in
      guard let v = values.baseAddress else { return }
      order.sort { isBefore(v, m, $0, $1, from: 0) }
      // Repetitions take no part.
      var distinct: [Int] = []
      distinct.reserveCapacity(order.count)
      for i in order {
        if let last = distinct.last, (0..<m).allSatisfy({ v[last * m + $0] == v[i * m + $0] }) {
          continue
        }
        distinct.append(i)
      }
      for k in 0..<m {
        if k > 0 { distinct.sort { isBefore(v, m, $0, $1, from: k) } }
        guard let first = distinct.first, let last = distinct.last else { break }
        let width = v[last * m + k] - v[first * m + k]
        guard width > 0 else {
          if distinct.count == 1 { distances[first] = .infinity }
          continue
        }
        distances[first] = .infinity
        distances[last] = .infinity
        for j in 1..<max(1, distinct.count - 1) {
          distances[distinct[j]] +=
            (v[distinct[j + 1] * m + k] - v[distinct[j - 1] * m + k]) / width
        }
      }
    }
    return distances
  }

  /// Order by objective k, then by the ones after it, cyclically; equal rows by index.
  private static func isBefore(
    _ v: UnsafePointer<Double>, _ m: Int, _ a: Int, _ b: Int, from k: Int
  ) -> Bool {
    let (x, y) = (v[a * m + k], v[b * m + k])
    if x != y { return x < y }
    for j in 1..<max(1, m) {
      let c = (k + j) % m
      if v[a * m + c] != v[b * m + c] { return v[a * m + c] < v[b * m + c] }
    }
    return a < b
  }
}

extension ObjectiveMatrix {
  /// The rows without NaN and infinities.
  var finiteRows: [Int] {
    (0..<count).filter { i in (0..<objectives).allSatisfy { self[i, $0].isFinite } }
  }

  /// Order by objective k, then by the ones after it, cyclically; equal rows by index.
  func comesBefore(_ a: Int, _ b: Int, from k: Int) -> Bool {
    for j in 0..<objectives {
      let c = (k + j) % objectives
      if self[a, c] != self[b, c] { return self[a, c] < self[b, c] }
    }
    return a < b
  }
}
