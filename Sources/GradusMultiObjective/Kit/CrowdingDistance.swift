// SPDX-License-Identifier: Apache-2.0

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
    order.sort { points.comesBefore($0, $1, from: 0) }
    // Repetitions take no part.
    var distinct: [Int] = []
    for i in order {
      if let last = distinct.last, (0..<m).allSatisfy({ points[last, $0] == points[i, $0] }) { continue }
      distinct.append(i)
    }
    for k in 0..<m {
      distinct.sort { points.comesBefore($0, $1, from: k) }
      guard let first = distinct.first, let last = distinct.last else { break }
      let width = points[last, k] - points[first, k]
      guard width > 0 else {
        if distinct.count == 1 { distances[first] = .infinity }
        continue
      }
      distances[first] = .infinity
      distances[last] = .infinity
      for j in distinct.indices.dropFirst().dropLast() {
        distances[distinct[j]] += (points[distinct[j + 1], k] - points[distinct[j - 1], k]) / width
      }
    }
    return distances
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
