// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The factorization of a symmetric positive definite matrix whose graph is a forest, from the leaves to the roots:
///
///     d_p ← d_p − w²/d_v for the parent p of v, w = a_pv;      no entry is filled in
///
/// The messages that the vertices pass are those of Gaussian belief propagation. Cost: O(n) operations for the
/// factorization and 5n for each solution. Reference: Y. Weiss, W. T. Freeman, *Correctness of belief propagation in Gaussian
/// graphical models of arbitrary topology*, Neural Computation 13 (2001); Parter, SIAM Review 3 (1961).
public struct ForestElimination: Sendable {
  /// Vertices with parents before children.
  private var order: [Int32] = []
  /// −1 for roots.
  private var parents: [Int32]
  /// The entry that links a vertex with its parent.
  private var links: [Double]
  private var pivots: [Double]

  /// From the upper triangle (row ≤ column). Nil when the graph has a cycle or a pivot is not positive.
  public init?(_ matrix: SparseMatrix) {
    let n = matrix.columnCount
    precondition(matrix.rowCount == n, "an elimination needs a square matrix")
    parents = [Int32](repeating: -1, count: n)
    links = [Double](repeating: 0, count: n)
    pivots = [Double](repeating: 0, count: n)
    var counts = [Int](repeating: 0, count: n + 1)
    var edges = 0
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) {
        let i = Int(matrix.rows[p])
        if i == j {
          pivots[j] = matrix.values[p]
        } else if i < j {
          counts[i + 1] += 1
          counts[j + 1] += 1
          edges += 1
        }
      }
    }
    guard edges < max(n, 1) else { return nil }
    for j in 0..<n { counts[j + 1] += counts[j] }
    var next = counts
    var neighbors = [(vertex: Int32, weight: Double)](repeating: (0, 0), count: 2 * edges)
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) < j {
        let i = Int(matrix.rows[p])
        neighbors[next[i]] = (Int32(j), matrix.values[p])
        neighbors[next[j]] = (Int32(i), matrix.values[p])
        next[i] += 1
        next[j] += 1
      }
    }
    guard visit(counts, neighbors), eliminate() else { return nil }
  }

  /// Breadth first from every root; false when a vertex is reached twice.
  private mutating func visit(_ starts: [Int], _ neighbors: [(vertex: Int32, weight: Double)]) -> Bool {
    let n = parents.count
    var isKnown = [Bool](repeating: false, count: n)
    order.reserveCapacity(n)
    for root in 0..<n where !isKnown[root] {
      isKnown[root] = true
      order.append(Int32(root))
      var head = order.count - 1
      while head < order.count {
        let v = order[head]
        head += 1
        for (u, weight) in neighbors[starts[Int(v)]..<starts[Int(v) + 1]] where u != parents[Int(v)] {
          if isKnown[Int(u)] { return false }
          isKnown[Int(u)] = true
          parents[Int(u)] = v
          links[Int(u)] = weight
          order.append(u)
        }
      }
    }
    return true
  }

  private mutating func eliminate() -> Bool {
    for v in order.reversed() {
      let v = Int(v)
      guard pivots[v] > 0, pivots[v].isFinite else { return false }
      let p = Int(parents[v])
      if p >= 0 { pivots[p] -= links[v] * links[v] / pivots[v] }
    }
    return true
  }

  /// x with A·x = b.
  public func solve(_ b: Vector) -> Vector {
    precondition(b.count == parents.count, "a system of order \(parents.count) needs as many right-hand sides")
    var x = b
    for v in order.reversed() {
      let p = Int(parents[Int(v)])
      if p >= 0 { x[p] -= links[Int(v)] / pivots[Int(v)] * x[Int(v)] }
    }
    for v in order {
      let p = Int(parents[Int(v)])
      x[Int(v)] = (x[Int(v)] - (p >= 0 ? links[Int(v)] * x[p] : 0)) / pivots[Int(v)]
    }
    return x
  }

  /// A partition of the vertices into blocks that induce forests: each block takes the vertices left, in order, unless one
  /// closes a cycle. Cost: nearly the number of entries for each block.
  public static func blocks(of matrix: SparseMatrix) -> [[Int]] {
    let n = matrix.columnCount
    var neighbors = [[Int]](repeating: [], count: n)
    for j in 0..<n {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) < j {
        neighbors[j].append(Int(matrix.rows[p]))
        neighbors[Int(matrix.rows[p])].append(j)
      }
    }
    var blocks: [[Int]] = []
    var left = Array(0..<n)
    var roots = [Int](repeating: -1, count: n)
    func root(_ v: Int) -> Int {
      var v = v
      while roots[v] != v {
        roots[v] = roots[roots[v]]
        v = roots[v]
      }
      return v
    }
    while !left.isEmpty {
      var (block, rest): ([Int], [Int]) = ([], [])
      for v in left {
        var trees = neighbors[v].filter { roots[$0] >= 0 }.map(root)
        trees.sort()
        if zip(trees, trees.dropFirst()).contains(where: { $0 == $1 }) {
          rest.append(v)
        } else {
          roots[v] = v
          for tree in trees { roots[tree] = v }
          block.append(v)
        }
      }
      for v in block { roots[v] = -1 }
      blocks.append(block)
      left = rest
    }
    return blocks
  }
}
