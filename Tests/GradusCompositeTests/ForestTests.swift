// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct ForestTests {
  /// A random forest with positive definite weights: each vertex hangs on an earlier one or is a root.
  private func forest(_ n: Int, _ random: inout RandomStream) -> [(row: Int, column: Int, value: Double)] {
    var degrees = [Double](repeating: 0, count: n)
    var entries: [(row: Int, column: Int, value: Double)] = []
    for j in 1..<n where random.uniform() < 0.9 {
      let parent = random.integer(below: j)
      let weight = random.normal()
      entries.append((parent, j, weight))
      degrees[parent] += abs(weight)
      degrees[j] += abs(weight)
    }
    for j in 0..<n { entries.append((j, j, degrees[j] + 0.1)) }
    return entries
  }

  @Test(arguments: [1, 2, 7, 40])
  func eliminationSolvesForests(_ n: Int) throws {
    var random = RandomStream(seed: UInt64(n))
    let entries = n == 1 ? [(row: 0, column: 0, value: 2.0)] : forest(n, &random)
    let upper = SparseMatrix(rowCount: n, columnCount: n, triplets: entries)
    let mirrored = entries.filter { $0.row != $0.column }.map { (row: $0.column, column: $0.row, value: $0.value) }
    let full = SparseMatrix(rowCount: n, columnCount: n, triplets: entries + mirrored)
    let x = random.normals(n)
    let solved = try #require(ForestElimination(upper)).solve(full.times(x))
    #expect((solved - x).norm <= 1e-10 * max(1, x.norm))
  }

  @Test func cyclesAndIndefiniteMatricesAreRefused() {
    let cycle = SparseMatrix(
      rowCount: 3, columnCount: 3,
      triplets: [(0, 0, 4), (1, 1, 4), (2, 2, 4), (0, 1, 1), (1, 2, 1), (0, 2, 1)])
    #expect(ForestElimination(cycle) == nil)
    let twin = SparseMatrix(
      rowCount: 4, columnCount: 4,
      triplets: [(0, 0, 4), (1, 1, 4), (2, 2, 4), (3, 3, 4), (0, 1, 1), (1, 2, 1), (0, 2, 1)])
    #expect(ForestElimination(twin) == nil)
    let saddle = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 1), (1, 1, 1), (0, 1, 2)])
    #expect(ForestElimination(saddle) == nil)
    let empty = SparseMatrix(rowCount: 1, columnCount: 1, triplets: [(0, 0, .nan)])
    #expect(ForestElimination(empty) == nil)
  }

  /// A lattice falls apart into few forests that hold every vertex once.
  @Test func latticesBecomeFewForests() throws {
    let width = 12
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<width * width {
      entries.append((i, i, 4.1))
      if i % width > 0 { entries.append((i - 1, i, -1)) }
      if i >= width { entries.append((i - width, i, -1)) }
    }
    let lattice = SparseMatrix(rowCount: width * width, columnCount: width * width, triplets: entries)
    let blocks = ForestElimination.blocks(of: lattice)
    #expect(blocks.flatMap { $0 }.sorted() == Array(0..<width * width))
    #expect(blocks.count <= 3)
    #expect(blocks[0].count > width * width / 2)
    for block in blocks {
      let inside = Set(block)
      let place = Dictionary(uniqueKeysWithValues: block.enumerated().map { ($1, $0) })
      let triplets = entries.compactMap { entry -> (row: Int, column: Int, value: Double)? in
        guard inside.contains(entry.row), inside.contains(entry.column) else { return nil }
        let (i, j) = (place[entry.row] ?? 0, place[entry.column] ?? 0)
        return (min(i, j), max(i, j), entry.value)
      }
      let part = SparseMatrix(rowCount: block.count, columnCount: block.count, triplets: triplets)
      #expect(ForestElimination(part) != nil)
    }
  }
}
