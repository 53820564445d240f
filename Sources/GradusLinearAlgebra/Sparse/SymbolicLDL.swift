// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What the pattern of a symmetric matrix alone says about its factor P·A·Pᵀ = L·D·Lᵀ: order, supernodes, places.
///
/// Columns of L with (nearly) the same pattern form a *supernode*, kept as one dense panel of `rows × width`. Narrow
/// supernodes are merged with their parent where few explicit zeros arise. Analysed once, used by every factorization
/// with this pattern.
public struct SymbolicLDL: Sendable {
  /// The order of the matrix.
  public let order: Int
  /// The entries of the analysed upper triangle.
  public let entryCount: Int
  /// Original index of position k in the elimination.
  public private(set) var permutation: [Int32]
  /// Entries of the panels, explicit zeros included.
  public private(set) var factorEntryCount = 0
  /// Multiplications and additions of one numeric factorization.
  public private(set) var operations = 0.0

  /// Supernode s holds columns `first[s] ..< first[s + 1]`.
  package private(set) var first: [Int32] = [0]
  /// Row positions of supernode s, its own columns first: `rows[rowStart[s] ..< rowStart[s + 1]]`.
  package private(set) var rowStart: [Int] = [0]
  package private(set) var rows: [Int32] = []
  /// For rows below the own columns: their place in the parent's panel or update matrix, parallel to `rows`.
  package private(set) var relative: [Int32] = []
  package private(set) var parent: [Int32] = []
  /// Where the panel of supernode s begins.
  package private(set) var panelStart: [Int] = [0]
  /// Place of each entry of the upper triangle in the panels.
  package private(set) var target: [Int] = []
  /// Numbers that update matrices need at most at one time, and the largest of them with a work panel.
  package private(set) var stackSize = 0
  package private(set) var workSize = 0
  package private(set) var maximumRows = 0

  /// Analyses the upper triangle (row ≤ column) of `upper`; entries below the diagonal are not allowed.
  ///
  /// `permutation` replaces the minimum degree order. Cost: about the entries of the factor's pattern.
  public init(upper: SparseMatrix, permutation given: [Int32]? = nil) {
    precondition(upper.rowCount == upper.columnCount, "an LDLᵀ factorization needs a square matrix")
    let n = upper.columnCount
    order = n
    entryCount = upper.entryCount
    let pattern = SymmetricPattern(upper: upper)
    precondition(given.map { $0.count == n } ?? true, "a permutation of \(n) indices was expected")
    var order = given ?? MinimumDegree.order(starts: pattern.starts, rows: pattern.rows)
    var permuted = pattern.permutedUpper(order)
    var tree = EliminationTree(starts: permuted.starts, rows: permuted.rows)
    // A postorder makes supernodes contiguous and changes neither fill nor work.
    let post = tree.postorder()
    order = post.map { order[Int($0)] }
    permuted = pattern.permutedUpper(order)
    tree = EliminationTree(starts: permuted.starts, rows: permuted.rows)
    permutation = order
    let counts = tree.columnCounts(starts: permuted.starts, rows: permuted.rows)
    chooseSupernodes(tree.parents, counts)
    collectRows(permuted, tree.parents)
    placeEntries(upper)
    planStack()
  }

  /// The number of supernodes.
  public var supernodeCount: Int { first.count - 1 }

  /// Fundamental supernodes, then merging of neighbours (child s, parent s + 1) while the zeros stay few.
  private mutating func chooseSupernodes(_ parents: [Int32], _ counts: [Int32]) {
    let n = order
    var begins: [Int32] = []
    for j in 0..<n {
      let chained = j > 0 && Int(parents[j - 1]) == j && counts[j - 1] == counts[j] + 1
      if !chained { begins.append(Int32(j)) }
    }
    // Merged groups, kept as a stack of (first column, entries of the true pattern, zeros); the top is the last group.
    var groups: [(begin: Int, end: Int, zeros: Double)] = []
    for (s, begin) in begins.enumerated() {
      let end = s + 1 < begins.count ? Int(begins[s + 1]) : n
      var top = (begin: Int(begin), end: end, zeros: 0.0)
      while let child = groups.last, Int(parents[child.end - 1]) == top.begin {
        let width = top.end - child.begin
        let childWidth = child.end - child.begin
        // The child's columns get the parent's rows: its last column had counts − 1 rows below, now it has all of them.
        let added = Double(top.end - top.begin) + Double(counts[top.end - 1]) - Double(counts[child.end - 1])
        let zeros = top.zeros + child.zeros + added * Double(childWidth)
        let rows = Double(counts[top.end - 1]) - 1
        let total = Double(width * (width + 1)) / 2 + Double(width) * rows
        let share = zeros / total
        let allowed = width <= 4 ? 0.8 : width <= 16 ? 0.5 : width <= 48 ? 0.1 : 0.05
        guard zeros == 0 || share < allowed else { break }
        groups.removeLast()
        top = (child.begin, top.end, zeros)
      }
      groups.append(top)
    }
    first = groups.map { Int32($0.begin) } + [Int32(n)]
  }

  /// Row patterns bottom up: own entries and the children's rows; then places of each row in the parent.
  private mutating func collectRows(_ upper: SymmetricPattern.Upper, _ parents: [Int32]) {
    let n = order
    let count = supernodeCount
    var owner = [Int32](repeating: 0, count: n)
    for s in 0..<count { for j in first[s]..<first[s + 1] { owner[Int(j)] = Int32(s) } }
    let lower = upper.transposed()
    parent = [Int32](repeating: -1, count: count)
    var firstChild = [Int32](repeating: -1, count: count)
    var sibling = [Int32](repeating: -1, count: count)
    var mark = [Int32](repeating: -1, count: n)
    rowStart.reserveCapacity(count + 1)
    panelStart.reserveCapacity(count + 1)
    var below: [Int32] = []
    for s in 0..<count {
      let (a, b) = (first[s], first[s + 1])
      below.removeAll(keepingCapacity: true)
      for j in Int(a)..<Int(b) {
        for p in Int(lower.starts[j])..<Int(lower.starts[j + 1]) {
          let i = lower.rows[p]
          if i >= b && mark[Int(i)] != Int32(s) {
            mark[Int(i)] = Int32(s)
            below.append(i)
          }
        }
      }
      var c = firstChild[s]
      while c >= 0 {
        let width = Int(first[Int(c) + 1] - first[Int(c)])
        for q in rowStart[Int(c)] + width..<rowStart[Int(c) + 1] {
          let i = rows[q]
          if i >= b && mark[Int(i)] != Int32(s) {
            mark[Int(i)] = Int32(s)
            below.append(i)
          }
        }
        c = sibling[Int(c)]
      }
      below.sort()
      for j in a..<b { rows.append(j) }
      rows += below
      rowStart.append(rows.count)
      let height = Int(b - a) + below.count
      panelStart.append(panelStart[s] + height * Int(b - a))
      maximumRows = max(maximumRows, height)
      if let next = below.first {
        let up = Int(owner[Int(next)])
        parent[s] = Int32(up)
        sibling[s] = firstChild[up]
        firstChild[up] = Int32(s)
      }
      let (w, h) = (Double(b - a), Double(height))
      for k in 0..<Int(w) { operations += (h - Double(k)) * (h - Double(k)) }
    }
    factorEntryCount = panelStart[count]
    // Places in the parent.
    relative = [Int32](repeating: -1, count: rows.count)
    var place = [Int32](repeating: 0, count: n)
    for s in 0..<count {
      guard firstChild[s] >= 0 else { continue }
      for q in rowStart[s]..<rowStart[s + 1] { place[Int(rows[q])] = Int32(q - rowStart[s]) }
      var c = firstChild[s]
      while c >= 0 {
        let width = Int(first[Int(c) + 1] - first[Int(c)])
        for q in rowStart[Int(c)] + width..<rowStart[Int(c) + 1] { relative[q] = place[Int(rows[q])] }
        c = sibling[Int(c)]
      }
    }
  }

  private mutating func placeEntries(_ upper: SparseMatrix) {
    let n = order
    var position = [Int32](repeating: 0, count: n)
    for (k, i) in permutation.enumerated() { position[Int(i)] = Int32(k) }
    var owner = [Int32](repeating: 0, count: n)
    for s in 0..<supernodeCount { for j in first[s]..<first[s + 1] { owner[Int(j)] = Int32(s) } }
    target = [Int](repeating: 0, count: upper.entryCount)
    for j in 0..<n {
      for p in upper.range(ofColumn: j) {
        let (a, b) = (position[Int(upper.rows[p])], position[j])
        let (column, row) = (min(a, b), max(a, b))
        let s = Int(owner[Int(column)])
        let height = rowStart[s + 1] - rowStart[s]
        let width = first[s + 1] - first[s]
        let place: Int
        if row < first[s + 1] {
          place = Int(row - first[s])
        } else {
          // Rows ascend: bisect.
          var low = rowStart[s] + Int(width)
          var high = rowStart[s + 1]
          while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle] <= row { low = middle } else { high = middle }
          }
          place = low - rowStart[s]
        }
        target[p] = panelStart[s] + place + height * Int(column - first[s])
      }
    }
  }

  /// Update matrices live on a stack in postorder; its highest level is known beforehand.
  private mutating func planStack() {
    var used = 0
    var childSizes = [Int](repeating: 0, count: supernodeCount)
    for s in 0..<supernodeCount {
      let width = Int(first[s + 1] - first[s])
      let below = rowStart[s + 1] - rowStart[s] - width
      stackSize = max(stackSize, used + below * below)
      workSize = max(workSize, (below + width) * width)
      used += below * below - childSizes[s]
      if parent[s] >= 0 { childSizes[Int(parent[s])] += below * below }
    }
  }
}
