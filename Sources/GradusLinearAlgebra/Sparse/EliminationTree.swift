// SPDX-License-Identifier: Apache-2.0

/// The elimination tree of a symmetric pattern: parent(j) = min { i > j : lᵢⱼ ≠ 0 }, −1 for roots.
///
/// Reference: Liu, *SIAM J. Matrix Anal. Appl.* 11 (1990) 134–172.
struct EliminationTree {
  private(set) var parents: [Int32]

  /// From the upper triangle: column j lists rows i < j (others are ignored). Cost: nearly the number of entries.
  init(starts: [Int32], rows: [Int32]) {
    let n = starts.count - 1
    parents = [Int32](repeating: -1, count: n)
    var ancestors = [Int32](repeating: -1, count: n)
    for j in 0..<n {
      for p in Int(starts[j])..<Int(starts[j + 1]) {
        var i = Int(rows[p])
        // Climb to the root of i's tree, compressing the path.
        while i >= 0 && i < j {
          let up = Int(ancestors[i])
          ancestors[i] = Int32(j)
          if up < 0 { parents[i] = Int32(j) }
          i = up
        }
      }
    }
  }

  /// A depth-first order with children before parents; position k holds the vertex visited k-th.
  func postorder() -> [Int32] {
    let n = parents.count
    var firstChild = [Int32](repeating: -1, count: n)
    var sibling = [Int32](repeating: -1, count: n)
    for j in stride(from: n - 1, through: 0, by: -1) where parents[j] >= 0 {
      sibling[j] = firstChild[Int(parents[j])]
      firstChild[Int(parents[j])] = Int32(j)
    }
    var order: [Int32] = []
    order.reserveCapacity(n)
    var stack: [Int32] = []
    for root in 0..<n where parents[root] < 0 {
      stack.append(Int32(root))
      while let top = stack.last {
        let v = Int(top)
        let child = firstChild[v]
        if child >= 0 {
          firstChild[v] = sibling[Int(child)]
          stack.append(child)
        } else {
          order.append(top)
          stack.removeLast()
        }
      }
    }
    return order
  }

  /// The number of entries in each column of L, diagonal included, by walking the row subtrees. Cost: entries of L.
  func columnCounts(starts: [Int32], rows: [Int32]) -> [Int32] {
    let n = parents.count
    var counts = [Int32](repeating: 1, count: n)
    var mark = [Int32](repeating: -1, count: n)
    for j in 0..<n {
      mark[j] = Int32(j)
      for p in Int(starts[j])..<Int(starts[j + 1]) {
        var i = Int(rows[p])
        while i < j && mark[i] != Int32(j) {
          counts[i] += 1
          mark[i] = Int32(j)
          i = Int(parents[i])
        }
      }
    }
    return counts
  }
}
