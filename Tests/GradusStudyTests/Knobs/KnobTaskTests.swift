// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Testing

import GradusStudy

/// How runs are measured, and what a trial is worth.
@Suite struct KnobTaskTests {
  private static func run(
    _ status: Status = .stationary, _ answers: Int = 10, value: Double? = 1, checked: Bool = true
  ) -> KnobRun {
    var run = KnobRun(status)
    (run.answers, run.value, run.isChecked, run.seconds) = (answers, value, checked, Double(answers) / 100)
    return run
  }

  private static func task(_ standard: [[KnobRun]], _ measure: KnobMeasure = .answers) -> KnobTask {
    var task = KnobTask(
      method: "m", files: standard.indices.map { "f\($0)" }, seeds: standard[0].indices.map { UInt64($0) },
      kinds: ["NLP"], cutoff: 60)
    task.yardsticks = standard.map { KnobYardstick($0, measure) }
    task.failures = zip(task.yardsticks, standard).reduce(0) { sum, pair in
      sum + pair.1.count { !pair.0.isSolved($0) }
    }
    return task
  }

  @Test func theDefaultIsOneAndHalfIsHalf() {
    let standard = [
      [Self.run(.stationary, 10), Self.run(.stationary, 10)], [Self.run(.optimal, 1000), Self.run(.optimal, 1000)],
    ]
    let task = Self.task(standard)
    #expect(abs(task.score(standard).score - 1) < 1e-12)
    let half = standard.map { $0.map { Self.run($0.status, $0.answers / 2) } }
    #expect(abs(task.score(half).score - 0.5) < 1e-12)
    #expect(task.yardsticks[0].limit == 100 && task.yardsticks[1].limit == 10_000)
  }

  /// A point at which a limit ended the run.
  private static var cut: KnobRun {
    var cut = run(.stationary, 1)
    cut.isCut = true
    return cut
  }

  private static let wrong: [KnobRun] = [
    run(.feasible, 1), run(.limit, 1), run(.failed, 1), run(.locallyInfeasible, 1), run(.infeasibleOrUnbounded, 1),
    // Another statement, a worse point, no value.
    cut, run(.infeasible, 1), run(.unbounded, 1), run(.stationary, 1, value: 1.001), run(.stationary, 1, value: nil),
  ]

  /// Whatever it saves: an answer that is not confirmed, says something else or is worse has failed, and settings that fail
  /// more often than the default lose against it.
  @Test(arguments: wrong.indices) func noWrongAnswerWins(_ number: Int) {
    let standard = (0..<40).map { _ in [Self.run(.stationary, 1000)] }
    let task = Self.task(standard)
    var runs = (0..<40).map { _ in [Self.run(.stationary, 1)] }
    #expect(task.score(runs).score < 0.01)
    runs[17][0] = Self.wrong[number]
    #expect(task.yardsticks[17].cost(runs[17][0]) == 100)
    let (score, failed) = task.score(runs)
    #expect(score > 1 && failed == 1)
  }

  @Test func asOftenAsTheDefault() {
    var standard = (0..<10).map { _ in [Self.run(.stationary, 100)] }
    standard[3] = [Self.run(.limit, 5000)]
    let task = Self.task(standard)
    #expect(task.failures == 1 && task.yardsticks[3].limit == 5000 && task.yardsticks[3].reference == 500)
    let base = task.score(standard)
    #expect(base.failed == 1)
    var faster = standard.map { $0.map { Self.run($0.status, $0.answers / 2) } }
    #expect(task.score(faster).score < base.score)
    faster[3] = [Self.run(.optimal, 400)]
    #expect(task.score(faster).failed == 0 && task.score(faster).score < 0.6)
  }

  @Test func valuesAndGaps() {
    let values = Self.task([[Self.run(.limit, 50, value: 200), Self.run(.limit, 50, value: 100)]], .value)
    #expect(values.yardsticks[0].reference == 150 && values.yardsticks[0].limit == 50)
    #expect(abs(values.score([[Self.run(.limit, 1, value: 75), Self.run(.limit, 1, value: 75)]]).score + 0.5) < 1e-12)
    #expect(
      values.score([[Self.run(.limit, 1, value: -1e9, checked: false), Self.run(.limit, 1, value: 75)]]).score > 1)
    // Below what the check tells apart there is no difference.
    let same = values.yardsticks[0].cost(Self.run(.limit, 1, value: 150 * (1 - 1e-9)))
    #expect(same == 0)
    var (open, closed) = (Self.run(.feasible), Self.run(.feasible))
    (open.gap, closed.gap) = (0.1, 0)
    let gaps = Self.task([[open, open]], .gap)
    #expect(abs(gaps.score([[closed, closed]]).score - 1e-5) < 1e-12)
    #expect(abs(gaps.yardsticks[0].cost(Self.run(.feasible)) - 100) < 1e-9)
  }

  @Test func whatRunsAreMeasuredBy() {
    var counting = Self.run()
    counting.operations = 5
    let cases: [(runs: [KnobRun], measure: KnobMeasure)] = [
      ([counting, counting], .operations), ([counting, Self.run()], .answers), ([Self.run(.optimal, 1)], .seconds),
      ([Self.run(.limit), Self.run(.feasible)], .value), ([Self.run(.limit), Self.run(.optimal)], .answers),
      ([Self.run(.limit, value: nil)], .answers),
    ]
    for (runs, measure) in cases { #expect(KnobMeasure.suiting(runs).measure == measure) }
  }

  @Test func commandsKeepTheTask() throws {
    var task = Self.task([[Self.run(), Self.run(.limit)], [Self.run(.infeasible), Self.run(.unbounded)]])
    task.files = ["/a {x}.nl", "problem:rosenbrock,n=20 {{trial}}"]
    (task.fixed, task.answers, task.reason, task.usesSeed) = (["a=b"], 7, "\"it\"", false)
    task.asked = ["on": ["}}", ["a": ["b": 1]]]]
    let command = task.command(["gradus", "tune-trial"])
    #expect(KnobTask(command: command) == task)
    // What starts is the plain task: nothing in it is taken for a parameter.
    let words = try CommandTemplate(command, parameters: ["x"]).words(["x": "1", "trial": "2"])
    #expect(try KnobTask(json: JSONValue(parsing: words[2])) == task)
    #expect(KnobTask(command: ["sh", "-c", "echo {x}"]) == nil && KnobTask(command: []) == nil)
    let run = Self.run(.optimal, 3)
    #expect(try KnobRun(json: JSONValue(parsing: run.json.description)) == run)
  }
}
