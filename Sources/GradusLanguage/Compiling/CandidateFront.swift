// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Which candidates are the best of all on some place of data.
///
///     F(i) = {k : s_k(i) = max_j s_j(i)}         for each place i
///     k is given up when for each i with k ∈ F(i) another candidate that is left is in F(i)
///     weight of k = number of i with k ∈ F(i), over those that are left
///
/// A candidate that is right where all others are wrong is kept, however low its mean is. Cost: the number of scores a pass.
/// **Reference** Agrawal et al., "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning" (2025), algorithm 2.
package struct CandidateFront {
  /// Candidates that are left, in ascending order, and on how many places each is among the best.
  package private(set) var members: [(candidate: Int, weight: Int)] = []

  /// From the scores of each candidate on the same places.
  package init(_ scores: [[Double]]) {
    guard let places = scores.first?.count, places > 0 else {
      members = scores.indices.map { ($0, 1) }
      return
    }
    var fronts = (0..<places).map { place -> Set<Int> in
      let best = scores.map { $0[place] }.max() ?? 0
      return Set(scores.indices.filter { scores[$0][place] >= best })
    }
    // The worst on average are given up first, and of equals the later ones.
    let means = scores.map { $0.reduce(0, +) }
    for candidate in scores.indices.sorted(by: { (means[$0], -$0) < (means[$1], -$1) })
    where fronts.allSatisfy({ !$0.contains(candidate) || $0.count > 1 }) {
      for place in fronts.indices { fronts[place].remove(candidate) }
    }
    for candidate in scores.indices {
      let weight = fronts.count { $0.contains(candidate) }
      if weight > 0 { members.append((candidate, weight)) }
    }
  }

  /// One of those that are left, drawn by their weights.
  package func drawn(_ stream: inout RandomStream) -> Int {
    var left = stream.integer(below: max(1, members.reduce(0) { $0 + $1.weight }))
    for (candidate, weight) in members {
      if left < weight { return candidate }
      left -= weight
    }
    return members.last?.candidate ?? 0
  }
}
