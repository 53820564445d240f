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
