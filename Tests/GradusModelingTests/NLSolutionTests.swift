// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics
import Testing

/// `.sol` files: the layout to the letter, the way back, and broken ones.
@Suite struct NLSolutionTests {
  static var example: NLSolution {
    var solution = NLSolution()
    solution.message = "gradus: optimal solution\n\nobjective 0.1"
    solution.options = [1, 1, 0]
    (solution.rowCount, solution.variableCount) = (1, 2)
    (solution.duals, solution.values) = ([-0.5], [0.1, 3])
    solution.code = 402
    solution.suffixes = [
      NLSuffix("rc", .variable, values: [(1, 2.5)]), NLSuffix("iis", .row, isReal: false, values: [(0, 4)]),
      NLSuffix("bestbound", .problem, values: [(0, -1e300)]),
    ]
    return solution
  }

  @Test func layout() {
    #expect(
      String(decoding: Self.example.text, as: UTF8.self) == """
        gradus: optimal solution
        \u{20}
        objective 0.1

        Options
        3
        1
        1
        0
        1
        1
        2
        2
        -0.5
        0.10000000000000001
        3
        objno 0 402
        suffix 4 1 3 0 0
        rc
        1 2.5
        suffix 1 1 4 0 0
        iis
        0 4
        suffix 7 1 10 0 0
        bestbound
        0 -1.0000000000000001e+300

        """)
  }

  @Test func comesBack() throws {
    #expect(try NLSolution.parse(bytes: Self.example.text) == Self.example)
    var other = NLSolution()
    (other.options, other.tolerance) = ([1, 3, 0], 0.5)
    #expect(try NLSolution.parse(bytes: other.text) == other)
    other.options = [2, 1, 0, 4, 5, 6]
    other.tolerance = nil
    #expect(try NLSolution.parse(bytes: other.text) == other)
  }

  @Test func mutants() {
    var stream = RandomStream(seed: 23)
    let mutator = Mutator(seeds: [Self.example.text])
    var accepted = 0
    for k in 0..<FuzzTests.count {
      do {
        let solution = try NLSolution.parse(bytes: mutator.mutant(&stream))
        accepted += 1
        if solution.duals.count > solution.rowCount { Issue.record("mutant \(k) has more duals than rows") }
      } catch {
        if error.line < 1 || error.column < 1 || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
    }
    #expect(accepted > FuzzTests.count / 50)
  }
}
