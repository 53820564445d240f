// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct GuidedPromptTests {
  /// Six kinds of errors; an episode meets three of them, and fails with the first that the prompt does not forbid.
  struct Maze: WorkflowOracle {
    static let kinds = ["collision", "loop", "syntax", "timeout", "wrong object", "drop"]
    var answer: @Sendable (_ prompt: String, _ stream: RandomStream) -> String

    func run(
      _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
    ) async throws -> WorkflowOutcome {
      let prompt = assignment["prompt"]?.text ?? ""
      let faults = items.map { item in
        (0..<3).map { Self.kinds[(item.index + 2 * $0) % 6] }.first { !prompt.contains("avoid \($0)") }
      }
      return WorkflowOutcome(
        scores: faults.map { $0 == nil ? 1 : 0 }, remarks: faults.map { $0.map { "ended by \($0)" } ?? "well done" })
    }

    func report(
      _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
    ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }

    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
      Completion(text: answer(prompt, stream))
    }
  }

  private static let rules = Maze.kinds.map { FeedbackRule($0, "Tell it to avoid \($0).") }

  /// Repeats feedback, and adds one thing at random that the feedback says to avoid.
  private static let obedient: @Sendable (String, RandomStream) -> String = { prompt, stream in
    guard prompt.contains("</improved>") else { return prompt }
    let value = (JSONFinder.tagged("value", in: prompt) ?? "").trimmed
    let said = prompt.ranges(of: "Feedback").last.map { String(prompt[$0.upperBound...]) } ?? ""
    let open = Maze.kinds.filter { said.contains("avoid \($0)") && !value.contains("avoid \($0)") }
    guard !open.isEmpty else { return "<improved>\(value) Take care.</improved>" }
    var stream = stream
    return "<improved>\(value) avoid \(open[stream.integer(below: open.count)]),</improved>"
  }

  private static func program(_ places: Int = 12) throws -> LanguageProgram {
    LanguageProgram(
      [try WorkflowParameter("prompt", .text(limit: 2000), start: .text("Go."))], purpose: "Bring it home.",
      selectionCount: places)
  }

  @Test func rulesTurnErrorsIntoProgress() async throws {
    var method = GuidedPromptTree()
    method.rules = Self.rules
    let guided = try Run(try Self.program(), by: method, asking: Maze(answer: Self.obedient), seed: 1)
    for _ in 0..<300 { guard try await guided.step() else { break } }
    #expect(guided.report.value == -1)
    method.rules = []
    let blind = try Run(try Self.program(), by: method, asking: Maze(answer: Self.obedient), seed: 1)
    for _ in 0..<300 { guard try await blind.step() else { break } }
    // Raw remarks name no remedy.
    #expect(blind.report.value == 0 && blind.report.point["prompt"] == .text("Go."))
  }

  @Test func theTreeHasItsShape() async throws {
    let number = Mutex(0)
    let oracle = Maze { prompt, _ in
      prompt.contains("</improved>") ? "<improved>prompt \(number.withLock { $0 += 1; return $0 })</improved>" : "all"
    }
    var method = GuidedPromptTree()
    method.executions = 41
    let run = try Run(try Self.program(), by: method, asking: oracle, seed: 1)
    let solution = try await run.finish(until: .answers(1000))
    let nodes = run.state.nodes
    // 1, 8, 16, 16: two of each level have eight children each.
    #expect(nodes.count == 41 && (0...3).map { level in nodes.count { $0.level == level } } == [1, 8, 16, 16])
    for level in 2...3 {
      let parents = nodes.filter { $0.level == level }.compactMap(\.parent)
      #expect(Set(parents).count == 2 && parents.allSatisfy { nodes[$0].level == level - 1 })
    }
    // A summary, a new prompt and a run for each child.
    #expect(run.progress.answers == 1 + 40 * 3)
    #expect(solution.report.reasons.first?.hasPrefix("41 prompts were run") == true)
  }

  @Test func itEndsWhereLevelsFall() async throws {
    // Each level is worse than the one before.
    struct Falling: WorkflowOracle {
      let number = Counter()
      func run(
        _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
      ) async throws -> WorkflowOutcome {
        let depth = (assignment["prompt"]?.text ?? "").count { $0 == "/" }
        return WorkflowOutcome(scores: items.map { _ in 0.9 - 0.1 * Double(depth) }, remarks: items.map { _ in "so" })
      }
      func report(
        _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
      ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }
      func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
        let value = (JSONFinder.tagged("value", in: prompt) ?? "").trimmed
        return Completion(text: "<improved>\(value)/\(number.next)</improved>")
      }
    }
    var method = GuidedPromptTree()
    (method.children, method.summarizes) = (2, false)
    let run = try Run(try Self.program(1), by: method, asking: Falling(), seed: 1)
    while try await run.step() {}
    // Levels 0, 1 and 2 fall; 2 is the first that may end it.
    #expect(run.state.nodes.map(\.level) == [0, 1, 1, 2, 2, 2, 2] && run.report.point["prompt"] == .text("Go."))
  }

  @Test func answersWithoutMarksLoseTheirPlace() async throws {
    let oracle = Maze { _, _ in "I would rather not." }
    var method = GuidedPromptTree()
    method.rules = Self.rules
    let run = try Run(try Self.program(), by: method, asking: oracle, seed: 1)
    for _ in 0..<1000 { guard try await run.step() else { break } }
    #expect(run.state.nodes.count == 1 && run.state.wasted == 8)
    #expect(run.report.point["prompt"] == .text("Go."))
  }

  @Test func theScoreModelChoosesOnceItIsTrusted() async throws {
    let oracle = Maze(answer: Self.obedient)
    var method = GuidedPromptTree()
    method.rules = Self.rules
    (method.candidates, method.summarizes, method.trust) = (4, false, -1)
    let run = try Run(try Self.program(48), by: method, asking: oracle, seed: 3)
    var filtered = Set<Int>()
    for _ in 0..<300 {
      guard try await run.step() else { break }
      if run.state.isFiltered { filtered.insert(run.state.nodes.last?.level ?? 0) }
    }
    #expect(!filtered.isEmpty && run.report.value == -1)
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let oracle = Maze(answer: Self.obedient)
    var method = GuidedPromptTree()
    method.rules = Self.rules
    (method.candidates, method.trust, method.batch) = (3, -1, 7)
    for half in [5, 30, 61] {
      let whole = try Run(try Self.program(), by: method, asking: oracle, seed: 5)
      for _ in 0..<90 { _ = try await whole.step() }
      let first = try Run(try Self.program(), by: method, asking: oracle, seed: 5)
      for _ in 0..<half { _ = try await first.step() }
      let second = try Run<GuidedPromptTree>(resuming: first.checkpoint(), of: try Self.program(), asking: oracle)
      for _ in half..<90 { _ = try await second.step() }
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }
}
