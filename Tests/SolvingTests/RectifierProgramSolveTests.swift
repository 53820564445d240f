// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNumerics
import Testing

/// The largest output of a network over a box, by branch and bound on its rows.
@Suite struct RectifierProgramSolveTests {
  private static let highs = try? Highs()

  @Test(
    .enabled(if: highs != nil, "HiGHS is not installed: python3 -m pip install highsbox"),
    arguments: [1, 2, 3] as [UInt64])
  func theLargestOutputIsFound(_ seed: UInt64) async throws {
    let model = Perceptron(widths: [2, 8, 6, 1])
    var stream = RandomStream(seed: seed)
    let parameters = Buffer((0..<model.layout.count).map { _ in Float(stream.normal() * 0.8) })
    var program = try RectifierProgram(model, parameters: parameters, inputs: [-1...1, -1...1])
    let output = program.outputs.lowerBound
    program.form.costs[output] = 1
    program.form.sense = .maximize
    let oracle = try HighsOracle(program.form, highs: #require(Self.highs))
    let run = try Run(MixedIntegerProgram(program.form), by: HighsSolver(), asking: oracle)
    while try await run.step() {}
    let report = run.report
    #expect(report.claim == .optimal)
    let best = try #require(report.value)
    // The network itself says the same where the program ends, and nowhere more on a grid.
    let x = (0..<2).map { report.point[$0] }
    #expect(abs(program.point(at: x)[output] - best) < 1e-6)
    var largest = -Double.infinity
    for i in 0...200 {
      for j in 0...200 {
        largest = max(largest, program.point(at: [Double(i) / 100 - 1, Double(j) / 100 - 1])[output])
      }
    }
    #expect(best >= largest - 1e-6 && best <= largest + 0.1, "\(best), \(largest) on the grid")
    #expect(best <= program.outputBounds[0].upperBound)
  }
}
