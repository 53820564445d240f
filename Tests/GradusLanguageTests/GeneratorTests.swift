// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct GeneratorTests {
  /// A generator without noise: the share of "red" is 0.8 + 0.2·u, of "big" 0.9 until the prompt says "fewer".
  struct Plant: WorkflowOracle {
    var answer: @Sendable (_ prompt: String) -> String = { _ in "" }
    var remark: (@Sendable (_ rule: Int) -> String)?
    /// The share of "red" without any number.
    var base: @Sendable () -> Double = { 0.8 }

    func deviations(_ assignment: Assignment) -> [RuleDeviation] {
      let u = assignment["red"]?.double ?? 0, text = assignment["text"]?.text ?? ""
      let big = text.contains("fewer") ? 0.5 : text.contains("more") ? 1 : 0.9
      return [
        RuleDeviation("color is red", parameter: "red", value: base() + 0.2 * u - 0.5),
        RuleDeviation("size is big", parameter: "text", value: big - 0.4),
      ]
    }

    func run(
      _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
    ) async throws -> WorkflowOutcome {
      let all = deviations(assignment)
      return WorkflowOutcome(
        scores: items.map { 1 - abs(all[$0.index].value) },
        remarks: items.map { remark?($0.index) ?? all[$0.index].remark })
    }

    func report(
      _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
    ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }

    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion { Completion(text: answer(prompt)) }
  }

  private static func program(_ range: ClosedRange<Double> = -3...3) throws -> LanguageProgram {
    LanguageProgram(
      [
        try WorkflowParameter("red", .number(range), start: .number(0)),
        try WorkflowParameter("text", .text(limit: 200), start: .text("big things")),
      ], purpose: "Toys.", selectionCount: 2)
  }

  private static func run(
    _ family: GeneratorTuner.Family, _ plant: Plant, range: ClosedRange<Double> = -3...3,
    _ change: (inout GeneratorTuner) -> Void = { _ in }
  ) async throws -> Run<GeneratorTuner> {
    var method = GeneratorTuner()
    (method.family, method.tail) = (family, 1)
    change(&method)
    let run = try Run(try program(range), by: method, asking: plant, seed: 1)
    while try await run.step() {}
    return run
  }

  /// Integral control of a plant of slope g is eₖ₊₁ = (1 − g·Ki)·eₖ.
  @Test func controlFallsAtItsExactRate() async throws {
    let run = try await Self.run(.control, Plant()) { ($0.proportional, $0.integral, $0.rounds) = (0, 2, 10) }
    let text = 0.5
    for (k, total) in run.state.totals.enumerated() {
      let error = (0..<k).reduce(0.3) { e, _ in e * 0.6 }
      #expect(abs(total - text - error) < 1e-12, "round \(k)")
    }
    #expect(abs((run.report.point["red"]?.double ?? 0) + 1.5) < 0.02)
    #expect(run.progress.answers == 11)
  }

  @Test func aNumberAtItsEndDoesNotWindUp() async throws {
    // −1.5 would be needed, −1 is the end; after 20 samples 0.5 is needed.
    let turn = Counter()
    let run = try await Self.run(.control, Plant(base: { turn.next <= 20 ? 0.8 : 0.4 }), range: -1...1) {
      ($0.proportional, $0.integral, $0.rounds) = (0, 2, 26)
    }
    // The end costs 0.1 a round; a sum of twenty of them would hold it there for five rounds more.
    #expect(run.state.totals[3..<20].allSatisfy { abs($0 - 0.6) < 1e-12 })
    #expect(abs(run.state.totals[23] - 0.5) < 0.12 && abs(run.state.totals[26] - 0.5) < 0.03)
  }

  @Test func textsAreKeptOnlyWhereTheyHelp() async throws {
    let turn = Counter()
    let plant = Plant(answer: { prompt in
      #expect(prompt.contains("- size is big: 0.") && prompt.contains("too often") && !prompt.contains("red"))
      return "<improved>\(turn.next == 1 ? "more" : "fewer") big things</improved>"
    })
    let run = try await Self.run(.errors, plant) { $0.rounds = 3 }
    // 0.3 + 0.5, then worse, then better, then nothing new.
    let expected = [0.8, 0.9, 0.4, 0.4]
    #expect(zip(run.state.totals, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(run.report.point["text"] == .text("fewer big things") && run.report.point["red"] == .number(0))
  }

  @Test func feedbackTakesWhatItIsTold() async throws {
    let run = try await Self.run(.feedback, Plant(answer: { _ in "<improved>more big things</improved>" })) {
      $0.rounds = 2
    }
    #expect(abs((run.state.totals.last ?? 0) - 0.9) < 1e-12)
    // The best that was seen is recommended all the same.
    #expect(run.report.point["text"] == .text("big things"))
  }

  @Test func bothTogetherBringBothToTheirPlace() async throws {
    let run = try await Self.run(.combined, Plant(answer: { _ in "<improved>fewer big things</improved>" })) {
      ($0.proportional, $0.integral) = (0.5, 2)
    }
    #expect(abs((run.state.totals.last ?? 0) - 0.1) < 1e-3)
    #expect(run.report.point["text"] == .text("fewer big things"))
    #expect(abs((run.report.point["red"]?.double ?? 0) + 1.5) < 1e-2)
  }

  @Test func whatCannotBeReadIsCounted() async throws {
    let plant = Plant(answer: { _ in "no marks" }, remark: { $0 == 0 ? "about a third" : "{\"rule\": \"x\"}" })
    let run = try await Self.run(.combined, plant) { $0.rounds = 4 }
    let start = try Self.program().start
    #expect(run.state.unreadable == 10 && run.report.point == start)
    let mute = try await Self.run(.errors, Plant(answer: { _ in "no marks" })) { $0.rounds = 4 }
    #expect(mute.state.wasted == 4 && mute.report.point == start)
  }

  @Test func rowsAreMeasuredAgainstTheirRules() async throws {
    // Three of four rows are red; every tenth cannot be read.
    let turn = Counter()
    let model = ScriptedModel { prompt, _ in
      _ = turn.next
      let row = Int(prompt.split(separator: " ").last ?? "") ?? 0
      if row % 10 == 0 { return "I cannot." }
      return "Here: {\"color\": \"\(row % 4 == 0 ? "blue" : "red")\", \"size\": 1}"
    }
    var task = GeneratorTask(
      "{text} row {input}", model: model, advisor: ModelAdvisor(model),
      rules: [
        .share("color", "red", 0.5, parameter: "text"), RowRule("readable") { _ in true },
        RowRule("sized") { ($0["size"]?.double ?? 0) > 0 },
      ])
    task.rows = 40
    let program = task.program([try WorkflowParameter("text", .text(limit: 99), start: .text("Write a"))])
    let outcome = try await task.run(program.start, on: program.selection, stream: RandomStream(seed: 1))
    let found = outcome.remarks.compactMap { RuleDeviation(remark: $0) }
    // Red: 30 of 40, less the rows 10 and 30 of those that cannot be read.
    #expect(zip(found.map(\.value), [0.2, -0.1, -0.1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found[0].parameter == "text" && found[0].rule == "color is red" && turn.next == 41)
    #expect(zip(outcome.scores, [0.8, 0.9, 0.9]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let plant = Plant(answer: { $0.count % 2 == 0 ? "<improved>more</improved>" : "<improved>fewer</improved>" })
    for half in [1, 6, 13] {
      let whole = try Run(try Self.program(), by: GeneratorTuner(), asking: plant, seed: 5)
      for _ in 0..<20 { _ = try await whole.step() }
      let first = try Run(try Self.program(), by: GeneratorTuner(), asking: plant, seed: 5)
      for _ in 0..<half { _ = try await first.step() }
      let second = try Run<GeneratorTuner>(resuming: first.checkpoint(), of: try Self.program(), asking: plant)
      for _ in half..<20 { _ = try await second.step() }
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }
}
