// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

/// What is told about settings that were found, on runs that the tuning has not seen.
@Suite struct KnobComparisonTests {
  /// Answers that a made-up method needs: `factor` times a lognormal number.
  private static func runs(_ factor: Double, _ shape: (problems: Int, seeds: Int), _ random: inout RandomStream)
    -> [[KnobRun]]
  {
    (0..<shape.problems).map { problem in
      (0..<shape.seeds).map { _ in
        var run = KnobRun(.stationary)
        run.value = 0
        run.answers = Int(factor * 1000 * Double(problem + 1) * VectorMath.exp(0.5 * random.normal()))
        return run
      }
    }
  }

  private static func compared(_ found: [[KnobRun]], _ standard: [[KnobRun]]) -> KnobComparison {
    let yardsticks = standard.map { KnobYardstick($0, .answers) }
    return KnobComparison(found: found, standard: standard, yardsticks, random: RandomStream(seed: 9))
  }

  /// Sixty settings that change nothing, three problems, five seeds: the best of them looks good where it was tuned, by luck.
  /// The test does not fall for it.
  @Test func luckIsNoImprovement() {
    var verdicts: [KnobComparison.Verdict: Int] = [:]
    for study in 0..<40 {
      var random = RandomStream(seed: UInt64(study)).child("noise")
      let standard = Self.runs(1, (3, 5), &random)
      var task = KnobTask(method: "m", files: ["a", "b", "c"], seeds: [0, 2, 4, 6, 8], kinds: [], cutoff: 60)
      task.yardsticks = standard.map { KnobYardstick($0, .answers) }
      let best = (0..<60).map { _ in task.score(Self.runs(1, (3, 5), &random)).score }.min() ?? 1
      #expect(best < 0.95, "study \(study): by luck the best of sixty looks better, \(best)")
      let found = Self.compared(Self.runs(1, (3, 10), &random), Self.runs(1, (3, 10), &random))
      verdicts[found.verdict, default: 0] += 1
    }
    #expect(verdicts[.noDifference, default: 0] >= 34, "\(verdicts)")
  }

  @Test func anImprovementIsShownAndSoIsItsOpposite() {
    for study in 0..<20 {
      var random = RandomStream(seed: UInt64(study)).child("effect")
      let (standard, faster) = (Self.runs(1, (3, 10), &random), Self.runs(0.5, (3, 10), &random))
      let better = Self.compared(faster, standard)
      #expect(better.verdict == .better && better.lower < 0.5 * 1.3 && better.upper < 1 && better.pairs == 30)
      #expect(better.lower <= better.effect && better.effect <= better.upper)
      #expect(Self.compared(standard, faster).verdict == .worse)
    }
  }

  @Test func fewPairsShowNothing() {
    var random = RandomStream(seed: 1)
    let (standard, faster) = (Self.runs(1, (4, 1), &random), Self.runs(0.01, (4, 1), &random))
    #expect(Self.compared(faster, standard).verdict == .noDifference)
    let (five, fast) = (Self.runs(1, (5, 1), &random), Self.runs(0.01, (5, 1), &random))
    #expect(Self.compared(fast, five).verdict == .better)
  }

  @Test func fewerAnswersAreNeverBetter() {
    var random = RandomStream(seed: 2)
    let standard = Self.runs(1, (10, 10), &random)
    var faster = Self.runs(0.01, (10, 10), &random)
    #expect(Self.compared(faster, standard).verdict == .better)
    faster[4][4].status = .limit
    let found = Self.compared(faster, standard)
    #expect(found.verdict == .noDifference && found.solved == 99 && found.solvedByDefault == 100)
  }

  @Test func equalRunsAreEqual() {
    var random = RandomStream(seed: 3)
    let standard = Self.runs(1, (3, 10), &random)
    let found = Self.compared(standard, standard)
    #expect(found.verdict == .noDifference && found.effect == 1 && found.typical == found.typicalOfDefault)
  }
}
