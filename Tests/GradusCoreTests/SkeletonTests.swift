// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import Testing

/// One loop carries everything: each kind of question through the same `Run`, journaled, killed and resumed to the bit.
/// (A linear program as a question to HiGHS stands in the tests of the discrete family.)
@Suite("The walking skeleton") struct SkeletonTests {
  func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(name)-\(UUID().uuidString)").path
  }

  func bits<M: OptimizationMethod>(_ run: Run<M>) throws -> [[UInt8]] { try run.checkpoint().stateBits() }

  @Test func asynchronousBlackBoxOutOfOrder() throws {
    let problem = BoxConstrained(Box(lower: [-2, -2], upper: [2, 2]))
    let outcomes = TwoParabolas()
    let journal = temporary("journal")
    let saved = temporary("checkpoint")
    defer { for path in [journal, saved, journal + ".lock"] { unlink(path) } }

    /// Asks up to four ahead and answers in a shuffled order that is part of the experiment.
    func drive(_ run: Run<FrontSampler>, _ shuffle: inout RandomStream, until answers: Int) throws {
      while run.progress.answers < answers {
        while run.outstanding.count < 4, try run.ask() != nil {}
        let ticket = run.outstanding[shuffle.integer(below: run.outstanding.count)]
        try run.tell(ticket.number, answer: outcomes.outcomes(at: ticket.question.point))
      }
    }

    var order = RandomStream(seed: 2)
    let whole = try Run(problem, by: FrontSampler(), seed: 5)
    try drive(whole, &order, until: 60)

    order = RandomStream(seed: 2)
    var killed: Run<FrontSampler>? = try Run(problem, by: FrontSampler(), seed: 5)
    try drive(try #require(killed), &order, until: 23)
    try killed?.save(to: saved)
    killed = nil
    let resumed = try Run<FrontSampler>(
      resuming: Checkpoint(contentsOf: saved), of: problem, asking: nil)
    #expect(resumed.outstanding.count == 3)
    #expect(throws: UnknownTicket.self) { try resumed.tell(999, answer: Outcomes(objectives: [0, 0])) }
    try drive(resumed, &order, until: 60)
    #expect(try bits(resumed) == bits(whole))
  }

  @Test func stochasticGradientWithoutACopy() async throws {
    let count = 25_000_000
    let problem = PlainSGD.Problem(count: count)
    let journal = temporary("journal")
    let saved = temporary("checkpoint")
    defer { for path in [journal, saved, journal + ".lock"] { unlink(path) } }

    let whole = try Run(problem, by: PlainSGD(), asking: NoisyQuadratic(), seed: 1)
    var addresses: Set<UInt> = []
    for _ in 0..<5 {
      _ = try await whole.step()
      addresses.insert(whole.state.parameters.elements.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
    }
    #expect(addresses.count == 1, "telling moved the parameter buffer")

    // Saved after two steps, killed after four: the last two come back from the journal's digests and the oracle.
    var killed: Run<PlainSGD>? = try Run(problem, by: PlainSGD(), asking: NoisyQuadratic(), seed: 1)
    try await killed?.keep(FileJournal(journal), detail: .digests)
    for step in 0..<4 {
      _ = try await killed?.step()
      if step == 1 { try killed?.save(to: saved) }
    }
    killed = nil
    let resumed = try Run<PlainSGD>(
      resuming: Checkpoint(contentsOf: saved), of: problem, asking: NoisyQuadratic())
    try await resumed.keep(FileJournal(journal), detail: .digests)
    #expect(resumed.progress.answers == 4)
    _ = try await resumed.step()
    let same = resumed.state.parameters == whole.state.parameters
    #expect(same && resumed.state.steps == 5)
  }

  @Test func rankOnly() async throws {
    let problem = Unconstrained(start: [3, -4, 5])
    try await journaledRunResumes(problem, RankClimber(), QuadraticPreference(), answers: 80) { run in
      #expect(run.report.value == nil)
      #expect(run.report.point.norm < 1)
    }
  }

  @Test func twoObjectives() async throws {
    let problem = BoxConstrained(Box(lower: [-2, -2], upper: [2, 2]))
    try await journaledRunResumes(problem, FrontSampler(), TwoParabolas(), answers: 80) { run in
      let front = run.report.front.map(\.outcomes)
      #expect(front.count > 3)
      #expect(!front.contains { a in front.contains { a.dominates($0) } })
    }
  }

  @Test func languageTurnsUnderACostBudget() async throws {
    let problem = TextTask(start: "x")
    let oracle = LanguageOracle(advisor: ScriptedModel()) { parameters in
      let text = parameters["text"] ?? ""
      return Execution(score: Double(text.count { $0 == "a" }), feedback: "more a")
    }
    let solution = try await Run(problem, by: Rewriter(), asking: oracle, seed: 3).finish(until: .cost(12.5))
    #expect(solution.stopped.kind == .cost)
    #expect(solution.progress.cost == 12)
    try await journaledRunResumes(problem, Rewriter(), oracle, answers: 24) { run in
      #expect(run.report.point.contains("a"))
    }
  }

  /// Runs to the end; again, killed half way with only the journal left; and again from a checkpoint and the journal.
  func journaledRunResumes<M: OptimizationMethod>(
    _ problem: M.Problem, _ method: M, _ oracle: M.Question.Oracle, answers: Int,
    check: (Run<M>) throws -> Void
  ) async throws {
    let journal = temporary("journal")
    let saved = temporary("checkpoint")
    defer { for path in [journal, saved, journal + ".lock"] { unlink(path) } }
    let whole = try Run(problem, by: method, asking: oracle, seed: 9)
    for _ in 0..<answers { _ = try await whole.step() }
    try check(whole)

    var killed: Run<M>? = try Run(problem, by: method, asking: oracle, seed: 9)
    try await killed?.keep(FileJournal(journal))
    for step in 0..<answers / 2 {
      _ = try await killed?.step()
      if step == answers / 4 { try killed?.save(to: saved) }
    }
    killed = nil
    // A line cut short by the kill must not matter.
    let handle = try #require(FileHandle(forWritingAtPath: journal))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"event":"asked","tick"#.utf8))
    try handle.close()

    let fromJournal = try Run(problem, by: method, asking: oracle, seed: 9)
    do {
      try await fromJournal.keep(FileJournal(journal))
      #expect(fromJournal.progress.answers == answers / 2)
    }
    for _ in answers / 2..<answers * 3 / 4 { _ = try await fromJournal.step() }
    fromJournal.stopKeeping()

    let fromCheckpoint = try Run<M>(resuming: Checkpoint(contentsOf: saved), of: problem, asking: oracle)
    try await fromCheckpoint.keep(FileJournal(journal))
    #expect(fromCheckpoint.progress.answers == answers * 3 / 4)
    while fromCheckpoint.progress.answers < answers { _ = try await fromCheckpoint.step() }
    #expect(try bits(fromCheckpoint) == bits(whole))
  }
}
