// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Whether a symmetric matrix is positive semidefinite, by elimination with the largest diagonal entry as pivot.
///
/// Each connected block is eliminated densely; what remains when no pivot exceeds `1e-9` of the largest diagonal entry of
/// the block must vanish up to that size. Cost: Σ block³/3.
enum Definiteness {
  /// Largest block.
  static let blockLimit = 2500

  /// Nil when a block is too large, or the matrix is not symmetric.
  static func isPositiveSemidefinite(_ q: SparseMatrix, sign: Double) -> Bool? {
    let n = q.columnCount
    guard q.rowCount == n else { return nil }
    for block in blocks(q) {
      guard block.count <= blockLimit else { return nil }
      guard let decision = decide(q, sign, block) else { return nil }
      if !decision { return false }
    }
    return true
  }

  /// True when no eigenvalue of a dense symmetric matrix lies clearly below zero: eliminated with the largest diagonal
  /// entry as pivot, scaled to a unit diagonal, what remains may be −1e-6 at most.
  static func isNearlySemidefinite(_ matrix: [Double], order m: Int) -> Bool {
    var a = matrix
    let largest = (0..<m).reduce(0.0) { max($0, abs(a[$1 * m + $1])) }
    let floor = max(1e-12, 1e-12 * largest)
    let scale = (0..<m).map { 1 / max(abs(a[$0 * m + $0]), floor).squareRoot() }
    for i in 0..<m { for j in 0..<m { a[i * m + j] *= scale[i] * scale[j] } }
    var left = Array(0..<m)
    while let pivot = left.max(by: { a[$0 * m + $0] < a[$1 * m + $1] }) {
      let d = a[pivot * m + pivot]
      if !(d > 1e-7) { return left.allSatisfy { a[$0 * m + $0] >= -1e-6 } }
      left.removeAll { $0 == pivot }
      for i in left {
        let factor = a[i * m + pivot] / d
        for j in left { a[i * m + j] -= factor * a[pivot * m + j] }
      }
    }
    return true
  }

  private static func blocks(_ q: SparseMatrix) -> [[Int]] {
    let n = q.columnCount
    var seen = [Bool](repeating: false, count: n)
    var blocks: [[Int]] = []
    for root in 0..<n where !seen[root] {
      var block = [root]
      seen[root] = true
      var next = 0
      while next < block.count {
        let j = block[next]
        next += 1
        for k in Int(q.starts[j])..<Int(q.starts[j + 1]) {
          let i = Int(q.rows[k])
          if !seen[i] {
            seen[i] = true
            block.append(i)
          }
        }
      }
      blocks.append(block)
    }
    return blocks
  }

  private static func decide(_ q: SparseMatrix, _ sign: Double, _ block: [Int]) -> Bool? {
    let m = block.count
    var place: [Int: Int] = [:]
    for (k, j) in block.enumerated() { place[j] = k }
    var a = [Double](repeating: 0, count: m * m)
    for (k, j) in block.enumerated() {
      for p in Int(q.starts[j])..<Int(q.starts[j + 1]) {
        guard let i = place[Int(q.rows[p])] else { return nil }
        a[k * m + i] = sign * q.values[p]
      }
    }
    for i in 0..<m { for j in 0..<i where a[i * m + j] != a[j * m + i] { return nil } }
    var left = Array(0..<m)
    let largest = left.reduce(0.0) { max($0, abs(a[$1 * m + $1])) }
    let small = 1e-9 * largest
    return a.withUnsafeMutableBufferPointer { a in
      while let pivot = left.max(by: { a[$0 * m + $0] < a[$1 * m + $1] }) {
        let d = a[pivot * m + pivot]
        if !(d > small) {
          // Diagonals are at most small now: of a semidefinite rest everything is.
          for i in left {
            if a[i * m + i] < -small { return false }
            for j in left where abs(a[i * m + j]) > 1e3 * small || (largest == 0 && a[i * m + j] != 0) { return false }
          }
          return true
        }
        left.removeAll { $0 == pivot }
        for i in left {
          let factor = a[i * m + pivot] / d
          if factor == 0 { continue }
          for j in left { a[i * m + j] -= factor * a[pivot * m + j] }
        }
      }
      return true
    }
  }
}
