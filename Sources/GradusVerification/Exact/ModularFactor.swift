// SPDX-License-Identifier: Apache-2.0

/// A sparse matrix modulo 2⁶¹ − 1, eliminated with pivots of least fill: P·A·Q = L·U on a largest regular part.
///
/// Arithmetic has no rounding, so any entry that is not zero is a pivot.
/// Source: Markowitz, *The elimination form of the inverse*, Management Science 3 (1957).
struct ModularFactor {
  /// Row and column of each pivot, in order.
  private(set) var pivots: [(row: Int, column: Int)] = []
  private var inverses: [UInt] = []
  /// Rows that the pivot's row was subtracted from, and how often.
  private var lower: [[(row: Int, factor: UInt)]] = []
  /// What the pivot's row held beside the pivot.
  private var upper: [[(column: Int, value: UInt)]] = []

  var rank: Int { pivots.count }

  /// Nil when the deadline comes first. Rows of a lower class become pivots before those of a higher one.
  init?(
    rows: [[(column: Int, value: Double)]], columnCount: Int, rowClass: [Int]? = nil, deadline: ProofDeadline
  ) {
    var work = Elimination(rows, columnCount)
    let classes = rowClass.map { Set($0).sorted() } ?? [0]
    for current in classes {
      work.open(rows.indices.filter { i in rowClass.map { $0[i] == current } ?? true })
      var steps = 0
      while let pivot = work.next() {
        steps += 1
        if steps % 64 == 0, deadline.hasPassed { return nil }
        let step = work.eliminate(pivot.row, pivot.column)
        pivots.append(pivot)
        inverses.append(step.inverse)
        lower.append(step.lower)
        upper.append(step.upper)
      }
    }
  }

  /// x with A x = b on the pivot rows, zero beside the pivot columns; b has one number a row and is used up.
  func solve(_ b: inout [UInt], into x: inout [UInt]) {
    for k in pivots.indices {
      let value = b[pivots[k].row]
      if value == 0 { continue }
      for (row, factor) in lower[k] {
        b[row] = ModularNumber.subtract(b[row], ModularNumber.multiply(factor, value))
      }
    }
    for k in pivots.indices.reversed() {
      var value = b[pivots[k].row]
      for (column, entry) in upper[k] where x[column] != 0 {
        value = ModularNumber.subtract(value, ModularNumber.multiply(entry, x[column]))
      }
      x[pivots[k].column] = ModularNumber.multiply(value, inverses[k])
    }
  }

  /// y with Aᵀy = c on the pivot columns, zero beside the pivot rows; c has one number a column and is used up.
  func solveTransposed(_ c: inout [UInt], into y: inout [UInt]) {
    for k in pivots.indices {
      let value = ModularNumber.multiply(c[pivots[k].column], inverses[k])
      y[pivots[k].row] = value
      if value == 0 { continue }
      for (column, entry) in upper[k] {
        c[column] = ModularNumber.subtract(c[column], ModularNumber.multiply(entry, value))
      }
    }
    for k in pivots.indices.reversed() {
      var value = y[pivots[k].row]
      for (row, factor) in lower[k] where y[row] != 0 {
        value = ModularNumber.subtract(value, ModularNumber.multiply(factor, y[row]))
      }
      y[pivots[k].row] = value
    }
  }
}

/// The part of the matrix that is still to be eliminated.
private struct Elimination {
  private var rows: [[(column: Int, value: UInt)]]
  /// Rows that may hold an entry of the column; some of them lost it since.
  private var columns: [[Int]]
  private var columnCounts: [Int]
  private var isRowDone: [Bool]
  private var isColumnDone: [Bool]
  /// Rows that may be pivots now, by number of entries (lazily).
  private var queue: [[Int]] = []
  private var isOpen: [Bool]
  private var singletons: [Int] = []

  init(_ given: [[(column: Int, value: Double)]], _ columnCount: Int) {
    rows = given.map { row in row.map { ($0.column, ModularNumber.of($0.value)) }.filter { $0.1 != 0 } }
    columns = [[Int]](repeating: [], count: columnCount)
    columnCounts = [Int](repeating: 0, count: columnCount)
    for (i, row) in rows.enumerated() {
      for (j, _) in row {
        columns[j].append(i)
        columnCounts[j] += 1
      }
    }
    isRowDone = [Bool](repeating: false, count: given.count)
    isColumnDone = [Bool](repeating: false, count: columnCount)
    isOpen = isRowDone
  }

  mutating func open(_ members: [Int]) {
    for i in members where !isRowDone[i] {
      isOpen[i] = true
      enqueue(i)
    }
    singletons = columnCounts.indices.filter { !isColumnDone[$0] && columnCounts[$0] == 1 }.reversed()
  }

  private mutating func enqueue(_ i: Int) {
    let count = rows[i].count
    while queue.count <= count { queue.append([]) }
    queue[count].append(i)
  }

  /// A column with a single entry, else the entry of least (r − 1)(c − 1) among the shortest rows; nil at the end.
  mutating func next() -> (row: Int, column: Int)? {
    while let j = singletons.popLast() {
      guard !isColumnDone[j], columnCounts[j] == 1 else { continue }
      if let i = columns[j].first(where: { i in !isRowDone[i] && rows[i].contains { $0.column == j } }), isOpen[i] {
        return (i, j)
      }
    }
    var best: (row: Int, column: Int)?
    var least = Int.max
    var looked = 0
    for count in queue.indices where count > 0 {
      var k = 0
      while k < queue[count].count {
        let i = queue[count][k]
        guard !isRowDone[i], rows[i].count == count else {
          queue[count].swapAt(k, queue[count].count - 1)
          queue[count].removeLast()
          continue
        }
        k += 1
        for (j, _) in rows[i] {
          let cost = (count - 1) * (columnCounts[j] - 1)
          if cost < least {
            least = cost
            best = (i, j)
          }
        }
        looked += 1
        if least == 0 || looked >= 8 { return best }
      }
      if least <= count * count { return best }
    }
    return best
  }

  mutating func eliminate(
    _ p: Int, _ q: Int
  ) -> (inverse: UInt, lower: [(row: Int, factor: UInt)], upper: [(column: Int, value: UInt)]) {
    isRowDone[p] = true
    isColumnDone[q] = true
    let pivotRow = rows[p]
    rows[p] = []
    var pivot: UInt = 1
    var upper: [(column: Int, value: UInt)] = []
    for (j, value) in pivotRow {
      columnCounts[j] -= 1
      if j == q { pivot = value } else { upper.append((j, value)) }
    }
    let inverse = ModularNumber.inverse(pivot)
    var lower: [(row: Int, factor: UInt)] = []
    for i in Set(columns[q]).sorted() where !isRowDone[i] {
      guard let place = rows[i].firstIndex(where: { $0.column == q }) else { continue }
      let factor = ModularNumber.multiply(rows[i][place].value, inverse)
      rows[i].swapAt(place, rows[i].count - 1)
      rows[i].removeLast()
      lower.append((i, factor))
      subtract(upper, times: factor, from: i)
      if isOpen[i] { enqueue(i) }
    }
    columns[q] = []
    columnCounts[q] = 0
    for (j, _) in upper where columnCounts[j] == 1 { singletons.append(j) }
    return (inverse, lower, upper)
  }

  private mutating func subtract(_ upper: [(column: Int, value: UInt)], times factor: UInt, from i: Int) {
    if upper.isEmpty { return }
    var places: [Int: Int] = [:]
    for (k, entry) in rows[i].enumerated() { places[entry.column] = k }
    var hasZeros = false
    for (j, value) in upper {
      let amount = ModularNumber.multiply(value, factor)
      if let k = places[j] {
        rows[i][k].value = ModularNumber.subtract(rows[i][k].value, amount)
        if rows[i][k].value == 0 {
          hasZeros = true
          columnCounts[j] -= 1
        }
      } else {
        rows[i].append((j, amount == 0 ? 0 : ModularNumber.prime - amount))
        columns[j].append(i)
        columnCounts[j] += 1
      }
    }
    if hasZeros { rows[i].removeAll { $0.value == 0 } }
  }
}
