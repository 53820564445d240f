// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Synchronization
import Testing

@Suite struct HighsSolverTests {
  /// Answers from a list, and remembers what was asked.
  private final class Scripted: LinearProgramOracle {
    private let state: Mutex<(answers: [LinearAnswer], asked: [SolveLinear])>
    init(_ answers: [LinearAnswer]) { state = Mutex((answers, [])) }
    var asked: [SolveLinear] { state.withLock { $0.asked } }
    func solve(_ question: SolveLinear) async throws -> LinearAnswer {
      state.withLock {
        $0.asked.append(question)
        return $0.answers.removeFirst()
      }
    }
  }

  private func answer(_ status: LinearStatus, _ point: Vector? = nil) -> LinearAnswer {
    var answer = LinearAnswer(status: status, source: "Stub 1")
    answer.primal = point
    return answer
  }

  private func run(
    _ form: StandardForm, _ method: HighsSolver = HighsSolver(), asking oracle: any LinearProgramOracle
  ) async throws -> Report<Vector> {
    let run = try Run(MixedIntegerProgram(form), by: method, asking: oracle)
    while try await run.step() {}
    return run.report
  }

  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func oneQuestionSolvesALinearProgram() async throws {
    let form = SmallPrograms.wyndor
    let oracle = try HighsOracle(form, highs: #require(Installed.highs))
    let run = try Run(MixedIntegerProgram(form), by: HighsSolver(), asking: oracle)
    while try await run.step() {}
    #expect(run.progress.answers == 1)
    #expect(run.report.claim == .optimal)
    #expect(run.report.value.map { abs($0 - 36) < 1e-9 } == true)
    #expect(run.report.multipliers?.count == 3 && run.report.reducedCosts?.count == 2)
    #expect(run.report.boundSource?.hasPrefix("HiGHS ") == true)
    #expect(run.report.basis != nil)
  }

  @Test func anAnswerWithinToleranceIsNotQuestioned() async throws {
    var exact = answer(.optimal, [2, 6])
    exact.duals = [0, 1.5, 1]
    exact.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    let oracle = Scripted([exact])
    #expect(try await run(SmallPrograms.wyndor, asking: oracle).point == [2, 6])
    #expect(oracle.asked.count == 1)
  }

  @Test func alinearAnswerOutsideToleranceIsSolvedAgainFromItsBasis() async throws {
    var rough = answer(.optimal, [2, 6.001])
    rough.duals = [0, 1.5, 1]
    rough.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    var exact = rough
    exact.primal = [2, 6]
    let oracle = Scripted([rough, exact])
    #expect(try await run(SmallPrograms.wyndor, asking: oracle).point == [2, 6])
    #expect(oracle.asked.last?.basis == rough.basis)
    #expect(oracle.asked.last?.settings.options["presolve"] == "off")
  }

  @Test(arguments: [(seconds: 4.0, left: 6.0), (10, nil), (11, nil)])
  func theRepairHasWhatIsLeftOfTheTimeLimit(seconds: Double, left: Double?) async throws {
    var rough = answer(.optimal, [2, 6.001])
    rough.duals = [0, 1.5, 1]
    rough.seconds = seconds
    let oracle = Scripted([rough, rough])
    let report = try await run(SmallPrograms.wyndor, HighsSolver(settings: [("time", "10")]), asking: oracle)
    #expect(report.point == [2, 6.001])
    #expect(oracle.asked.map(\.settings.timeLimit) == [10] + (left.map { [$0] } ?? []))
  }

  @Test func multipliersOfTheWrongSignAreNoticed() async throws {
    var wrong = answer(.optimal, [2, 6])
    wrong.duals = [-1, 1.5, 1]
    wrong.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    var exact = wrong
    exact.duals = [0, 1.5, 1]
    let oracle = Scripted([wrong, exact])
    #expect(try await run(SmallPrograms.wyndor, asking: oracle).multipliers == [0, 1.5, 1])
    #expect(oracle.asked.count == 2)
  }

  /// x integer with x ≤ 3.4 y, y ≤ 1: a point that is whole only within HiGHS's tolerance is rounded and completed.
  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func anAlmostIntegerPointIsRoundedAndCompleted() async throws {
    let form = SmallPrograms.form(
      .maximize, costs: [1, 0], rows: [[1, -3.4]], rowLower: [-.infinity], rowUpper: [0], upper: [10, 1],
      kinds: [.integer, .continuous])
    let rough = answer(.optimal, [3.0001, 0.9])
    let real = try HighsOracle(form, highs: #require(Installed.highs))
    var method = HighsSolver()
    var state = try method.start(MixedIntegerProgram(form), random: RandomStream(seed: 0))
    method.tell(&state, rough, to: try #require(method.ask(&state)))
    let second = try #require(method.ask(&state))
    #expect(second.relaxed && second.changes == [BoundChange(column: 0, lower: 3, upper: 3)])
    method.tell(&state, try await real.solve(second), to: second)
    #expect(method.ask(&state) == nil)
    let report = method.report(state)
    #expect(report.point[0] == 3 && report.value == 3)
    method.repair = false
    var unrepaired = try method.start(MixedIntegerProgram(form), random: RandomStream(seed: 0))
    method.tell(&unrepaired, rough, to: try #require(method.ask(&unrepaired)))
    #expect(method.ask(&unrepaired) == nil)
  }

  @Test(arguments: [
    (LinearStatus.timeLimit, StopReason.Kind.time), (.nodeLimit, .nodes), (.iterationLimit, .iterations),
    (.memoryLimit, .memory), (.interrupted, .interrupt), (.failed, .failure),
  ])
  func limitsAreNamed(status: LinearStatus, kind: StopReason.Kind) async throws {
    let report = try await run(SmallPrograms.wyndor, asking: Scripted([answer(status)]))
    #expect(report.limit?.kind == kind)
    #expect(report.claim == (status == .failed ? .failed : nil))
    #expect(report.value == nil && report.point == [0, 0])
  }

  @Test func settingsReachTheQuestion() async throws {
    let method = try HighsSolver(settings: [
      ("solver", "ipm"), ("presolve", "off"), ("gap", "0.5"), ("time", "3"), ("threads", "2"),
      ("options", "mip_heuristic_effort=0.1,simplex_strategy=4"),
    ])
    let oracle = Scripted([answer(.infeasible)])
    _ = try await run(SmallPrograms.wyndor, method, asking: oracle)
    let settings = try #require(oracle.asked.first?.settings)
    #expect(settings.gapRelative == 0.5 && settings.timeLimit == 3 && settings.threads == 2)
    #expect(
      settings.options == [
        "solver": "ipm", "presolve": "off", "mip_heuristic_effort": "0.1", "simplex_strategy": "4",
      ])
    #expect(throws: SettingError.self) {
      try HighsSolver(settings: [("options", "nonsense")]).start(
        MixedIntegerProgram(SmallPrograms.wyndor), random: RandomStream(seed: 0))
    }
  }

  @Test func aStateIsSavedAndRestored() async throws {
    let problem = try MixedIntegerProgram(SmallPrograms.wyndor)
    let run = try Run(problem, by: HighsSolver(), asking: Scripted([answer(.optimal, [2, 6])]))
    while try await run.step() {}
    let resumed = try Run<HighsSolver>(resuming: run.checkpoint(), of: problem, asking: Scripted([]))
    #expect(resumed.report.point == [2, 6])
    #expect(try await resumed.step() == false)
  }
}
