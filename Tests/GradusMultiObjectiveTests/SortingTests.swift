// SPDX-License-Identifier: Apache-2.0
import GradusMultiObjective
import GradusNumerics
import Testing

@Suite struct SortingTests {
  @Test(arguments: [1, 2, 3, 4, 6], [nil, 3, 10] as [Int?])
  func agreesWithPeeling(_ m: Int, _ grid: Int?) {
    var random = RandomStream(seed: UInt64(m))
    for n in [0, 1, 2, 7, 40, 90] {
      var rows = KitReference.rows(n, m, grid: grid, &random)
      for i in rows.indices where i % 11 == 5 { rows[i][i % m] = .nan }
      for i in rows.indices where i % 13 == 6 { rows[i][i % m] = i % 2 == 0 ? .infinity : -.infinity }
      let matrix = n == 0 ? ObjectiveMatrix(objectives: m) : ObjectiveMatrix(rows)
      #expect(NonDominatedSorting.ranks(of: matrix) == KitReference.ranks(rows))
      let fronts = NonDominatedSorting.fronts(of: matrix)
      #expect(fronts.flatMap { $0 }.sorted() == Array(0..<n))
    }
  }

  @Test(arguments: [2, 3, 5])
  func onlyTheOrderOfEachObjectiveMatters(_ m: Int) {
    var random = RandomStream(seed: 7)
    let rows = KitReference.rows(50, m, grid: 12, &random)
    let ranks = NonDominatedSorting.ranks(of: ObjectiveMatrix(rows))
    let bent = rows.map { $0.enumerated().map { k, v in Double(k + 1) * v * v * v - 4 } }
    #expect(NonDominatedSorting.ranks(of: ObjectiveMatrix(bent)) == ranks)
    let order = random.permutation(rows.count)
    let shuffled = NonDominatedSorting.ranks(of: ObjectiveMatrix(order.map { rows[$0] }))
    #expect(shuffled == order.map { ranks[$0] })
    let turned = rows.map { Array($0.reversed()) }
    #expect(NonDominatedSorting.ranks(of: ObjectiveMatrix(turned)) == ranks)
  }

  @Test func firstFrontHoldsRepetitionsAndNoFailures() {
    let matrix = ObjectiveMatrix([[1, 2], [2, 1], [1, 2], [3, 3], [.nan, 0]])
    #expect(NonDominatedSorting.firstFront(of: matrix) == [0, 1, 2])
    #expect(NonDominatedSorting.firstFront(of: ObjectiveMatrix([[.nan, 0]])) == [])
    #expect(NonDominatedSorting.ranks(of: matrix) == [0, 0, 0, 1, 2])
  }

  @Test func crowdingDistances() {
    let matrix = ObjectiveMatrix([[0, 4], [1, 2], [3, 1], [4, 0]])
    #expect(CrowdingDistance.distances(of: matrix) == [.infinity, 3.0 / 4 + 3.0 / 4, 3.0 / 4 + 2.0 / 4, .infinity])
    #expect(CrowdingDistance.distances(of: ObjectiveMatrix([[1, 1]])) == [.infinity])
    let equal = CrowdingDistance.distances(of: ObjectiveMatrix([[1, 1], [1, 1], [1, 1]]))
    #expect(equal == [.infinity, 0, 0])
    // Scale and shift of an objective change nothing.
    let moved = ObjectiveMatrix([[0, 41], [10, 21], [30, 11], [40, 1]])
    #expect(CrowdingDistance.distances(of: moved) == CrowdingDistance.distances(of: matrix))
    #expect(
      CrowdingDistance.distances(of: ObjectiveMatrix([[.nan, 1], [0, 1], [1, 0]])) == [0, .infinity, .infinity])
    #expect(CrowdingDistance.distances(of: ObjectiveMatrix(objectives: 2)) == [])
    // An objective that is the same everywhere counts nothing.
    let flat = ObjectiveMatrix([[0, 4, 1], [1, 2, 1], [3, 1, 1], [4, 0, 1]])
    #expect(CrowdingDistance.distances(of: flat) == CrowdingDistance.distances(of: matrix))
  }
}
