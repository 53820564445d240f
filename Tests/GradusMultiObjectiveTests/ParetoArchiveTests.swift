// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusMultiObjective
import GradusNumerics
import Testing

@Suite struct ParetoArchiveTests {
  @Test(arguments: [1, 2, 3, 5], [nil, 6] as [Int?])
  func holdsTheFirstFrontInAnyOrder(_ m: Int, _ grid: Int?) {
    var random = RandomStream(seed: UInt64(m))
    let rows = KitReference.rows(80, m, grid: grid, &random)
    let front = Set(NonDominatedSorting.firstFront(of: ObjectiveMatrix(rows)).map { rows[$0] })
    for _ in 0..<4 {
      var archive = ParetoArchive<Int>()
      for i in random.permutation(rows.count) {
        let isIn = archive.insert(i, Outcomes(objectives: rows[i]))
        #expect(isIn == archive.members.contains { $0.point == i })
      }
      #expect(Set(archive.members.map(\.outcomes.objectives)) == front)
      #expect(archive.members.count == front.count)
      #expect(archive.members.allSatisfy { rows[$0.point] == $0.outcomes.objectives })
      #expect(
        archive.objectives.map { o in (0..<o.count).map { o.row($0) } } == archive.members.map(\.outcomes.objectives))
    }
  }

  @Test(arguments: [Truncation.hypervolume, .crowding], [2, 3])
  func aFullArchiveKeepsTheEndsAndSpreads(_ truncation: Truncation, _ m: Int) throws {
    var random = RandomStream(seed: 4)
    var archive = ParetoArchive<Int>(capacity: 20, truncation: truncation)
    var all = ParetoArchive<Int>()
    for i in 0..<800 {
      // Points of the unit simplex, crowded near one corner.
      var row = (0..<m).map { _ in random.uniform() }
      row[0] *= row[0] * row[0]
      let total = row.reduce(0, +)
      row = row.map { $0 / total }
      let isIn = archive.insert(i, Outcomes(objectives: row))
      #expect(isIn == archive.members.contains { $0.point == i })
      all.insert(i, Outcomes(objectives: row))
      #expect(archive.count <= 20)
    }
    #expect(archive.count == 20)
    let (kept, known) = (try #require(archive.objectives), try #require(all.objectives))
    if m == 2 { #expect(kept.range?.ideal == known.range?.ideal) }
    let r = [Double](repeating: 1.1, count: m)
    let share = Hypervolume.volume(of: kept, reference: r) / Hypervolume.volume(of: known, reference: r)
    #expect(share > (m == 2 ? 0.95 : 0.85))
  }

  @Test func feasiblePointsComeFirst() {
    var archive = ParetoArchive<Int>()
    archive.insert(0, Outcomes(objectives: [0, 0], constraints: [2, -1]))
    archive.insert(1, Outcomes(objectives: [9, 9], constraints: [1, -1]))
    archive.insert(2, Outcomes(objectives: [1, 1], constraints: [1.5, 0]))
    #expect(archive.members.map(\.point) == [1])
    archive.insert(3, Outcomes(objectives: [5, 5], constraints: [0, -1]))
    #expect(archive.members.map(\.point) == [3])
    archive.insert(4, Outcomes(objectives: [0, 0], constraints: [1e-9, -1]))
    archive.insert(5, Outcomes(objectives: [6, 4], constraints: [-1, -1]))
    #expect(archive.members.map(\.point) == [3, 5])
  }

  @Test func oddOutcomesAreRefused() {
    var archive = ParetoArchive<Int>()
    for outcomes in [
      Outcomes(objectives: []), Outcomes(objectives: [.nan, 0]), Outcomes(objectives: [-.infinity, 0]),
      Outcomes(objectives: [0, 0], constraints: [.nan]),
    ] {
      let isIn = archive.insert(0, outcomes)
      #expect(!isIn)
    }
    #expect(archive.isEmpty && archive.kneeIndex == nil && archive.objectives == nil)
    let first = archive.insert(4, Outcomes(objectives: [1, 0]))
    let again = archive.insert(5, Outcomes(objectives: [1, 0]))
    let other = archive.insert(6, Outcomes(objectives: [0, 0, 0]))
    #expect(first && !again && !other)
    #expect(archive.count == 1 && archive.kneeIndex == 0)
  }

  @Test func aSavedArchiveGoesOn() throws {
    var random = RandomStream(seed: 9)
    var archive = ParetoArchive<Int>(capacity: 8)
    for i in 0..<40 { archive.insert(i, Outcomes(objectives: [random.uniform(), random.uniform()])) }
    var copy = try JSONDecoder().decode(ParetoArchive<Int>.self, from: JSONEncoder().encode(archive))
    for i in 40..<80 {
      let row = [0.1 * random.uniform(), 0.1 * random.uniform()]
      let (here, there) = (archive.insert(i, Outcomes(objectives: row)), copy.insert(i, Outcomes(objectives: row)))
      #expect(here == there)
    }
    #expect(copy.members.map(\.point) == archive.members.map(\.point))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(copy) == encoder.encode(archive))
  }

  @Test func theKneeIsNearestToTheIdeal() {
    var archive = ParetoArchive<Int>()
    for (i, row) in [[0.0, 100], [1, 20], [4, 10], [10, 0]].enumerated() {
      archive.insert(i, Outcomes(objectives: row))
    }
    #expect(archive.kneeIndex.map { archive.members[$0].point } == 1)
  }
}
