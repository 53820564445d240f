// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

@Suite struct NelderMeadTests {
  @Test func firstStepsAreThoseOfTheTextbook() throws {
    // Edges of 0.1·5. On x + y the first reflection ties with the best vertex and is kept; on x + 2y it wins and expands.
    var method = NelderMead()
    method.adaptive = false
    let problem = BoxConstrained(.all(2), start: [0, 0])
    let run = try drive(method, problem, limit: 5) { $0[0] + $0[1] }
    #expect(run.asked == [[0, 0], [0.5, 0], [0, 0.5], [0.5, -0.5], [0, -0.5]])
    let steeper = try drive(method, problem, limit: 5) { $0[0] + 2 * $0[1] }
    #expect(steeper.asked[3] == [0.5, -0.5])
    #expect(steeper.asked[4] == [0.75, -1])
  }

  @Test(arguments: [true, false])
  func convergesAndEnds(_ adaptive: Bool) throws {
    var method = NelderMead()
    method.adaptive = adaptive
    let problem = BoxConstrained(.all(2), start: [-1.2, 1])
    let run = try drive(method, problem, limit: 5_000, Function.rosenbrock.f)
    #expect(run.asked.count < 2_000)
    #expect(run.report.claim == .stalled)
    #expect(try #require(run.report.value) < 1e-18)
  }

  @Test func staysInTheBoxAndFindsItsCorner() throws {
    let box = Box.cube(0, 2, 4)
    let run = try drive(NelderMead(), BoxConstrained(box), limit: 5_000) {
      $0[0] * $0[0] + $0[1] - $0[2] + ($0[3] - 1) * ($0[3] - 1)
    }
    #expect(run.asked.allSatisfy { box.violation(of: $0) == 0 })
    #expect((run.report.point - [0, 0, 2, 1]).norm < 1e-6)
  }

  @Test func failuresNeverWin() throws {
    let box = Box.cube(-5, 5, 2)
    let run = try drive(NelderMead(), BoxConstrained(box, start: [3, 2]), limit: 3_000) { x in
      x[0] > 3.2 ? .nan : x[1] > 2.2 ? -.infinity : (x[0] - 1) * (x[0] - 1) + x[1] * x[1]
    }
    #expect((run.report.point - [1, 0]).norm < 1e-6)
    let none = try drive(NelderMead(), BoxConstrained(box), limit: 3_000) { _ in .nan }
    #expect(none.report.claim == .failed)
    #expect(none.report.value == nil)
  }
}
