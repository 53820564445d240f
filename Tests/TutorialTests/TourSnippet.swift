// SPDX-License-Identifier: Apache-2.0
import Gradus
import Testing

/// The Swift of Documentation/proofs-and-sensitivity.md, word for word: a test of the tools compares them.
@Suite struct TourSnippet {
  static let hasHighs = (try? Highs()) != nil

  @Test(.enabled(if: hasHighs, "HiGHS is not installed; 'gradus doctor' says how"))
  func lazyConstraintsFromSwift() async throws {
    // tutorial: tour
    let x = [0.0, 1, 0.5, 10, 11, 10.5, 5], y = [0.0, 0, 1, 0, 0, 1, 3]
    let edges = x.indices.flatMap { a in (a + 1..<x.count).map { b in (a, b) } }
    let incidence = edges.enumerated().flatMap { k, edge in [(edge.0, k, 1.0), (edge.1, k, 1.0)] }
    let two = [Double](repeating: 2, count: x.count), ones = [Double](repeating: 1, count: edges.count)
    let form = StandardForm(
      costs: edges.map { a, b in ((x[a] - x[b]) * (x[a] - x[b]) + (y[a] - y[b]) * (y[a] - y[b])).squareRoot() },
      matrix: SparseMatrix(rowCount: x.count, columnCount: edges.count, triplets: incidence),
      rowLower: two, rowUpper: two, columnLower: ones.map { _ in 0 }, columnUpper: ones,
      kinds: ones.map { _ in .integer })

    /// Every group of cities that the tour closes on itself must be left by two edges.
    let oracle = try HighsCutOracle(form) { chosen in
      var group = Array(x.indices)
      for _ in x.indices {
        for (k, (a, b)) in edges.enumerated() where chosen[k] > 0.5 {
          (group[a], group[b]) = (min(group[a], group[b]), min(group[a], group[b]))
        }
      }
      let groups = Set(group).sorted()
      return groups.count == 1
        ? []
        : groups.map { root in
          let leaving = edges.indices.filter { (group[edges[$0].0] == root) != (group[edges[$0].1] == root) }
          return LinearCut(columns: leaving, values: leaving.map { _ in 1 }, lower: 2)
        }
    }
    let run = try Run(MixedIntegerProgram(form), by: HighsCuts(), asking: oracle)
    let solution = try await run.finish(until: .time(.seconds(600)))
    print(solution.report.value ?? .nan, run.state.cuts.count, "rows were added")
    // tutorial: end
    #expect(solution.status == .optimal)
    #expect(run.state.isComplete && run.state.cuts.count >= 2)
    #expect(abs((solution.report.value ?? 0) - 24.012846834) < 1e-6)
  }
}
