// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct PairwisePromptTests {
  /// Answers in capitals once told so; the writer and the judge are given.
  private static func task(
    write: @escaping @Sendable (String) -> String, judge: @escaping @Sendable (String) -> String
  ) -> PromptTask {
    let model = ScriptedModel { prompt, _ in
      let last = prompt.split(separator: " ").last.map(String.init) ?? ""
      return prompt.contains("LOUD") ? last.uppercased() : last
    }
    let advisor = ScriptedModel { prompt, _ in prompt.contains("<first>") ? judge(prompt) : write(prompt) }
    return PromptTask(
      "{instruction} {input}", model: model, advisor: ModelAdvisor(advisor),
      selection: ["one", "two", "three", "four"].map { TaskExample($0, "secret \($0)") })
  }

  private static func program(_ task: PromptTask) throws -> LanguageProgram {
    task.program(
      [try WorkflowParameter("instruction", .text(limit: 60), start: .text("Answer."))], purpose: "Answer in capitals.")
  }

  /// Right about capitals, whoever stands in front.
  private static func fair(_ prompt: String) -> String {
    let first = JSONFinder.tagged("first", in: prompt) ?? "", second = JSONFinder.tagged("second", in: prompt) ?? ""
    func merit(_ text: String) -> Int { ["ONE", "TWO", "THREE", "FOUR"].count { text.contains($0) } }
    return "<better>\(merit(first) >= merit(second) ? "first" : "second")</better>"
  }

  @Test func theBetterAnswersWinWithoutLabels() async throws {
    let shown = Mutex<[String]>([])
    let task = Self.task(
      write: { prompt in
        shown.withLock { $0.append(prompt) }
        return "I ask for capitals. <improved>Answer LOUD.</improved>"
      },
      judge: { prompt in
        shown.withLock { $0.append(prompt) }
        return Self.fair(prompt)
      })
    let run = try Run(try Self.program(task), by: PairwisePromptSearch(), asking: task, seed: 1)
    while try await run.step() {}
    #expect(run.report.point["instruction"] == .text("Answer LOUD."))
    #expect(run.state.rounds.count == 10 && run.state.rounds[0].isTaken && run.state.rounds[0].wins == 4)
    #expect(run.state.rounds[0].note == "I ask for capitals.")
    // The same prompt again is no new prompt.
    #expect(run.state.rounds[1...].allSatisfy { $0.isWasted && !$0.isTaken })
    #expect(run.state.executions == 6)
    #expect(shown.withLock { $0.allSatisfy { !$0.contains("secret") } })
    #expect(shown.withLock { $0[0].contains("Requirements: Answer in capitals.") })
  }

  @Test func aJudgeThatLooksAtThePlaceAloneChangesLittle() async throws {
    let count = Mutex(0)
    let task = Self.task(
      write: { _ in "<improved>Try \(count.withLock { $0 += 1; return $0 }).</improved>" },
      judge: { _ in "<better>first</better>" })
    var method = PairwisePromptSearch()
    method.swaps = false
    method.rounds = 40
    let fixed = try Run(try Self.program(task), by: method, asking: task, seed: 1)
    while try await fixed.step() {}
    // The old prompt stands in front and wins always.
    #expect(fixed.state.rounds.allSatisfy { $0.losses == 4 } && fixed.report.point["instruction"] == .text("Answer."))
    method.swaps = true
    let swapped = try Run(try Self.program(task), by: method, asking: task, seed: 1)
    while try await swapped.step() {}
    // wins > losses of 4 fair coins: 5/16 of 40 rounds, ± 3 deviations.
    let taken = swapped.state.rounds.count(where: \.isTaken)
    #expect(abs(Double(taken) - 12.5) < 9)
  }

  @Test func answersThatSayNothingAreCounted() async throws {
    let turn = Mutex(0)
    let task = Self.task(
      write: { _ in
        [
          "no marks", "<improved></improved>", "<improved>\(String(repeating: "long ", count: 40))</improved>",
          "<improved>Answer LOUD.</improved>",
        ][
          turn.withLock {
            $0 += 1; return ($0 - 1) % 4
          }]
      }, judge: { _ in "either the first or the second" })
    let run = try Run(try Self.program(task), by: PairwisePromptSearch(), asking: task, seed: 1)
    while try await run.step() {}
    #expect(run.state.rounds.map(\.isWasted) == [true, true, true, false, true, true, true, false, true, true])
    #expect(run.state.rounds[3].unclear == 4 && run.state.rounds[3].wins == 0)
    #expect(run.report.point["instruction"] == .text("Answer."))
    let reasons = run.method.recommend(run.state).reasons
    #expect(reasons[0].hasPrefix("round 1: no new prompt") && reasons[3].contains("4 unclear"))
  }

  /// Of four comparisons, right with q + b = 0.85 or q − b = 0.55 by a fair coin each, the better wins more than it loses with probability
  /// 0.7⁴ + 4·0.7³·0.3 = 0.652; in the fixed order with 0.55⁴ + 4·0.55³·0.45 = 0.391.
  @Test(arguments: [(true, 0.652), (false, 0.391)]) func aNoisyJudgeTakesAsOftenAsItShould(
    _ swaps: Bool, _ expected: Double
  ) async throws {
    var taken = 0
    for seed in 0..<400 as Range<UInt64> {
      let turn = Mutex(0)
      let task = Self.task(
        write: { _ in "<improved>Answer LOUD.</improved>" },
        judge: { prompt in
          var stream = RandomStream(seed: seed).child(
            "judge",
            turn.withLock {
              $0 += 1; return $0
            })
          let right = Self.fair(prompt).contains("first") ? 0.85 : 0.45
          return stream.uniform() < right ? "first" : "second"
        })
      var method = PairwisePromptSearch()
      (method.rounds, method.swaps) = (1, swaps)
      let run = try Run(try Self.program(task), by: method, asking: task, seed: seed)
      while try await run.step() {}
      if run.state.rounds[0].isTaken { taken += 1 }
    }
    // Three deviations of 400 draws.
    #expect(abs(Double(taken) / 400 - expected) < 0.075)
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let items = (0..<6).map { SimulatedModel.Item("Question \($0)?", "answer \($0)") }
    let directives = (0..<4).map { SimulatedModel.Directive("Rule \($0) holds.", weight: 1) }
    var rates = SimulatedModel.Rates()
    rates.invents = 1
    let model = SimulatedModel(items: items, directives: directives, rates: rates, seed: 3)
    let task = PromptTask(
      "{instruction} {input}", model: model, advisor: ModelAdvisor(model),
      selection: items.map { TaskExample($0.question, $0.answer) })
    let program = task.program([try WorkflowParameter("instruction", .text(limit: 900), start: .text("Answer."))])
    let whole = try Run(program, by: PairwisePromptSearch(), asking: task, seed: 5)
    for _ in 0..<50 { _ = try await whole.step() }
    let half = try Run(program, by: PairwisePromptSearch(), asking: task, seed: 5)
    for _ in 0..<23 { _ = try await half.step() }
    let resumed = try Run<PairwisePromptSearch>(resuming: half.checkpoint(), of: program, asking: task)
    for _ in 0..<27 { _ = try await resumed.step() }
    #expect(try Coding.encode(resumed.state) == Coding.encode(whole.state))
    #expect(whole.state.rounds.contains { $0.isTaken })
  }

  @Test func theDoubleJudgesByRightAnswers() async throws {
    let items = (0..<4).map { SimulatedModel.Item("Question \($0)?", "answer \($0)") }
    let model = SimulatedModel(items: items, directives: [], seed: 1)
    func set(_ shift: Int) -> String {
      (0..<3).map { "Question: Question \($0)?\nAnswer: answer \($0 + shift)" }.joined(separator: "\n\n")
    }
    var (right, wrong) = (0, 0)
    for k in 0..<1000 {
      let good = try await model.reply(
        to: ModelRequest(asking: "<first>\n\(set(0))\n</first>\n<second>\n\(set(1))\n</second>", seed: k))
      let bad = try await model.reply(
        to: ModelRequest(asking: "<first>\n\(set(1))\n</first>\n<second>\n\(set(0))\n</second>", seed: k))
      if good.text == "first" { right += 1 }
      if bad.text == "first" { wrong += 1 }
    }
    // judges + bias and 1 − judges + bias.
    #expect(abs(right - 850) < 45 && abs(wrong - 450) < 60)
  }
}
