// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct EfficiencyTests {
  /// The mean of the best over all subsets of k.
  @Test(arguments: [(5, 1), (6, 2), (7, 4), (8, 8)]) func effAtKIsTheMeanOverSubsets(n: Int, k: Int) {
    var stream = RandomStream(seed: UInt64(n))
    let scores = (0..<n).map { _ in stream.uniform() < 0.4 ? 0 : stream.uniform() }
    let proxy = (0..<n).map { _ in Double(stream.integer(below: 1000)) }
    var (best, chosen, count) = (0.0, 0.0, 0.0)
    for subset in 0..<1 << n where subset.nonzeroBitCount == k {
      let members = (0..<n).filter { subset >> $0 & 1 == 1 }
      best += members.map { scores[$0] }.max() ?? 0
      chosen += members.max { proxy[$0] < proxy[$1] }.map { scores[$0] } ?? 0
      count += 1
    }
    #expect(abs(EffAtK.value(scores, k: k) - best / count) < 1e-12)
    #expect(abs(EffAtK.value(scores, by: proxy, k: k) - chosen / count) < 1e-12)
    #expect(abs(EffAtK.weights(n, k).reduce(0, +) - 1) < 1e-12)
  }

  @Test func knownValues() {
    #expect(abs(EffAtK.value([0.1, 0.5, 0.3], k: 1) - 0.3) < 1e-15)
    #expect(EffAtK.value([0.1, 0.5, 0.3], k: 3) == 0.5)
    #expect(PassAtK.value(samples: 5, passed: 0, k: 3) == 0 && PassAtK.value(samples: 5, passed: 3, k: 3) == 1)
    // 1 − C(3, 2)/C(5, 2)
    #expect(abs(PassAtK.value(samples: 5, passed: 2, k: 2) - 0.7) < 1e-15)
    let passed = (0..<200).map { $0 < 13 ? 1.0 : 0 }
    for k in [1, 10, 100] {
      #expect(abs(EffAtK.value(passed, k: k) - PassAtK.value(samples: 200, passed: 13, k: k)) < 1e-12)
    }
    #expect(EffAtK.weights(100_000, 50_000).allSatisfy { $0.isFinite })
    // Means of pairs of 1, 2, 9: 1 1.5 5 2 5.5 9.
    #expect(HodgesLehmann.of([9, 1, 2]) == 3.5 && HodgesLehmann.of([4]) == 4)
  }

  static let best = "fn f(xs: [Int]) -> [Int] { return sums(xs) }"
  private static let reference = """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      let s = 0
      for x in xs {
        s = s + x
        push(ys, s)
      }
      return ys
    }
    """
  private static let slower = """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      let s = 0
      for i in 0..<len(xs) {
        s = s + xs[i] + 0
        push(ys, s)
      }
      return ys
    }
    """
  private static let quadratic = """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      for i in 0..<len(xs) { push(ys, sum(take(xs, i + 1))) }
      return ys
    }
    """

  private static func task() throws -> EfficiencyTask {
    var stream = RandomStream(seed: 2)
    let inputs = [4, 16, 64, 256].map { n in
      (0..<4).map { _ in [MiniValue.ints((0..<n).map { _ in stream.integer(below: 50) })] }
    }
    return try EfficiencyTask("f", reference: MiniCode(parsing: reference), inputs: inputs)
  }

  @Test func implementationsAreRanked() throws {
    let task = try Self.task()
    // A list of n: n + 1 elements of its literal and setting, two for each turn's sum, one for the push, one for the turn.
    #expect(
      task.levels.map(\.referenceSteps) == [4, 16, 64, 256].map { 5 + 4 * $0 } && task.limit == 2 * (5 + 4 * 256))
    let scores = [Self.best, Self.reference, Self.slower, Self.quadratic].map { task.score($0) }
    let areRight = scores.map(\.isRight)
    #expect(areRight == [true, true, true, true])
    #expect(scores[1].efficiency == 1 && scores[0].efficiency > 1)
    #expect(scores[2].efficiency < 1 && scores[2].efficiency > scores[3].efficiency && scores[3].efficiency > 0)
    for wrong in ["fn f(xs: [Int]) -> [Int] { return xs }", "fn f(xs: [Int]) -> [Int] { return [1 / 0] }", "fn f("] {
      let score = task.score(wrong)
      #expect(score.efficiency == 0 && !score.isRight)
    }
    // Too slow already where it is easy: nothing counts. Too slow at the end: what came before does.
    let endless = task.score("fn f(xs: [Int]) -> [Int] { while true { } return xs }")
    #expect(endless.efficiency == 0 && !endless.isRight)
    let late = "fn f(xs: [Int]) -> [Int] { while len(xs) > 100 { } return sums(xs) }"
    let found = task.score(late).efficiency
    let first = [1, 2].map {
      Double(task.limit - 2 - [4, 16, 64][$0] - 2) / Double(task.limit - task.levels[$0].referenceSteps)
    }
    #expect(abs(found - (3 * first[0] + 3 * first[1]) / 10) < 0.01)
  }

  @Test func aReferenceThatFailsIsRefused() throws {
    let code = try MiniCode(parsing: "fn f(xs: [Int]) -> [Int] { return [xs[0]] }")
    #expect(throws: MiniError.self) { try EfficiencyTask("f", reference: code, inputs: [[[.ints([])]]], hardness: [1]) }
  }
}
