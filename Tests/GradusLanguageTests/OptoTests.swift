// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace
import Testing

@Suite struct OptoTests {
  /// (x + 2)·y shall be 12.
  private static func oracle(_ answer: @escaping @Sendable (String) -> String) -> TracedProgram {
    TracedProgram(advisor: ModelAdvisor(ScriptedModel { prompt, _ in answer(prompt) })) { trace in
      let (x, y) = (try trace.number("x"), try trace.number("y"))
      let two = trace.input("two", 2.0)
      let idle = trace.input("idle", 5.0)
      _ = trace.call("unused", [idle.id]) { try idle.value + 1 }
      let sum = trace.call("add", [x.id, two.id]) { try x.value + two.value }
      let product = trace.call("multiply", [sum.id, y.id]) { try sum.value * y.value }
      let value = try product.value
      return .init(output: product.id, score: -abs(value - 12), remark: "got \(value), wanted 12")
    }
  }

  private static var problem: LanguageProgram {
    get throws {
      LanguageProgram(
        [
          try WorkflowParameter("x", .number(-10...10), start: .number(1), purpose: "a shift"),
          try WorkflowParameter("y", .number(-10...10), start: .number(1)),
        ], purpose: "Reach 12.", guide: ["add": "The sum.", "multiply": "The product."])
    }
  }

  @Test func theAdvisorIsShownWhatLeadsToTheOutputAndNothingElse() async throws {
    let run = try Run(try Self.problem, by: OptoPrime(), asking: Self.oracle { _ in "" }, seed: 1)
    _ = try await run.step()
    guard case .consult(let prompt, _) = try run.ask()?.question else {
      Issue.record("no advice was asked for")
      return
    }
    let expected = """
      #Code
      add0 = add(x, two)
      multiply0 = multiply(add0, y)

      #Documentation
      [add] The sum.
      [multiply] The product.

      #Variables
      (float) x = 1.0  # a shift
      (float) y = 1.0

      #Constraints
      x: from -10.0 to 10.0
      y: from -10.0 to 10.0

      #Inputs
      (float) two = 2.0

      #Others
      (float) add0 = 3.0

      #Outputs
      (float) multiply0 = 3.0

      #Feedback
      got 3.0, wanted 12

      """
    #expect(prompt.hasSuffix(expected), "\(prompt)")
    #expect(prompt.contains("Reach 12.") && !prompt.contains("idle"))
  }

  @Test func suggestionsAreTakenAsFarAsTheyCanBeMeant() async throws {
    let answer = """
      Here is {an idea}. {"x": 0} would be wrong.
      ```json
      {"reasoning": "a
      break", "suggestion": {"x": "2", "y": 3.0, "z": 1, "w": null}}
      ```
      """
    let run = try Run(try Self.problem, by: OptoPrime(), asking: Self.oracle { _ in answer }, seed: 1)
    for _ in 0..<3 { _ = try await run.step() }
    #expect(run.report.point == ["x": .number(2), "y": .number(3)])
    #expect(run.report.value == 0)
  }

  @Test func adviceThatSaysNothingIsCounted() async throws {
    let run = try Run(
      try Self.problem, by: OptoPrime(), asking: Self.oracle { _ in "I cannot {help} you with \"that\"." }, seed: 1)
    for _ in 0..<9 { _ = try await run.step() }
    #expect(run.report.reasons == ["8 of 8 suggestions named nothing that could be changed"])
    #expect(run.report.point == (try Self.problem).start)
  }

  @Test func valuesStayInTheirDomains() throws {
    func value(_ domain: WorkflowParameter.Domain, _ start: ParameterValue, _ json: JSONValue) throws -> ParameterValue?
    {
      try WorkflowParameter("p", domain, start: start).value(from: json)
    }
    #expect(try value(.number(0...1), .number(0), 7) == .number(1))
    #expect(try value(.number(0...1), .number(0), "nan") == nil)
    #expect(try value(.number(0...1), .number(0), "a lot") == nil)
    #expect(try value(.whole(1...9), .whole(1), 4.6) == .whole(5))
    #expect(try value(.whole(1...9), .whole(1), 1e300) == .whole(9))
    #expect(try value(.choice(["Red", "blue"]), .text("blue"), "RED") == .text("Red"))
    #expect(try value(.choice(["Red", "blue"]), .text("blue"), "green") == nil)
    #expect(try value(.text(limit: 3), .text(""), "four") == nil)
    #expect(try value(.truth, .truth(false), "Yes") == .truth(true))
    #expect(throws: WorkflowError.self) { try WorkflowParameter("p", .whole(1...9), start: .whole(0)) }
  }

  @Test func errorsOfOperationsAreShown() async throws {
    struct Broken: Error, CustomStringConvertible { var description: String { "the tap is closed" } }
    let oracle = TracedProgram(advisor: ModelAdvisor(ScriptedModel { _, _ in "" })) { trace in
      let x = try trace.number("x")
      let water: Traced<Double> = trace.call("pour", [x.id]) { throw Broken() }
      let glass = trace.call("fill", [water.id]) { try water.value }
      return .init(output: glass.id, score: try glass.value, remark: "")
    }
    let outcome = try await oracle.run(["x": .number(1)], on: [SelectionItem(0)], stream: RandomStream(seed: 1))
    #expect(outcome.scores[0].isNaN)
    #expect(outcome.remarks[0].contains("the tap is closed"))
    let story = outcome.story
    #expect(story.lines.map(\.operation) == ["x", "pour", "fill"])
    #expect(story.lines.map(\.isError) == [false, true, true])
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    let oracle = Self.oracle { prompt in
      let last = prompt.split(separator: "\n").first { $0.hasPrefix("(float) x") }?.split(separator: " ")[3]
      return "{\"suggestion\": {\"x\": \((last.flatMap { Double($0) } ?? 0) + 0.1)}}"
    }
    var method = OptoPrime()
    method.memory = 3
    method.keeps = true
    let whole = try Run(try Self.problem, by: method, asking: oracle, seed: 5)
    for _ in 0..<20 { _ = try await whole.step() }
    let half = try Run(try Self.problem, by: method, asking: oracle, seed: 5)
    for _ in 0..<9 { _ = try await half.step() }
    let resumed = try Run<OptoPrime>(resuming: half.checkpoint(), of: try Self.problem, asking: oracle)
    for _ in 0..<11 { _ = try await resumed.step() }
    #expect(try Coding.encode(resumed.state) == Coding.encode(whole.state))
  }

  @Test func gainsInsideTheNoiseAreNone() {
    let noise = PairedGain([0, 1, 0, 1, 1, 0, 1, 0], [1, 0, 0, 1, 1, 0, 1, 1])
    #expect(!noise.isGain && !noise.isLoss && noise.description.hasPrefix("no gain beyond noise"))
    let gain = PairedGain([Double](repeating: 0.2, count: 30), (0..<30).map { 0.6 + 0.01 * Double($0 % 3) })
    #expect(gain.isGain && gain.lower > 0.4 && gain.upper < 0.42)
    #expect(PairedGain([.nan, 1], [1, 1]).gain == 0.5)
  }
}
