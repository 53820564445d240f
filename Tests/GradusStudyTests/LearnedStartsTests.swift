// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics
import GradusStudy
import Testing

/// Starts that were learned from the best points of other cases.
@Suite struct LearnedStartsTests {
  /// The best point of a case: a number that follows the first feature, one that opposes it, and a kind by the second.
  private func best(_ features: Vector) -> Vector {
    [4 * features[0] - 2, 1 - features[0], features[1] < 0.5 ? 0 : 2]
  }

  private func space() throws -> SearchSpace {
    try SearchSpace([
      SpaceParameter("a", .float(low: -2, high: 2)), SpaceParameter("b", .float(low: 0, high: 1)),
      SpaceParameter("kind", .categorical([#""x""#, #""y""#, #""z""#])),
    ])
  }

  @Test func startsFollowTheCase() async throws {
    var random = RandomStream(seed: 1)
    let examples = (0..<120).map { _ in
      let features = Vector([random.uniform(), random.uniform()])
      return LearnedStarts.Example(features: features, point: best(features))
    }
    var rules = LearnedStarts.Rules()
    (rules.steps, rules.width) = (250, 16)
    let starts = try await LearnedStarts(examples, in: space(), rules: rules, seed: 1)
    var (error, right) = (0.0, 0)
    for k in 0..<20 {
      let features = Vector([(Double(k) + 0.5) / 20, k % 2 == 0 ? 0.2 : 0.8])
      let (start, wanted) = (try starts.start(for: features), best(features))
      error += abs(start[0] - wanted[0]) / 4 + abs(start[1] - wanted[1])
      if start[2] == wanted[2] { right += 1 }
    }
    // Bins of a tenth and levels of a sixteenth.
    #expect(error / 40 < 0.08, "\(error / 40)")
    #expect(right >= 18)
    // Handed to a search it is what is asked first.
    let problem = try starts.begun(SearchProblem(space()), for: [0.9, 0.1])
    var state = try BayesianOptimization().start(problem, random: RandomStream(seed: 1))
    #expect(BayesianOptimization().ask(&state)?.point == problem.starts.first)
    // What lies outside of the cases that were seen counts as the nearest.
    #expect(try starts.start(for: [7, -3]) == starts.start(for: [1, 0]))
  }

  @Test func examplesThatAreNone() async throws {
    let space = try space()
    for examples in [
      [], [LearnedStarts.Example(features: [], point: [0, 0, 0])], [.init(features: [1], point: [0, 0])],
      [.init(features: [.nan], point: [0, 0, 0])],
    ] as [[LearnedStarts.Example]] {
      await #expect(throws: Unsuitable.self) { _ = try await LearnedStarts(examples, in: space, seed: 1) }
    }
  }
}
