// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace
import Synchronization
import Testing

@Suite struct ModuleTests {
  private static func run(_ parameters: [WorkflowParameter]) -> WorkflowTrace {
    WorkflowTrace(LanguageProgram(parameters).start)
  }

  @Test func aPredictorAsksAndReads() async throws {
    let predictor = Predictor("sum", try Signature("a: int, b: int -> total: int"))
    let run = Self.run(try predictor.parameters)
    let model = ScriptedModel { prompt, _ in
      prompt.hasSuffix("A: 2\nB: 3") ? "Total: 5" : "What?"
    }
    let found = try await predictor(["a": run.input("a", "2"), "b": run.input("b", "3")], in: run, asking: model)
    #expect(try found.value["total"] == 5)
    #expect(try found.text("total", in: run).value == "5")
    #expect(run.calls == [PredictorCall("sum", Demonstration(["a": "2", "b": "3", "total": "5"]))])
  }

  @Test func anAnswerWithoutItsFormIsSentBack() async throws {
    let predictor = Predictor("sum", try Signature("a -> total: int"))
    let run = Self.run(try predictor.parameters)
    let model = ScriptedModel { prompt, _ in
      prompt.contains("That cannot be used: 'Total' is not a whole number: 'many'") ? "7" : "Total: many"
    }
    let mended = try await predictor(["a": run.input("a", "x")], in: run, asking: model)
    #expect(try mended.value["total"] == 7)
    // What does not mend itself is the value of the node.
    let stubborn = try await predictor(["a": run.input("a", "x")], in: run, asking: ScriptedModel { _, _ in "many" })
    #expect(throws: (any Error).self) { try stubborn.value }
  }

  @Test func inputsThatDoNotFitAreErrors() async throws {
    let predictor = Predictor("sum", try Signature("a, b -> total"))
    let run = Self.run(try predictor.parameters)
    let model = ScriptedModel { _, _ in "" }
    await #expect { _ = try await predictor(["a": run.input("a", "2")], in: run, asking: model) } throws: {
      "\($0)" == "the call 'sum' is not given its input 'b'"
    }
    let (a, b, c) = (run.input("a", "2"), run.input("b", "2"), run.input("c", "2"))
    await #expect { _ = try await predictor(["a": a, "b": b, "c": c], in: run, asking: model) } throws: {
      "\($0)" == "the call 'sum' is given 'c', which its signature a, b -> total does not name"
    }
  }

  @Test func theFirstAnswerThatIsGoodEnoughIsTaken() async throws {
    let predictor = Predictor("guess", try Signature("a -> n: int"))
    let asked = Mutex(0)
    let model = ScriptedModel { _, _ in
      asked.withLock {
        $0 += 1; return "\($0)"
      }
    }
    func best(_ count: Int, threshold: Double) async throws -> Int? {
      asked.withLock { $0 = 0 }
      let run = Self.run(try predictor.parameters)
      let choice = BestOf(predictor, count: count, threshold: threshold) { -abs(Double(($0["n"]?.whole ?? 0) - 3)) }
      return try await choice(["a": run.input("a", "?")], in: run, asking: model).value["n"]?.whole
    }
    #expect(try await best(2, threshold: 0) == 2)
    #expect(try await best(9, threshold: 0) == 3)
    #expect(asked.withLock { $0 } == 3)
    #expect(try await best(5, threshold: 1) == 3)
    #expect(asked.withLock { $0 } == 5)
  }

  @Test func refiningTellsWhatWasWrong() async throws {
    let predictor = Predictor("guess", try Signature("a -> n: int"))
    let run = Self.run(try predictor.parameters)
    let model = ScriptedModel { prompt, _ in
      // It counts what it was told last.
      guard let told = prompt.ranges(of: "To the answer \"").last else { return "1" }
      return "\((Int(prompt[told.upperBound...].prefix { $0 != "\"" }) ?? 0) + 1)"
    }
    let choice = BestOf(predictor, count: 4, remark: { _ in "more" }) { $0["n"] == 3 ? 1 : 0 }
    let found = try await choice(["a": run.input("a", "?")], in: run, asking: model)
    #expect(try found.value["n"] == 3)
    #expect(run.calls.count == 3)
  }

  @Test func anAgentUsesItsTools() async throws {
    let tools = [
      Tool("add", [.init("a", .number), .init("b", .number)], purpose: "the sum") { values in
        "\((values["a"]?.double ?? 0) + (values["b"]?.double ?? 0))"
      },
      Tool("fail", [], purpose: "fails") { _ in throw WorkflowError("it rained") },
    ]
    let agent = try ToolAgent("agent", try Signature("question -> answer: float"), tools: tools)
    let run = Self.run(try agent.parameters)
    // Each step depends on what the history says.
    let model = ScriptedModel { prompt, _ in
      let history = prompt.ranges(of: "History:").last.map { String(prompt[$0.upperBound...]) } ?? ""
      if !prompt.contains("Use one of these tools") {
        return "Answer: \(history.trimmed.split(separator: " ").last ?? "")"
      }
      if history.contains("5.0") { return "Thought: done\nTool: finish\nArguments: {}" }
      if history.contains("it rained") { return "Thought: add\nTool: add\nArguments: {\"a\": 2, \"b\": \"3\"}" }
      if history.contains("'b' is missing") { return "Thought: other\nTool: fail\nArguments: {}" }
      return "Thought: begin\nTool: add\nArguments: {\"a\": 2}"
    }
    let found = try await agent(["question": run.input("question", "2 + 3?")], in: run, asking: model)
    #expect(try found.value["answer"]?.double == 5)
    #expect(run.calls.map(\.predictor) == Array(repeating: "agent.step", count: 4) + ["agent.answer"])
  }

  @Test func programsAreTheSameAfterSaving() throws {
    let predictor = Predictor("answer", try Signature("question -> answer"))
    let parameters =
      try predictor.parameters + [
        WorkflowParameter("x", .number(-1...1), start: .number(0.1)),
        WorkflowParameter("k", .whole(1...9), start: .whole(3)),
        WorkflowParameter("is", .truth, start: .truth(true)),
        WorkflowParameter("c", .choice(["a", "b"]), start: .text("b")),
      ]
    var assignment = LanguageProgram(parameters).start
    assignment["answer.demonstrations"] = .demonstrations([Demonstration(["question": "q\n\"é\"", "answer": "a"])])
    assignment["x"] = .number(0.1 + 0.2)
    let text = SavedProgram(assignment).json.description
    let read = try SavedProgram(try JSONValue(parsing: Array(text.utf8)), for: parameters)
    #expect(read.assignment == assignment && read.json.description == text)
    #expect { try SavedProgram(SavedProgram(["x": .number(0)]).json, for: parameters) } throws: {
      "\($0)" == "the saved program has no value for 'answer.instruction'"
    }
    assignment["y"] = .number(1)
    #expect { try SavedProgram(SavedProgram(assignment).json, for: parameters) } throws: {
      "\($0)" == "the saved program has a value for 'y', which the workflow does not know"
    }
    assignment["y"] = nil
    assignment["x"] = .number(7)
    #expect { try SavedProgram(SavedProgram(assignment).json, for: parameters) } throws: {
      "\($0)" == "the saved value of 'x' is none that it may have"
    }
  }

  @Test func aBudgetThatIsUsedUpEndsTheRunAndNotThePlace() async throws {
    let predictor = Predictor("answer", try Signature("question -> answer"))
    let meter = ModelMeter(ModelBudget(calls: 3))
    let model = MeteredModel(ScriptedModel { _, _ in "yes" }, meter)
    let program = TracedProgram(advisor: ModelAdvisor(model)) { trace in
      let found = try await predictor(["question": trace.input("question", "?")], in: trace, asking: model)
      let said = try found.value.text("answer")
      return .init(output: found.id, score: said == "yes" ? 1 : 0, remark: said)
    }
    var problem = LanguageProgram(try predictor.parameters)
    problem.selectionCount = 3
    let outcome = try await program.run(problem.start, on: problem.selection, stream: RandomStream(seed: 1))
    #expect(outcome.score == 1)
    await #expect(throws: ModelFailure.self) {
      try await program.run(problem.start, on: problem.selection, stream: RandomStream(seed: 1))
    }
  }

  @Test func placesAtATimeAreTheSameAsOneAfterTheOther() async throws {
    let predictor = Predictor("answer", try Signature("question -> answer: int"))
    let model = ScriptedModel { prompt, seed in "\(prompt.count &* 31 &+ seed % 1000)" }
    func outcome(_ width: Int) async throws -> WorkflowOutcome {
      let program = TracedProgram(advisor: ModelAdvisor(model), stories: 2, width: width) { trace in
        let question = trace.input("question", String(repeating: "x", count: trace.place))
        let found = try await predictor(["question": question], in: trace, asking: model)
        let number = try found.value["answer"]?.whole ?? 0
        return .init(output: found.id, score: Double(number % 7), remark: "\(number)")
      }
      var problem = LanguageProgram(try predictor.parameters)
      problem.selectionCount = 20
      var outcome = try await program.run(problem.start, on: problem.selection, stream: RandomStream(seed: 3))
      #expect(outcome.requests >= 20 && outcome.usage.total > 0)
      outcome.seconds = 0
      return outcome
    }
    let one = try await outcome(1)
    #expect(try await outcome(6) == one)
    #expect(one.calls.count == 20 && Set(one.remarks).count > 10)
  }
}
