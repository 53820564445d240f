// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct PromptTests {
  @Test func theBanditTriesAllThenThePromising() {
    var bandit = PromptBandit(count: 5, exploration: 1)
    var stream = RandomStream(seed: 1)
    #expect(bandit.best == nil)
    let first = bandit.next(5, &stream)
    #expect(first.sorted() == [0, 1, 2, 3, 4])
    for arm in first { bandit.tell(arm, scores: [arm == 3 ? 1 : 0, .nan]) }
    #expect(bandit.best == 3 && bandit.mean(3) == 0.5)
    #expect(bandit.next(1, &stream) == [3])
    // mean + √(ln N/n): 0.5 + √(ln 12/4) of 3 is below √(ln 12/2) of the others.
    bandit.tell(3, scores: [0, 0])
    #expect(bandit.next(1, &stream) != [3])
  }

  private static func task(_ advice: @escaping @Sendable (String) -> String, fails: Bool = false) -> PromptTask {
    let model = ScriptedModel { prompt, _ in
      if fails, prompt.contains("three") { throw ModelFailure.tooLongPrompt(service: "here", cause: "long") }
      return prompt.contains("LOUD") ? prompt.split(separator: " ").last?.uppercased() ?? "" : "?"
    }
    let advisor = ModelAdvisor(ScriptedModel { prompt, _ in advice(prompt) })
    return PromptTask(
      "{instruction} {unknown} {input}", model: model, advisor: advisor,
      selection: ["one", "two", "three"].map { TaskExample($0, $0.uppercased()) },
      reporting: ["four", "five"].map { TaskExample($0, $0.uppercased()) }
    ) { answer, example in answer == example.output ? 1 : 0 }
  }

  @Test func anInstructionIsGuessedFromExamples() async throws {
    let shown = Mutex<[String]>([])
    let task = Self.task { prompt in
      shown.withLock { $0.append(prompt) }
      return shown.withLock { $0.count } == 7 ? "Say it LOUD." : "Guess \(shown.withLock { $0.count % 3 })."
    }
    let program = task.program([try WorkflowParameter("instruction", .text(limit: 40), start: .text("Answer."))])
    var method = InstructionInduction()
    (method.proposals, method.examples, method.rounds, method.items) = (10, 2, 4, 2)
    let run = try Run(program, by: method, asking: task, seed: 1)
    let solution = try await run.finish(until: .answers(1000))
    #expect(run.state.pool == ["Answer.", "Guess 1.", "Guess 2.", "Guess 0.", "Say it LOUD."])
    #expect(solution.report.point["instruction"] == .text("Say it LOUD."))
    #expect(shown.withLock { $0[0].components(of: "Input:") } == 2)
    // The problem's own check: both on the places set aside.
    #expect(solution.verdict.certificate.note?.hasPrefix("a gain: from 0 to 1 on 2 places set aside") == true)
    #expect(solution.verdict.outcome == .unproved)
  }

  @Test func placesThatFailAreCountedAndExplained() async throws {
    let task = Self.task({ _ in "" }, fails: true)
    let outcome = try await task.run(
      ["instruction": .text("LOUD")], on: [0, 1, 2].map { SelectionItem($0) }, stream: RandomStream(seed: 1))
    #expect(outcome.scores[0] == 1 && outcome.scores[1] == 1 && outcome.scores[2].isNaN)
    #expect(outcome.remarks[2].contains("longer than the model"))
    #expect(outcome.score == 2.0 / 3)
    #expect(outcome.story.lines.last?.isError == true)
  }

  @Test func aBudgetThatIsUsedUpEndsTheRun() async throws {
    var task = Self.task { _ in "" }
    task.model = MeteredModel(task.model, ModelMeter(ModelBudget(calls: 2)))
    await #expect(throws: ModelFailure.self) {
      try await task.run(
        ["instruction": .text("LOUD")], on: [0, 1, 2].map { SelectionItem($0) }, stream: RandomStream(seed: 1))
    }
  }

  @Test func whatCannotBeInducedIsRefused() throws {
    let number = LanguageProgram([try WorkflowParameter("n", .number(0...1), start: .number(0))])
    #expect(throws: Unsuitable.self) { try InstructionInduction().start(number, random: RandomStream(seed: 1)) }
    let text = LanguageProgram([try WorkflowParameter("t", .text(limit: 9), start: .text("a"))])
    #expect(throws: Unsuitable.self) { try InstructionInduction().start(text, random: RandomStream(seed: 1)) }
  }
}

extension String {
  fileprivate func components(of word: String) -> Int { ranges(of: word).count }
}
