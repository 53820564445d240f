// SPDX-License-Identifier: Apache-2.0
import Gradus
import Testing

/// The Swift of Documentation/linear-systems.md, word for word: a test of the tools compares them.
@Suite struct LinearSystemSnippet {
  @Test func solvesASmallSystem() async throws {
    // tutorial: system
    let a = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 4), (0, 1, 1), (1, 0, 1), (1, 1, 3)])
    let system = try LinearSystem(a, equals: [1, 2])
    var method = LinearCG()
    method.preconditioner = .incompleteCholesky
    let solution = try await Run(system, by: method, asking: ()).finish(until: .answers(1000))
    // tutorial: end
    #expect(solution.verdict.outcome == .optimal)
    #expect((solution.report.point - [1.0 / 11, 7.0 / 11]).norm < 1e-9)
  }
}
