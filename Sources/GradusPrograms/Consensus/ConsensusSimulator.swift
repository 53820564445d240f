// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Draws outputs of programs whose truth is known, to try ways of choosing among them. A double; of real programs it proves nothing.
///
///     a program is right with `right`; a wrong one agrees with the truth on each input with `agreement`, else it gives, with `shared`,
///     the wrong output that others give as well, or one of its own; a test of the advisor is right with `tests`, else it expects that
///     shared wrong output
public struct ConsensusSimulator: Sendable, Hashable, Codable {
  public var right: Double
  public var programs = 10
  public var inputs = 10
  public var agreement = 0.5
  public var shared = 0.3
  public var tests = 0.6

  public init(right: Double) { self.right = right }

  /// How often a right program is chosen where there is one, by consensus, by the advisor's tests and by the largest cluster. Of equal
  /// scores each is chosen as likely as the others.
  public func success(draws: Int, _ random: RandomStream) -> (consensus: Double, selfTests: Double, cluster: Double) {
    var (a, b, c, count) = (0.0, 0.0, 0.0, 0.0)
    for k in 0..<draws {
      var stream = random.child("draw", k)
      let isRight = (0..<programs).map { _ in stream.uniform() < right }
      guard isRight.contains(true) else { continue }
      // 0 is the truth, 1 the wrong output that is shared, others are one program's own.
      let outputs = isRight.enumerated().map { program, isRight in
        (0..<inputs).map { _ -> MiniValue? in
          if isRight || stream.uniform() < agreement { return .int(0) }
          return .int(stream.uniform() < shared ? 1 : 2 + program)
        }
      }
      let expected = (0..<inputs).map { _ in MiniValue.int(stream.uniform() < tests ? 0 : 1) }
      func share(_ scores: [Double]) -> Double {
        let top = scores.max() ?? 0
        let best = scores.indices.filter { scores[$0] == top }
        return Double(best.count { isRight[$0] }) / Double(best.count)
      }
      a += share(FunctionalConsensus.scores(outputs))
      b += share(FunctionalConsensus.selfTests(outputs, expected: expected))
      c += share(FunctionalConsensus.clusterSizes(outputs))
      count += 1
    }
    return count == 0 ? (0, 0, 0) : (a / count, b / count, c / count)
  }
}
