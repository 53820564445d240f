// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace
import Testing

/// Texts, numbers with slopes, numbers without, and choices of one workflow, changed in one step.
@Suite struct MixedDescentTests {
  /// score = [the text says "please"] − (x − 3)²/10 − |k − 4|/10 − [style is not "b"]/2
  private static func oracle(differentiable: Bool = true) -> TracedProgram {
    let advisor = ModelAdvisor(
      ScriptedModel { prompt, _ in
        guard prompt.contains("<improved>") else { return "It should say please." }
        return prompt.contains("say please") ? "<improved>Count, please.</improved>" : "<improved>Count.</improved>"
      })
    return TracedProgram(advisor: advisor) { trace in
      let (text, x) = (try trace.text("text"), try trace.number("x"))
      let (k, style) = (try trace.number("k"), try trace.value("style"))
      let said = trace.call("answer", [text.id]) { try text.value.contains("please") ? 1.0 : 0 }
      let (isPolite, number, whole) = (try said.value, try x.value, try k.value)
      let other = try style.value.text == "b" ? 0 : 0.5
      let score = isPolite - (number - 3) * (number - 3) / 10 - abs(whole - 4) / 10 - other
      let pullback = Pullback<Double> { note in [note, -note * (number - 3) / 5, nil, nil] }
      let total = trace.recorder.record("total", [said.id, x.id, k.id, style.id], score, pullback)
      return .init(
        output: total.id, score: score, remark: isPolite > 0 ? "fine" : "It is rude.", slope: differentiable ? 1 : nil)
    }
  }

  private static var program: LanguageProgram {
    get throws {
      LanguageProgram(
        [
          try WorkflowParameter("text", .text(limit: 100), start: .text("Count.")),
          try WorkflowParameter("x", .number(-10...10), start: .number(-8)),
          try WorkflowParameter("k", .whole(0...9), start: .whole(0)),
          try WorkflowParameter("style", .choice(["a", "b", "c"]), start: .text("a")),
        ], models: ["answer"])
    }
  }

  private static func found(_ oracle: TracedProgram, steps: Int) async throws -> Assignment {
    let run = try Run(try program, by: MixedDescent(), asking: oracle, seed: 3)
    for _ in 0..<steps { guard try await run.step() else { break } }
    return run.report.point
  }

  @Test func everythingIsChangedInOneStep() async throws {
    let found = try await Self.found(Self.oracle(), steps: 300)
    #expect(found["text"] == .text("Count, please."))
    #expect(abs((found["x"]?.double ?? 0) - 3) < 0.3)
    #expect(found["style"] == .text("b"))
    #expect(abs((found["k"]?.double ?? 0) - 4) <= 1)
  }

  /// Words alone leave the numbers, and a search alone leaves the words, with as many questions.
  @Test(arguments: 0..<5 as Range<UInt64>)
  func bothTogetherAreBetterThanEitherAlone(seed: UInt64) async throws {
    let program = try Self.program
    func score<M: LanguageMethod>(_ method: M, _ parameters: [WorkflowParameter]) async throws -> Double {
      var part = program
      part.parameters = parameters
      let own = Self.oracle()
      let oracle = Filled(start: program.start, oracle: own)
      let run = try Run(part, by: method, asking: oracle, seed: seed)
      for _ in 0..<120 { guard try await run.step() else { break } }
      let whole = program.start.merging(run.report.point) { _, new in new }
      return try await own.run(whole, on: [SelectionItem(0)], stream: RandomStream(seed: 0)).score
    }
    let both = try await score(MixedDescent(), program.parameters)
    let words = try await score(TextualGradientDescent(), program.parameters.filter { $0.name == "text" })
    var search = JointPromptSearch()
    search.trials = 120
    let numbers = try await score(search, program.parameters.filter { $0.name != "text" })
    #expect(both > words + 1 && both > numbers + 0.5, "\(both) \(words) \(numbers)")
  }

  /// Parameters that a method does not see stay as they are.
  private struct Filled: WorkflowOracle {
    let start: Assignment
    let oracle: TracedProgram

    func run(_ assignment: Assignment, on items: [SelectionItem], stream: RandomStream) async throws -> WorkflowOutcome
    {
      try await oracle.run(start.merging(assignment) { _, new in new }, on: items, stream: stream)
    }
    func report(_ assignment: Assignment, on items: [ReportingItem], stream: RandomStream) async throws
      -> WorkflowOutcome
    {
      try await oracle.report(start.merging(assignment) { _, new in new }, on: items, stream: stream)
    }
    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
      try await oracle.advise(prompt, stream: stream)
    }
  }

  @Test func slopesLeadStraighter() async throws {
    // 45 questions: 15 runs, of which the search alone finds x no better than to a unit or so.
    let led = try await Self.found(Self.oracle(), steps: 45)
    #expect(abs((led["x"]?.double ?? 0) - 3) < 2)
    let state = try await {
      let run = try Run(try Self.program, by: MixedDescent(), asking: Self.oracle(), seed: 3)
      for _ in 0..<12 { _ = try await run.step() }
      return run.report.reasons
    }()
    #expect(state.contains("1 numbers were led by slopes"))
    let blind = try Run(try Self.program, by: MixedDescent(), asking: Self.oracle(differentiable: false), seed: 3)
    for _ in 0..<12 { _ = try await blind.step() }
    #expect(blind.report.reasons.contains("0 numbers were led by slopes"))
  }

  @Test func numbersGoOnWhenNothingIsLeftToSay() async throws {
    let advisor = ModelAdvisor(ScriptedModel { _, _ in "" })
    let oracle = TracedProgram(advisor: advisor) { trace in
      let (text, x) = (try trace.text("text"), try trace.number("x"))
      let score = -abs(try x.value - 3)
      let total = trace.call("total", [text.id, x.id]) { score }
      return .init(output: total.id, score: score, remark: "")
    }
    let run = try Run(try Self.program, by: MixedDescent(), asking: oracle, seed: 1)
    for _ in 0..<120 { #expect(try await run.step()) }
    #expect(abs((run.report.point["x"]?.double ?? 0) - 3) < 1)
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let whole = try Run(try Self.program, by: MixedDescent(), asking: Self.oracle(), seed: 5)
    for _ in 0..<60 { _ = try await whole.step() }
    for stop in [1, 2, 3, 20, 41] {
      let first = try Run(try Self.program, by: MixedDescent(), asking: Self.oracle(), seed: 5)
      for _ in 0..<stop { _ = try await first.step() }
      let second = try Run<MixedDescent>(resuming: try first.checkpoint(), of: try Self.program, asking: Self.oracle())
      for _ in stop..<60 { _ = try await second.step() }
      #expect(second.report.point == whole.report.point)
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let text = LanguageProgram([try WorkflowParameter("t", .text(limit: 9), start: .text("a"))])
    let number = LanguageProgram([try WorkflowParameter("x", .number(0...1), start: .number(0))])
    for problem in [text, number, LanguageProgram([])] {
      #expect(throws: Unsuitable.self) { try MixedDescent().start(problem, random: RandomStream(seed: 1)) }
    }
  }
}
