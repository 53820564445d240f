// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// An order of elimination that keeps a symmetric factorization sparse.
enum EliminationOrder {
  /// Graphs beyond this size are ordered by their initial degrees: the bit sets of the exact rule would need n²/8 bytes.
  static let exactLimit = 8192

  /// Always the variable with the fewest neighbours in the graph of what is left (Tinney and Walker 1967), on bit sets.
  ///
  /// Cost: Σ degree·n/64 words; variables without neighbours cost nothing, a rest that is complete is taken as it stands.
  static func minimumDegree(_ s: SparseMatrix) -> [Int] {
    let n = s.columnCount
    let connected = (0..<n).filter { s.range(ofColumn: $0).count > 1 }
    let isolated = (0..<n).filter { s.range(ofColumn: $0).count <= 1 }
    let m = connected.count
    if m > exactLimit {
      return isolated + connected.sorted { (s.range(ofColumn: $0).count, $0) < (s.range(ofColumn: $1).count, $1) }
    }
    let words = (m + 63) / 64
    var index = [Int](repeating: -1, count: n)
    for (k, j) in connected.enumerated() { index[j] = k }
    var bits = [UInt64](repeating: 0, count: m * words)
    var degree = [Int](repeating: 0, count: m)
    for (k, j) in connected.enumerated() {
      for p in s.range(ofColumn: j) where Int(s.rows[p]) != j {
        let i = index[Int(s.rows[p])]
        bits[k * words + i / 64] |= 1 << UInt64(i % 64)
        degree[k] += 1
      }
    }
    var order = isolated
    var alive = Array(0..<m)
    while let best = alive.min(by: { (degree[$0], $0) < (degree[$1], $1) }) {
      if degree[best] == alive.count - 1 { break }
      order.append(connected[best])
      alive.removeAll { $0 == best }
      let mine = Array(bits[(best * words)..<((best + 1) * words)])
      for w in 0..<words {
        var word = mine[w]
        while word != 0 {
          let i = w * 64 + word.trailingZeroBitCount
          word &= word - 1
          var count = 0
          for v in 0..<words {
            bits[i * words + v] |= mine[v]
            if v == i / 64 { bits[i * words + v] &= ~(1 << UInt64(i % 64)) }
            if v == best / 64 { bits[i * words + v] &= ~(1 << UInt64(best % 64)) }
            count += bits[i * words + v].nonzeroBitCount
          }
          degree[i] = count
        }
      }
    }
    return order + alive.map { connected[$0] }
  }
}
