// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusPrograms
import GradusTrace
import Testing

@Suite struct ToolPlannerTests {
  private static func run(_ parameters: [WorkflowParameter], seed: UInt64 = 1) -> WorkflowTrace {
    WorkflowTrace(LanguageProgram(parameters).start, stream: RandomStream(seed: seed))
  }

  // MARK: Stubs

  private static let fare = ToolDescription("fare", "what a flight costs\nin euro")

  @Test(arguments: [
    (
      "fn fare(flight: String) -> Float { return \"x\" }",
      "line 1, column 43: found a String, expected a Float; change one of them"
    ),
    (
      "fn fare(flight: String) -> Float { while true { } return 1.0 }",
      "line 1: more than 10000 steps; does it end? else raise the limit"
    ),
    (
      "fn fare(flight: String) -> Float { return search(flight) }",
      "line 1, column 43: the function 'search' is unknown; define it with fn"
    ),
    ("fn cost(flight: String) -> Float { return 1.0 }", "line 1: the function is named 'cost'; name it 'fare'"),
    ("fn fare() -> Int { return 1 }\nfn g() -> Int { return 1 }", "there are 2 functions; write one"),
    ("import os", "line 1, column 1: found 'import'; here stands a function, which begins with 'fn'"),
  ]) func aStubThatDoesNotRunIsRefused(text: String, error: String) {
    #expect { try ToolStub(written: text, for: Self.fare) } throws: { "\($0)" == error }
  }

  @Test func whatWasWrongIsShownUntilAStubIsAccepted() async throws {
    let writer = try StubWriter(tries: 3)
    let right = "```\nfn fare(flight: String) -> Float {\n  return 9.5\n}\n```"
    func written(_ rule: @escaping @Sendable (String) -> String) async throws -> (Traced<ToolStub>, Int) {
      let run = Self.run(try writer.parameters)
      let stub = try await writer(Self.fare, in: run, asking: ScriptedModel { prompt, _ in rule(prompt) })
      return (stub, run.requests)
    }
    let (found, count) = try await written { prompt in
      if prompt.contains("expected a Float") { return right }
      return prompt.contains("2.\n<code>") ? "lost" : "fn fare(flight: String) -> Float { return 9 }"
    }
    let stub = try found.value
    #expect(
      stub.answer == .float(9.5) && stub.text == "// what a flight costs in euro\nfn fare(flight: String) -> Float")
    #expect(count == 2)
    let (none, tries) = try await written { _ in "I cannot." }
    #expect(throws: (any Error).self) { try none.value }
    #expect(tries == 3)
  }

  /// Names of tools need not be names of the language.
  @Test(arguments: [
    ("flights.search", "flights_search"), ("sort", "sort_"), ("let", "let_"), ("3d", "_3d"), ("", "_"),
    ("preis€", "preis_"),
  ])
  func namesAreMadeFit(tool: String, name: String) throws {
    #expect(MiniName.from(tool) == name)
    let stub = try ToolStub(written: "fn \(name)() -> Int { return 2 }", for: ToolDescription(tool, ""))
    #expect(try ToolPlan(running: "fn plan() -> Int { return \(name)() }", on: [stub]).calls.map(\.tool) == [tool])
  }

  // MARK: Plans

  @Test func anErrorIsShownAndMended() async throws {
    var planner = try ToolPlanner(stubs: try ToolPlanTests.stubs(), retries: 2)
    let model = ScriptedModel { prompt, _ in
      // Knows nothing but what it is told.
      let name = prompt.contains("did you mean 'fare'?") ? "fare" : "fares"
      let type = prompt.contains("found a Float, expected an Int") ? "Float" : "Int"
      return "Program: fn plan() -> \(type) {\n  return \(name)(\"R1\")\n}"
    }
    let run = Self.run(try planner.parameters)
    let plan = try await planner(run.input("query", "What does R1 cost?"), in: run, asking: model)
    #expect(try plan.value.calls == [.init("fare", [.init("flight", .literal(.string("R1")))])])
    #expect(run.requests == 3)
    // With one retry less the last error is what came of it.
    planner.retries = 1
    let again = Self.run(try planner.parameters)
    let failed = try await planner(again.input("query", "What does R1 cost?"), in: again, asking: model)
    #expect { try failed.value } throws: { "\($0)".contains("found a Float, expected an Int") }
    #expect(again.requests == 2)
  }

  @Test func onlyToolsThatFitAreShown() async throws {
    let planner = try ToolPlanner(stubs: try ToolPlanTests.stubs(), most: 1)
    #expect(planner.shelf.retrieved(for: "What does a flight cost?").map(\.tool) == ["fare"])
    let run = Self.run(try planner.parameters)
    let model = ScriptedModel { prompt, _ in
      #expect(prompt.contains("fn fare(") && !prompt.contains("fn cheapest("))
      return "fn plan() -> String { return cheapest([\"a\"]) }"
    }
    let plan = try await planner(run.input("query", "What does a flight cost?"), in: run, asking: model)
    #expect(throws: (any Error).self) { try plan.value }
    let stub = try ToolPlanTests.stubs()[0]
    #expect(throws: SignatureError.self) { try ToolPlanner(stubs: [stub, stub]) }
  }

  /// Whatever a model says, there is a plan that fits or an error.
  @Test(arguments: [
    "", "no", "```\n```", "[]", "{}", "[{\"tool\": \"fare\", \"arguments\": {\"flight\": {\"make\": true}}}]",
    "{\"tool\": \"fare\", \"arguments\": {\"flight\": {\"make\": true}}}", "fn plan() -> Int {",
    String(repeating: "[", count: 5000), "call: \u{0}",
  ])
  func anyModelIsSurvived(answer: String) async throws {
    let stubs = try ToolPlanTests.stubs()
    let (planner, direct) = (try ToolPlanner(stubs: stubs), try DirectPlanner(stubs: stubs, retries: 2, checks: true))
    let chain = try ReverseChain(stubs: stubs)
    let run = Self.run(try planner.parameters + direct.parameters + chain.parameters)
    let model = ScriptedModel { _, _ in answer }
    let query = run.input("query", "?")
    let program = try await planner(query, in: run, asking: model)
    #expect(throws: (any Error).self) { try program.value }
    if let calls = try? await direct(query, in: run, asking: model).value { #expect(calls.calls.isEmpty) }
    let chained = try await chain(query, in: run, asking: model)
    if let plan = try? chained.value { #expect(plan.fault(with: stubs) != nil) }
    #expect(run.requests <= 6 + 3 + 40)
  }

  // MARK: The double

  private static func item() -> SimulatedPlanner.Item {
    .init(
      "Book the cheapest flight from Rome to Oslo for 3.0",
      ToolPlan([
        .init("flights", [.init("from", .literal(.string("Rome"))), .init("to", .literal(.string("Oslo")))]),
        .init("cheapest", [.init("flights", .result(of: 0))]),
        .init("book-it", [.init("flight", .result(of: 1)), .init("paid", .literal(.float(3)))]),
      ]))
  }

  /// Right calls with 1 − rate each, in every form; errors are all found, and what is mended stays mended.
  @Test func theDoubleErrsAsItSays() async throws {
    let stubs = try ToolPlanTests.stubs()
    let item = Self.item()
    let (planner, direct) = (try ToolPlanner(stubs: stubs, retries: 0), try DirectPlanner(stubs: stubs))
    let (patient, chain) = (try ToolPlanner("patient", stubs: stubs, retries: 9), try ReverseChain(stubs: stubs))
    let checked = try DirectPlanner("checked", stubs: stubs, retries: 9, checks: true)
    var right = [0, 0, 0, 0, 0]
    let count = 200
    for k in 0..<count {
      let model = SimulatedPlanner([item], stubs: stubs, rate: 0.3, seed: UInt64(k))
      let run = Self.run(
        try planner.parameters + direct.parameters + patient.parameters + chain.parameters + checked.parameters,
        seed: UInt64(k))
      let query = run.input("query", item.query)
      let plans = [
        try? await planner(query, in: run, asking: model).value, try? await direct(query, in: run, asking: model).value,
        try? await chain(query, in: run, asking: model).value, try? await patient(query, in: run, asking: model).value,
        try? await checked(query, in: run, asking: model).value,
      ]
      for (k, plan) in plans.enumerated() where plan?.normalized == item.plan { right[k] += 1 }
      // What runs on the stubs is the plan: the double errs in no way that they do not see.
      if let plan = plans[0] { #expect(plan == item.plan) }
      if let plan = plans[1], plan != item.plan { #expect(plan.fault(with: stubs) != nil) }
    }
    // 0.7³ = 0.343, standard deviation 0.034.
    for k in 0..<3 { #expect(abs(Double(right[k]) / Double(count) - 0.343) < 0.11, "\(right)") }
    #expect(right[3] >= count - 1 && right[4] >= count - 1, "\(right)")
  }

  @Test func theDoubleWritesStubs() async throws {
    let stubs = try ToolPlanTests.stubs()
    let writer = try StubWriter()
    var requests = 0
    for k in 0..<50 {
      let model = SimulatedPlanner([], stubs: stubs, rate: 0.3, seed: UInt64(k))
      let run = Self.run(try writer.parameters, seed: UInt64(k))
      let stub = try await writer(ToolDescription("book-it", "books a flight"), in: run, asking: model)
      #expect(try stub.value == stubs[3])
      requests += run.requests
    }
    // 1/0.7 = 1.43 tries.
    #expect(abs(Double(requests) / 50 - 1.43) < 0.35, "\(requests)")
  }

  /// A tool that is not shown cannot be named: what retrieval misses, no reflection mends.
  @Test func theDoubleKnowsOnlyWhatItIsShown() async throws {
    let stubs = try ToolPlanTests.stubs()
    let planner = try ToolPlanner(stubs: stubs, most: 2)
    let run = Self.run(try planner.parameters)
    let model = SimulatedPlanner([Self.item()], stubs: stubs, rate: 0, seed: 1)
    let plan = try await planner(run.input("query", Self.item().query), in: run, asking: model)
    #expect(throws: (any Error).self) { try plan.value }
    #expect(run.requests == 6)
  }
}
