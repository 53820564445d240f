// SPDX-License-Identifier: Apache-2.0

/// How far a behavior is from those that are known: the mean distance to its nearest neighbors.
///
///     ρ(b) = (1/k) Σ |b − bⱼ|  over the k nearest bⱼ, itself left out
///
/// **Reference** J. Lehman, K. O. Stanley, *Abandoning objectives: evolution through the search for novelty alone*,
/// Evolutionary Computation 19 (2011).
enum Novelty {
  /// The novelty of each of `codes` among themselves and `others`; infinite where there is no neighbor.
  static func scores(of codes: [[Double]], among others: [[Double]] = [], neighbors k: Int) -> [Double] {
    codes.indices.map { i in
      var nearest: [Double] = []
      func hear(_ square: Double) {
        if nearest.count == k, let last = nearest.last, square >= last { return }
        let place = nearest.firstIndex { $0 > square } ?? nearest.count
        nearest.insert(square, at: place)
        if nearest.count > k { nearest.removeLast() }
      }
      for j in codes.indices where j != i { hear(square(codes[i], codes[j])) }
      for other in others { hear(square(codes[i], other)) }
      return nearest.isEmpty ? .infinity : nearest.reduce(0) { $0 + $1.squareRoot() } / Double(nearest.count)
    }
  }

  static func square(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        for j in 0..<a.count { sum += (a[j] - b[j]) * (a[j] - b[j]) }
        return sum
      }
    }
  }

  /// Indices of the largest scores, first ones of equals first.
  static func largest(_ count: Int, of scores: [Double]) -> [Int] {
    Array(scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }.prefix(count))
  }
}
