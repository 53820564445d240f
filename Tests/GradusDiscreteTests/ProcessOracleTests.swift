// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusDiscrete
import GradusNative
import GradusNumerics
import Testing

/// The executable that stands for helpers of all kinds.
private enum Fixture {
  static let path: String = {
    // Executables lie beside the test bundle, whose program this is, or two folders above its file on other systems.
    let program = URL(fileURLWithPath: LibrarySearch.standard.executable ?? CommandLine.arguments[0])
    return program.deletingLastPathComponent().appendingPathComponent("HelperFixture").path
  }()
  static let isThere = FileManager.default.isExecutableFile(atPath: path)
  static let reason: Comment = "the executable HelperFixture is not beside the tests"

  static func command(_ kind: String) -> HelperCommand {
    var command = HelperCommand(executable: path, arguments: [kind])
    // What the real helper does must not depend on how busy the machine is; the others are there to try the patience.
    if kind == "serve" { command.grace = (constant: 30, share: 0) }
    return command
  }
}

@Suite(.enabled(if: Fixture.isThere, Fixture.reason), .timeLimit(.minutes(10)))
struct ProcessOracleTests {
  private func solve(
    _ form: StandardForm, _ kind: String, _ question: SolveLinear = SolveLinear(), relay: Relay? = nil,
    interruption: Interruption? = nil
  ) async throws -> LinearAnswer {
    let oracle = ProcessOracle(command: Fixture.command(kind), relay: relay, interruption: interruption)
    try oracle.send(form)
    return try await oracle.solve(question)
  }

  private func limited(_ seconds: Double) -> SolveLinear {
    var question = SolveLinear()
    question.settings.timeLimit = seconds
    return question
  }

  // MARK: The real helper

  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func answersAreThoseOfTheOracleInProcess() async throws {
    let unbounded = SmallPrograms.form(.maximize, costs: [1, 1], rows: [[1, -1]], rowLower: [1], rowUpper: [2])
    let impossible = SmallPrograms.form(
      costs: [1, 1], rows: [[1, 1], [1, 1]], rowLower: [-.infinity, 2], rowUpper: [1, .infinity])
    let highs = try #require(Installed.highs)
    for form in [SmallPrograms.wyndor, SmallPrograms.knapsack(20), unbounded, impossible] {
      let here = try await HighsOracle(form, highs: highs).solve(SolveLinear())
      let there = try await solve(form, "serve")
      #expect(there.status == here.status)
      #expect(there.primal == here.primal)
      #expect(there.objective == here.objective)
      #expect(there.duals == here.duals)
      #expect(there.reducedCosts == here.reducedCosts)
      #expect(there.bound == here.bound)
      #expect(there.basis == here.basis)
      #expect(there.ray == here.ray)
      #expect(there.source == here.source)
    }
  }

  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func oneOracleAnswersManyQuestions() async throws {
    let oracle = ProcessOracle(command: Fixture.command("serve"))
    try oracle.send(SmallPrograms.wyndor)
    let first = try await oracle.solve(SolveLinear())
    var question = SolveLinear()
    question.changes = [BoundChange(column: 0, lower: 3, upper: 4)]
    question.basis = first.basis
    #expect(try await oracle.solve(question).objective.map { abs($0 - 31.5) < 1e-9 } == true)
    question.settings.options = ["mip_rel_gpa": "1"]
    await #expect(throws: SettingError.unknown("mip_rel_gpa", method: "HiGHS", nearest: "mip_rel_gap")) {
      try await oracle.solve(question)
    }
  }

  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func incumbentsArriveWhileItWorksAndAnInterruptionEndsIt() async throws {
    let interruption = Interruption()
    let relay = Relay()
    let heard = Heard()
    relay.listen {
      heard.add($0)
      if $0.point != nil { interruption.raise() }
    }
    let answer = try await solve(SmallPrograms.marketSplit(7), "serve", relay: relay, interruption: interruption)
    #expect(answer.status == .interrupted)
    #expect(answer.failure == nil)
    #expect(answer.primal != nil)
    #expect(heard.all.contains { $0.point != nil })
  }

  @Test(.enabled(if: Installed.highs != nil, Installed.reason))
  func aTimeLimitIsKept() async throws {
    // Without a limit it would take days.
    let answer = try await solve(SmallPrograms.marketSplit(7), "serve", limited(0.5))
    #expect(answer.status == .timeLimit)
    #expect(answer.primal != nil)
  }

  @Test func aMissingLibraryIsNamed() async throws {
    // Searched only where nothing is; where the system itself has HiGHS there is nothing to test.
    guard (try? Highs(LibrarySearch(explicit: ["/"]))) == nil else { return }
    await #expect(throws: MissingComponent.self) { try await solve(SmallPrograms.wyndor, "serve-nowhere") }
  }

  // MARK: Helpers that misbehave

  @Test(arguments: ["crash", "crash-at-once"])
  func aCrashIsAFailedAnswer(kind: String) async throws {
    let answer = try await solve(SmallPrograms.knapsack(2000), kind)
    #expect(answer.status == .failed)
    #expect(answer.failure == "HiGHS ended with signal 11 (segmentation fault)")
    #expect(answer.primal == nil)
  }

  @Test func aCrashKeepsTheBestPointHeard() async throws {
    let form = SmallPrograms.knapsack(5)
    let answer = try await solve(form, "incumbent-crash")
    #expect(answer.status == .failed)
    #expect(answer.primal == Vector.zeros(5))
    #expect(answer.objective == 0)
    #expect(answer.bound == 100 && answer.nodes == 17)
  }

  @Test func aHangIsEndedAfterTheLimitAndItsGrace() async throws {
    let form = SmallPrograms.knapsack(5)
    let began = MonotonicTime.now
    let answer = try await solve(form, "incumbent-hang", limited(0.4))
    let elapsed = MonotonicTime.now - began
    #expect(answer.status == .timeLimit)
    #expect(answer.primal == Vector(repeating: 1, count: 5))
    #expect(answer.failure == "HiGHS did not stop when asked to and was ended")
    // 0.4 s and a grace of 0.2 s + 5 %; it would hang for ever. How late a busy machine notices is not asked.
    #expect(elapsed > 0.6)
  }

  /// The first helper spends most of the limit on an answer that misses the tolerances, the second one hangs.
  @Test func aRepairThatHangsStaysWithinTheLimit() async throws {
    let oracle = ProcessOracle(command: Fixture.command("rough-then-hang"))
    let form = SmallPrograms.wyndor
    try oracle.send(form)
    let run = try Run(MixedIntegerProgram(form), by: HighsSolver(settings: [("time", "3")]), asking: oracle)
    let journal = MemoryJournal()
    try await run.keep(journal)
    let began = MonotonicTime.now
    while try await run.step() {}
    #expect(run.progress.answers == 2)
    #expect(run.report.point == [2, 6.5])
    // The first helper sleeps for 2.5 s. A busy machine may add to that, and leave the second one less.
    #expect(MonotonicTime.now - began > 2.5)
    let asked = try journal.lines().map { try JSONValue(parsing: $0) }.filter { $0["event"]?.text == "asked" }
    let repair = try JSONValue(parsing: Array((asked.last?["content"]?.text ?? "").utf8))
    #expect(asked.count == 2)
    #expect(repair["settings"]?["timeLimit"]?.double ?? 3 <= 0.5)
  }

  @Test func aHelperThatNeverReadsIsEndedToo() async throws {
    let answer = try await solve(SmallPrograms.knapsack(50_000), "deaf", limited(0.3))
    #expect(answer.status == .timeLimit)
  }

  @Test func aFloodOfNewsDoesNotHideTheLimit() async throws {
    let answer = try await solve(SmallPrograms.knapsack(5), "flood", limited(0.3))
    #expect(answer.status == .timeLimit)
    #expect(answer.primal != nil)
  }

  @Test func anInterruptionThatIsNotHeededEndsTheHelper() async throws {
    let interruption = Interruption()
    let relay = Relay()
    relay.listen { _ in interruption.raise() }
    let answer = try await solve(
      SmallPrograms.knapsack(5), "incumbent-hang", relay: relay, interruption: interruption)
    #expect(answer.status == .interrupted)
    #expect(answer.primal != nil)
  }

  @Test func aCancelledTaskEndsTheHelper() async throws {
    let relay = Relay()
    let heard = Heard()
    relay.listen { heard.add($0) }
    let oracle = ProcessOracle(command: Fixture.command("incumbent-hang"), relay: relay)
    try oracle.send(SmallPrograms.knapsack(5))
    let answer = try await withThrowingTaskGroup(of: LinearAnswer.self) { group in
      group.addTask { try await oracle.solve(SolveLinear()) }
      while heard.all.isEmpty { await Task.yield() }
      group.cancelAll()
      return try await group.next()
    }
    #expect(answer?.status == .interrupted)
  }

  @Test func aStatementSurvivesAHangDuringItsProof() async throws {
    let answer = try await solve(SmallPrograms.wyndor, "provisional-hang", limited(0.2))
    #expect(answer.status == .infeasible)
    #expect(answer.ray == nil)
  }

  @Test(arguments: ["garbage", "huge", "wrong-size"])
  func nonsenseIsAFailedAnswer(kind: String) async throws {
    let answer = try await solve(SmallPrograms.wyndor, kind)
    #expect(answer.status == .failed)
    #expect(answer.failure == "the helper sent something unreadable")
  }

  @Test func aHelperThatEndsWithoutAWordIsNamed() async throws {
    let answer = try await solve(SmallPrograms.wyndor, "exit-at-once")
    #expect(answer.failure == "HiGHS ended with exit code 7")
  }

  @Test func aHelperThatCannotBeStartedIsAFailedAnswer() async throws {
    let oracle = ProcessOracle(command: HelperCommand(executable: "/nonexistent/helper", arguments: []))
    try oracle.send(SmallPrograms.wyndor)
    let answer = try await oracle.solve(SolveLinear())
    #expect(answer.status == .failed)
    #expect(answer.failure?.hasPrefix("the helper process /nonexistent/helper cannot be started") == true)
  }

  @Test func aHelperEndsWhenItsMasterGoesAway() async throws {
    let child: ChildProcess
    do {
      let master = try ChildProcess(executable: Fixture.path, arguments: ["serve"])
      child = master
      #expect(master.wait(seconds: 0.1) == nil)
      shutdown(master.channel.descriptor, Int32(SHUT_WR))
    }
    #expect(child.wait(seconds: 20) == .exited(0))
  }
}
