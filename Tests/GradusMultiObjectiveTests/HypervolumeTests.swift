// SPDX-License-Identifier: Apache-2.0
import GradusMultiObjective
import GradusNumerics
import Testing

@Suite struct HypervolumeTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var objectives: Int
    var grid: Int?
    var testDescription: String { "\(objectives) objectives, grid \(grid.map { "\($0)" } ?? "none")" }
  }

  static let cases = [1, 2, 3, 4, 5, 6].flatMap { m in [nil, 4, 7].map { Case(objectives: m, grid: $0) } }

  @Test(arguments: cases)
  func agreesWithInclusionAndExclusion(_ item: Case) {
    var random = RandomStream(seed: UInt64(item.objectives))
    for round in 0..<60 {
      let rows = KitReference.rows(1 + round % 9, item.objectives, grid: item.grid, &random)
      let edge = item.grid.map { Double($0) - (round % 3 == 0 ? 1.5 : 0) } ?? (round % 3 == 0 ? 0.8 : 1.1)
      let r = [Double](repeating: edge, count: item.objectives)
      let expected = KitReference.volume(rows, r)
      let found = Hypervolume.volume(of: ObjectiveMatrix(rows), reference: r)
      #expect(abs(found - expected) <= 1e-9 * max(1, expected), "round \(round): \(rows)")
    }
  }

  @Test(arguments: cases)
  func contributionsAreWhatIsLostWithoutTheRow(_ item: Case) {
    var random = RandomStream(seed: UInt64(10 + item.objectives))
    for round in 0..<60 {
      let rows = KitReference.rows(1 + round % 8, item.objectives, grid: item.grid, &random)
      let edge = item.grid.map { Double($0) - (round % 3 == 0 ? 1.5 : 0) } ?? (round % 3 == 0 ? 0.8 : 1.1)
      let r = [Double](repeating: edge, count: item.objectives)
      let whole = KitReference.volume(rows, r)
      let found = Hypervolume.contributions(of: ObjectiveMatrix(rows), reference: r)
      for i in rows.indices {
        var others = rows
        others.remove(at: i)
        let expected = whole - KitReference.volume(others, r)
        #expect(abs(found[i] - expected) <= 1e-9 * max(1, whole), "round \(round), row \(i): \(rows)")
      }
    }
  }

  @Test(arguments: [2, 3, 4, 5])
  func contributionsOfLargeSets(_ m: Int) {
    var random = RandomStream(seed: 3)
    let rows = KitReference.rows(60, m, grid: nil, &random)
    let r = [Double](repeating: 1.05, count: m)
    let whole = Hypervolume.volume(of: ObjectiveMatrix(rows), reference: r)
    let found = Hypervolume.contributions(of: ObjectiveMatrix(rows), reference: r)
    for i in rows.indices {
      var others = rows
      others.remove(at: i)
      let expected = whole - Hypervolume.volume(of: ObjectiveMatrix(others), reference: r)
      #expect(abs(found[i] - expected) <= 1e-12)
    }
  }

  @Test func closedForms() {
    // Points on the line x + y = 1: a staircase under the diagonal.
    let n = 1000
    let line = (0...n).map { [Double($0) / Double(n), 1 - Double($0) / Double(n)] }
    let expected = 0.5 - 0.5 / Double(n)
    #expect(abs(Hypervolume.volume(of: ObjectiveMatrix(line), reference: [1, 1]) - expected) < 1e-12)
    // The corners of the simplex: each has a slab, and they overlap in pairs.
    let corners = ObjectiveMatrix([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    #expect(abs(Hypervolume.volume(of: corners, reference: [2, 2, 2]) - 4) < 1e-12)
    #expect(Hypervolume.contributions(of: corners, reference: [2, 2, 2]) == [1, 1, 1])
    // m axis points with value 0 in one and 1 in the others, up to 2: ∪ of boxes 2·1ᵐ⁻¹ that share the unit box.
    for m in 2...7 {
      let rows = (0..<m).map { k in (0..<m).map { $0 == k ? 0.0 : 1.0 } }
      let r = [Double](repeating: 2, count: m)
      #expect(abs(Hypervolume.volume(of: ObjectiveMatrix(rows), reference: r) - Double(m + 1)) < 1e-12)
    }
  }

  @Test(arguments: [2, 3, 4])
  func invariances(_ m: Int) {
    var random = RandomStream(seed: 5)
    let rows = KitReference.rows(12, m, grid: nil, &random)
    let r = [Double](repeating: 1, count: m)
    let volume = Hypervolume.volume(of: ObjectiveMatrix(rows), reference: r)
    let shuffled = random.permutation(rows.count).map { rows[$0] }
    #expect(abs(Hypervolume.volume(of: ObjectiveMatrix(shuffled), reference: r) - volume) < 1e-12)
    let turned = rows.map { Array($0.reversed()) }
    #expect(abs(Hypervolume.volume(of: ObjectiveMatrix(turned), reference: r) - volume) < 1e-12)
    let (scale, shift) = ([2, 0.5, 3, 7].prefix(m), [1, -4, 0.25, 9].prefix(m))
    func image(_ row: [Double]) -> [Double] { zip(row, zip(scale, shift)).map { $0 * $1.0 + $1.1 } }
    let moved = Hypervolume.volume(of: ObjectiveMatrix(rows.map(image)), reference: image(r))
    #expect(abs(moved - volume * scale.reduce(1, *)) < 1e-9)
    // Dominated and repeated rows change nothing.
    let more = rows + [rows[0], rows[1].map { $0 + 0.01 }]
    #expect(abs(Hypervolume.volume(of: ObjectiveMatrix(more), reference: r) - volume) < 1e-12)
  }

  @Test func oddSets() {
    let empty = ObjectiveMatrix(objectives: 3)
    #expect(Hypervolume.volume(of: empty, reference: [1, 1, 1]) == 0)
    #expect(Hypervolume.contributions(of: empty, reference: [1, 1, 1]) == [])
    let one = ObjectiveMatrix([[0.25, 0.5, 0.5, 0]])
    #expect(Hypervolume.volume(of: one, reference: [1, 1, 1, 1]) == 0.1875)
    #expect(Hypervolume.contributions(of: one, reference: [1, 1, 1, 1]) == [0.1875])
    for m in 1...5 {
      let r = [Double](repeating: 1, count: m)
      let beyond = ObjectiveMatrix([[Double](repeating: 2, count: m), r, [Double](repeating: .nan, count: m)])
      #expect(Hypervolume.volume(of: beyond, reference: r) == 0)
      #expect(Hypervolume.contributions(of: beyond, reference: r) == [0, 0, 0])
      let twice = ObjectiveMatrix([[Double](repeating: 0, count: m), [Double](repeating: 0, count: m)])
      #expect(Hypervolume.volume(of: twice, reference: r) == 1)
      #expect(Hypervolume.contributions(of: twice, reference: r) == [0, 0])
      let deep = ObjectiveMatrix([[Double](repeating: -.infinity, count: m)])
      #expect(Hypervolume.volume(of: deep, reference: r) == .infinity)
      #expect(Hypervolume.contributions(of: deep, reference: r) == [.infinity])
    }
  }
}
