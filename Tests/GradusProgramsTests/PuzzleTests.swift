// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct PuzzleTests {
  /// Every puzzle is a program whose known answer solves it, and whose name and verifier no other has.
  @Test(arguments: 1...5) func everyPuzzleHasAnAnswer(seed: UInt64) throws {
    let puzzles = try PuzzleFamily.collection(RandomStream(seed: seed))
    #expect(puzzles.count == 60 && Set(puzzles.map(\.name)).count == 60)
    for puzzle in puzzles {
      let reference = try #require(puzzle.reference)
      let checker = try PuzzleChecker(puzzle)
      let isSolved = checker.isSolved(by: reference)
      #expect(isSolved, "\(puzzle.name): \(reference)")
      #expect(try checker.value(of: "\(reference)") == reference)
      #expect(puzzle.fingerprint != puzzles[0].fingerprint || puzzle == puzzles[0])
      #expect(try JSONDecoder().decode(Puzzle.self, from: JSONEncoder().encode(puzzle)) == puzzle)
    }
    let other = try PuzzleFamily.collection(RandomStream(seed: seed + 100))
    #expect(zip(puzzles, other).count { $0.program != $1.program } > 40)
  }

  @Test func answersInWordsAreRead() throws {
    let puzzle = try Puzzle("p", family: .arithmetic, level: 1, "fn sat(x: Int) -> Bool { return x == 12 }")
    let checker = try PuzzleChecker(puzzle)
    for answer in [
      "12", " x = 3 * 4", "```\n12\n```", "I think\n```mini\nlen(repeat(\"ab\", 6))\n```\nis right", "return 12",
      "fn h(n: Int) -> Int { return 2 * n }\nfn g() -> Int { return h(6) }",
    ] { #expect(try checker.value(of: answer) == .int(12), "\(answer)") }
    for answer in [
      "", "twelve", "1 / 0", "12.0", "fn g() -> Int { while true { } return 1 }", String(repeating: "(", count: 9999),
    ] {
      #expect(throws: MiniError.self, "\(answer)") { try checker.value(of: answer) }
    }
    for text in [
      "fn sat(x: Int) -> Int { return x }", "fn sat() -> Bool { return true }", "fn f(x: Int) -> Bool { return true }",
      "?",
    ] {
      #expect(throws: MiniError.self) { try Puzzle("q", family: .digits, level: 1, text) }
    }
  }

  private static func solved(_ method: PuzzleEnumeration, _ set: PuzzleSet) async throws -> Solution<
    [String: MiniValue]
  > {
    let run = try Run(set, by: method, asking: PuzzleOracle(set), seed: 1)
    return try await run.finish(until: .answers(1_000_000))
  }

  @Test func enumerationSolvesAndIsJudged() async throws {
    let puzzles = try PuzzleFamily.collection(RandomStream(seed: 1), levels: 1...3)
    let set = PuzzleSet(puzzles)
    var method = PuzzleEnumeration()
    method.tries = 1500
    let uniform = try await Self.solved(method, set)
    method.rounds = 3
    let taught = try await Self.solved(method, set)
    for solution in [uniform, taught] {
      #expect(solution.report.point.count >= 6)
      #expect(set.verified(solution.report.point) == solution.report.point.count)
      #expect(
        solution.verdict.certificate.pointChecked && solution.verdict.objective == -Double(solution.report.point.count))
    }
    // A wrong answer is found out.
    var report = uniform.report
    report.point["digits 3"] = .int(-1)
    let verdict = try await set.judge(report, asking: Inquiry(asking: nil), tolerances: Tolerances())
    #expect(verdict.outcome == .unproved && !verdict.certificate.pointChecked)
  }

  /// What was learned of some puzzles solves more of others with as many programs.
  @Test func lessonsHelpWithOtherPuzzles() async throws {
    var method = PuzzleEnumeration()
    method.tries = 3000
    let train = PuzzleSet(try PuzzleFamily.collection(RandomStream(seed: 101)))
    let first = try Run(train, by: method, asking: PuzzleOracle(train), seed: 1)
    while try await first.step() {}
    let lessons = first.state.lessons
    let answers = first.state.answers.count
    #expect(lessons.count == answers && answers > 25)
    let set = PuzzleSet(try PuzzleFamily.collection(RandomStream(seed: 1)))
    method.tries = 800
    let uniform = try await Self.solved(method, set)
    method.lessons = lessons
    let taught = try await Self.solved(method, set)
    #expect(taught.report.point.count >= uniform.report.point.count + 5)
  }

  /// Stopped anywhere and resumed: the same answers from the same questions.
  @Test func resumptionIsExact() async throws {
    let set = PuzzleSet(try PuzzleFamily.collection(RandomStream(seed: 2), levels: 1...2))
    let oracle = try PuzzleOracle(set, advisor: SimulatedSolver(set.puzzles, success: 0.3))
    var method = PuzzleEnumeration()
    (method.tries, method.rounds, method.batch) = (600, 2, 16)
    try await Self.check(method, set, oracle)
    var guessing = PuzzleGuessing()
    (guessing.tries, guessing.batch) = (100, 16)
    try await Self.check(guessing, set, oracle)
    var advice = PuzzleAdvice()
    advice.samples = 4
    try await Self.check(advice, set, oracle)
  }

  private static func check<M: OptimizationMethod>(_ method: M, _ set: PuzzleSet, _ oracle: PuzzleOracle) async throws
  where M.Problem == PuzzleSet, M.Point == [String: MiniValue], M.Question == PuzzleTurn {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var state = try method.start(set, random: RandomStream(seed: 3))
    var other = state
    for k in 0..<200 {
      let question = method.ask(&state)
      if k % 7 == 0 { other = try JSONDecoder().decode(M.State.self, from: encoder.encode(other)) }
      let same = method.ask(&other)
      #expect(try encoder.encode(question) == encoder.encode(same))
      guard let question, let same else { break }
      // Asked twice, it asks the same.
      #expect(try encoder.encode(method.ask(&state)) == encoder.encode(question))
      let answer = try await question.put(to: oracle)
      method.tell(&state, answer, to: question)
      method.tell(&other, answer, to: same)
      #expect(try encoder.encode(state) == encoder.encode(other))
    }
    #expect(!method.report(state).point.isEmpty)
  }

  /// With success p a puzzle is solved by n answers with 1 − (1 − p)ⁿ, and pass@k is unbiased for 1 − (1 − p)ᵏ.
  @Test func adviceDoesAsPredicted() async throws {
    let set = PuzzleSet(try PuzzleFamily.collection(RandomStream(seed: 4)))
    let oracle = try PuzzleOracle(set, advisor: SimulatedSolver(set.puzzles, success: 0.2, garbage: 0.5))
    var method = PuzzleAdvice()
    (method.samples, method.stops) = (10, false)
    let run = try Run(set, by: method, asking: oracle, seed: 2)
    while try await run.step() {}
    let state = run.state
    #expect(state.counts.allSatisfy { $0.asked == 10 })
    // A wrong answer of the right type may solve an easy puzzle by chance: the bound above is wider.
    let one = state.passAtK(1)
    let ten = state.passAtK(10)
    #expect(one > 0.2 - 0.06 && one < 0.2 + 0.1, "\(one)")
    #expect(ten > 0.89 - 0.13 && ten <= 1, "\(ten)")
    #expect(set.verified(state.answers) == state.answers.count)
    method.stops = true
    let short = try Run(set, by: method, asking: oracle, seed: 2)
    while try await short.step() {}
    #expect(short.state.counts.allSatisfy { $0.solved <= 1 && ($0.solved == 1 || $0.asked == 10) })
  }

  @Test func guessingFindsWhatIsEasy() async throws {
    let puzzles = [
      try Puzzle("even", family: .arithmetic, level: 1, "fn sat(x: Int) -> Bool { return x % 2 == 0 }"),
      try Puzzle("none", family: .arithmetic, level: 1, "fn sat(x: Int) -> Bool { return x > 1000 }"),
    ]
    let set = PuzzleSet(puzzles)
    var method = PuzzleGuessing()
    method.tries = 500
    let run = try Run(set, by: method, asking: PuzzleOracle(set), seed: 1)
    let solution = try await run.finish(until: .answers(1000))
    #expect(Set(solution.report.point.keys) == ["even"] && solution.verdict.outcome == .feasible)
    #expect(run.report.claim == .exhausted)
  }
}
