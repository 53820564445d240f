// SPDX-License-Identifier: Apache-2.0

/// A fill-reducing order of a symmetric pattern by approximate minimum degree on the quotient graph.
///
/// Eliminating vertex p makes its neighbours a clique, kept as one *element* p instead of its edges. The next pivot is a
/// vertex whose bound on the external degree is least:
///
///     dᵢ = min(n − k,  dᵢ + |Lₚ∖i|,  |Aᵢ∖i| + |Lₚ∖i| + Σₑ |Lₑ∖Lₚ|)
///
/// with element absorption, mass elimination, merging of indistinguishable vertices, and dense rows put last. Cost: about
/// the entries of the input times a small factor. Element lists are appended to one growing array rather than garbage
/// collected; together they are shorter than the factor they describe.
/// Reference: Amestoy, Davis & Duff, *SIAM J. Matrix Anal. Appl.* 17 (1996) 886–905.
package struct MinimumDegree {
  private let n: Int
  /// Lists of vertices and elements, one after the other: for a vertex, first its elements, then its vertices.
  private var pool: [Int32]
  private var start: [Int]
  private var length: [Int32]
  private var elementCount: [Int32]
  /// Vertices represented by i; 0 when i is no longer a principal vertex, negative while i lies in the current element.
  private var weight: [Int32]
  private var degree: [Int32]
  /// > 0 for living elements: a stamp; |Lₑ∖Lₚ| is `stamp[e] − mark` during an elimination.
  private var stamp: [Int]
  private var mark = 1
  // Degree lists, doubly linked.
  private var head: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  private var least = 0
  // Vertices that are ordered together with their representative.
  private var lastMember: [Int32]
  private var nextMember: [Int32]
  private var hash: [Int32]
  private var bucket: [Int32]
  private var seen: [Int32]
  private var turn: Int32 = 0

  /// The order in which to eliminate: position k holds the original index. The pattern is that of a symmetric matrix,
  /// whole and without its diagonal.
  package static func order(starts: [Int32], rows: [Int32]) -> [Int32] {
    var machine = MinimumDegree(starts: starts, rows: rows)
    return machine.run()
  }

  private init(starts: [Int32], rows: [Int32]) {
    n = starts.count - 1
    pool = rows
    pool.reserveCapacity(2 * rows.count + n)
    start = (0..<n).map { Int(starts[$0]) }
    length = (0..<n).map { starts[$0 + 1] - starts[$0] }
    elementCount = [Int32](repeating: 0, count: n)
    weight = [Int32](repeating: 1, count: n)
    degree = length
    stamp = [Int](repeating: 0, count: n)
    head = [Int32](repeating: -1, count: n + 1)
    next = [Int32](repeating: -1, count: n)
    previous = [Int32](repeating: -1, count: n)
    lastMember = (0..<n).map { Int32($0) }
    nextMember = [Int32](repeating: -1, count: n)
    hash = [Int32](repeating: 0, count: n)
    bucket = [Int32](repeating: -1, count: max(n, 1))
    seen = [Int32](repeating: 0, count: n)
  }

  private mutating func run() -> [Int32] {
    var pivots: [Int32] = []
    pivots.reserveCapacity(n)
    // Rows that touch almost everything would make every degree useless: they go last.
    let dense = max(16, Int32(10 * Double(n).squareRoot()))
    var postponed: [Int32] = []
    var eliminated = 0
    for i in stride(from: n - 1, through: 0, by: -1) {
      if length[i] > dense && n > 16 {
        postponed.append(Int32(i))
        weight[i] = 0
        eliminated += 1
      }
    }
    if !postponed.isEmpty { forget() }
    for i in stride(from: n - 1, through: 0, by: -1) where weight[i] > 0 { insert(i) }
    least = 0
    while eliminated < n {
      while head[least] < 0 { least += 1 }
      let p = Int(head[least])
      remove(p)
      eliminated += eliminate(p, left: n - eliminated)
      pivots.append(Int32(p))
    }
    var order: [Int32] = []
    order.reserveCapacity(n)
    for p in pivots {
      var i = p
      while i >= 0 {
        order.append(i)
        i = nextMember[Int(i)]
      }
    }
    order += postponed.reversed()
    return order
  }

  /// Drops postponed vertices from all lists.
  private mutating func forget() {
    for i in 0..<n where weight[i] > 0 {
      var kept = 0
      for q in start[i]..<start[i] + Int(length[i]) where weight[Int(pool[q])] > 0 {
        pool[start[i] + kept] = pool[q]
        kept += 1
      }
      length[i] = Int32(kept)
      degree[i] = Int32(kept)
    }
  }

  private mutating func insert(_ i: Int) {
    let d = Int(degree[i])
    let first = head[d]
    next[i] = first
    previous[i] = -1
    if first >= 0 { previous[Int(first)] = Int32(i) }
    head[d] = Int32(i)
    if d < least { least = d }
  }

  private mutating func remove(_ i: Int) {
    let (before, after) = (previous[i], next[i])
    if after >= 0 { previous[Int(after)] = before }
    if before >= 0 { next[Int(before)] = after } else { head[Int(degree[i])] = after }
  }

  /// Lets `i` be ordered right after the vertices that `p` stands for.
  private mutating func join(_ i: Int, to p: Int) {
    nextMember[Int(lastMember[p])] = Int32(i)
    lastMember[p] = lastMember[i]
  }

  /// Eliminates p; returns how many vertices went with it.
  private mutating func eliminate(_ p: Int, left: Int) -> Int {
    let first = pool.count
    var size = collect(p)
    var pivotWeight = -weight[p]
    let last = pool.count
    measure(first..<last)
    // Update every vertex of the new element.
    for q in first..<last {
      let i = Int(pool[q])
      if update(i, p: p, size: size) {
        let w = -weight[i]
        pivotWeight += w
        size -= w
        weight[i] = 0
        join(i, to: p)
      }
    }
    mergeTwins(first..<last)
    // Restore weights, compress the element, put its vertices back by their new degrees.
    var kept = first
    let rest = Int32(left) - pivotWeight
    for q in first..<last {
      let i = Int(pool[q])
      let w = -weight[i]
      if w <= 0 { continue }
      weight[i] = w
      degree[i] = max(0, min(degree[i] + size - w, rest - w))
      insert(i)
      pool[kept] = Int32(i)
      kept += 1
    }
    pool.removeLast(last - kept)
    start[p] = first
    length[p] = Int32(kept - first)
    degree[p] = size
    weight[p] = 0
    stamp[p] = kept > first ? mark : 0
    return Int(pivotWeight)
  }

  /// Appends Lₚ to the pool, marks its vertices by negative weights, absorbs the elements of p; the weighted size.
  private mutating func collect(_ p: Int) -> Int32 {
    var size: Int32 = 0
    let own = start[p]
    let elements = Int(elementCount[p])
    weight[p] = -weight[p]
    for k in 0...elements {
      let source: Range<Int>
      if k < elements {
        let e = Int(pool[own + k])
        if stamp[e] == 0 { continue }
        source = start[e]..<start[e] + Int(length[e])
        stamp[e] = 0
      } else {
        source = own + elements..<own + Int(length[p])
      }
      for q in source {
        let i = Int(pool[q])
        let w = weight[i]
        if w <= 0 { continue }
        weight[i] = -w
        size += w
        remove(i)
        pool.append(Int32(i))
      }
    }
    return size
  }

  /// For every element e next to Lₚ: stamp[e] − mark = |Lₑ∖Lₚ|.
  private mutating func measure(_ range: Range<Int>) {
    mark += n + 1
    for q in range {
      let i = Int(pool[q])
      let w = Int(-weight[i])
      for r in start[i]..<start[i] + Int(elementCount[i]) {
        let e = Int(pool[r])
        if stamp[e] == 0 { continue }
        if stamp[e] < mark { stamp[e] = Int(degree[e]) + mark }
        stamp[e] -= w
      }
    }
  }

  /// Rewrites the lists of i with p as its first element and bounds its degree; true when i can go together with p.
  private mutating func update(_ i: Int, p: Int, size: Int32) -> Bool {
    let base = start[i]
    let elements = base..<base + Int(elementCount[i])
    let vertices = base + Int(elementCount[i])..<base + Int(length[i])
    var kept = base
    var bound = 0
    var code = p
    for r in elements {
      let e = Int(pool[r])
      if stamp[e] == 0 { continue }
      let outside = stamp[e] - mark
      if outside == 0 {
        // Lₑ lies inside Lₚ: aggressive absorption.
        stamp[e] = 0
        continue
      }
      bound += outside
      code &+= e
      pool[kept] = Int32(e)
      kept += 1
    }
    let elementsEnd = kept
    for r in vertices {
      let j = Int(pool[r])
      if weight[j] <= 0 { continue }
      bound += Int(weight[j])
      code &+= j
      pool[kept] = Int32(j)
      kept += 1
    }
    if bound == 0 { return true }
    // One place is free: p itself or an element of p stood in these lists.
    pool[kept] = pool[elementsEnd]
    pool[elementsEnd] = pool[base]
    pool[base] = Int32(p)
    elementCount[i] = Int32(elementsEnd - base + 1)
    length[i] = Int32(kept - base + 1)
    degree[i] = Int32(min(bound, Int(degree[i])))
    hash[i] = Int32(truncatingIfNeeded: code % max(n, 1))
    return false
  }

  /// Merges vertices with equal lists; `next` chains a bucket, for vertices of Lₚ are in no degree list now.
  private mutating func mergeTwins(_ range: Range<Int>) {
    for q in range {
      let i = Int(pool[q])
      if weight[i] == 0 { continue }
      let h = Int(hash[i])
      next[i] = bucket[h]
      bucket[h] = Int32(i)
    }
    for q in range {
      let i = Int(pool[q])
      if weight[i] == 0 { continue }
      let h = Int(hash[i])
      var a = bucket[h]
      bucket[h] = -1
      while a >= 0 {
        let i = Int(a)
        if next[i] >= 0 { compare(i) }
        a = next[i]
      }
    }
  }

  /// Merges into i every later vertex of its bucket with the same lists.
  private mutating func compare(_ i: Int) {
    turn += 1
    for r in start[i] + 1..<start[i] + Int(length[i]) { seen[Int(pool[r])] = turn }
    var last = i
    var b = next[i]
    while b >= 0 {
      let j = Int(b)
      var same = length[j] == length[i] && elementCount[j] == elementCount[i]
      if same {
        for r in start[j] + 1..<start[j] + Int(length[j]) where seen[Int(pool[r])] != turn {
          same = false
          break
        }
      }
      if same {
        weight[i] += weight[j]
        weight[j] = 0
        join(j, to: i)
        next[last] = next[j]
      } else {
        last = j
      }
      b = next[j]
    }
  }
}

extension MinimumDegree {
  /// The order for a symmetric matrix given with both triangles; its diagonal does not count.
  package static func order(_ matrix: SparseMatrix) -> [Int] {
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    starts.reserveCapacity(matrix.columnCount + 1)
    rows.reserveCapacity(matrix.entryCount)
    for j in 0..<matrix.columnCount {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) != j { rows.append(matrix.rows[p]) }
      starts.append(Int32(rows.count))
    }
    return order(starts: starts, rows: rows).map { Int($0) }
  }
}
