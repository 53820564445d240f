// SPDX-License-Identifier: Apache-2.0
import GradusLanguage
import GradusNumerics
import GradusPrograms
import GradusTrace
import Testing

@Suite struct WorkKnowledgeTests {
  private static func trade() throws -> WorkKnowledge {
    try WorkKnowledge(
      types: ["note": .string, "codes": .list(.string), "claim": .string, "price": .float, "scan": .string],
      tasks: [
        WorkTask("read scan", "reads the text of a scanned page", requires: ["scan"], produces: "note"),
        WorkTask("code", "medical codes of a note", requires: ["note"], produces: "codes"),
        WorkTask("guess codes", "codes without care", requires: ["note"], produces: "codes"),
        WorkTask("price", "price of codes", requires: ["codes"], produces: "price"),
        WorkTask("claim", "insurance claim of codes with a price", requires: ["codes", "price"], produces: "claim"),
        // Circles: nothing begins with these.
        WorkTask("decode", "the note of codes", requires: ["codes"], produces: "note"),
        WorkTask("reprice", "the price of a claim", requires: ["claim"], produces: "price"),
      ])
  }

  private static let intention = WorkIntention(inputs: ["scan"], outputs: ["claim"], context: "medical codes with care")

  @Test func chainsReachWhatIsGiven() throws {
    let trade = try Self.trade()
    let plan = try trade.plan(Self.intention)
    #expect(plan.steps.map(\.task) == ["read scan", "code", "price", "claim"])
    #expect(plan.after == [[], [0], [1], [1, 2]] && plan.fault(in: trade) == nil)
    #expect(
      plan.program(in: trade) == """
        fn workflow(scan: String) -> String {
          let step0 = read_scan(scan)
          let step1 = code_(step0)
          let step2 = price(step1)
          let step3 = claim(step1, step2)
          return step3
        }
        """)
    let ways = ["code", "small", "code", "human"]
    let program = try #require(plan.program(in: trade, ways: ways))
    let run = try MiniCode(parsing: program, tools: plan.stubs(in: trade, ways: ways)).run("workflow", [.string("x")])
    #expect(run.calls.map(\.tool) == ["read_scan_by_code", "code_by_small", "price_by_code", "claim_by_human"])
    #expect(run.calls[3].arguments == [.result(of: 1), .result(of: 2)])
  }

  @Test func whatCannotBeMadeIsSaid() throws {
    let trade = try Self.trade()
    func cause(_ inputs: [String], _ outputs: [String]) -> String {
      do { return "\(try trade.plan(WorkIntention(inputs: inputs, outputs: outputs)))" } catch { return "\(error)" }
    }
    #expect(cause(["price"], ["claim"]) == "nothing makes 'claim' from price; add what it is made from")
    #expect(cause([], ["note"]).hasPrefix("nothing makes 'note'"))
    #expect(cause(["scan"], ["clam"]) == "there is no type 'clam'; did you mean 'claim'?")
    #expect(cause(["scan", "scan"], ["claim"]).hasPrefix("an intention gives each type once"))
    #expect(cause(["scan"], []).hasPrefix("an intention gives each type once"))
    // What is given is not made.
    let given = try trade.plan(WorkIntention(inputs: ["claim"], outputs: ["claim", "price"]))
    #expect(given.steps.map(\.task) == ["reprice"] && given.sources == [.input(0), .step(0)])
    #expect(throws: WorkflowError.self) {
      try WorkKnowledge(types: ["a": .int], tasks: [WorkTask("t", "", requires: ["b"], produces: "a")])
    }
    #expect(throws: WorkflowError.self) { try WorkKnowledge(types: ["a b": .int, "a_b": .int], tasks: []) }
    #expect(throws: WorkflowError.self) {
      try WorkKnowledge(types: ["a": .int], tasks: [WorkTask("output", "", requires: [], produces: "a")])
    }
  }

  @Test func faultsOfEdgesAreFound() throws {
    let trade = try Self.trade()
    let plan = try trade.plan(Self.intention)
    var wrong = plan
    wrong.steps[3].sources = [.step(2), .step(1)]
    #expect(wrong.fault(in: trade) == "step 3: 'claim' needs (codes, price)" && wrong.program(in: trade) == nil)
    // Of the same kind in the MiniVM, and still another type.
    wrong = plan
    wrong.steps[1].sources = [.input(0)]
    #expect(wrong.fault(in: trade) == "step 1: 'code' needs (note)")
    for source in [WorkPlan.Source.step(3), .step(4), .step(-1), .input(1), .input(-1)] {
      wrong = plan
      wrong.steps[3].sources[1] = source
      #expect(wrong.fault(in: trade) != nil)
      wrong = plan
      wrong.sources = [source]
      #expect((wrong.fault(in: trade) == nil) == (source == .step(3)))
    }
    wrong = plan
    wrong.steps[0].task = "write"
    #expect(wrong.fault(in: trade) == "step 0: there is no task 'write'")
  }

  @Test func proposalsCountWhereTypesAgree() async throws {
    let trade = try Self.trade()
    let planner = try WorkPlanner("plan", knowledge: trade)
    func planned(_ answer: String) async throws -> WorkPlan {
      let run = WorkflowTrace(LanguageProgram(try planner.parameters).start)
      return try await planner(Self.intention, in: run, asking: ScriptedModel { _, _ in answer }).value
    }
    let other = try await planned("Edges:\nguess codes -> claim\nread scan -> claim\nnobody -> claim\nclaim -> output")
    #expect(
      other.steps.map(\.task) == ["read scan", "guess codes", "code", "price", "claim"]
        || other.steps.map(\.task) == ["read scan", "guess codes", "price", "claim"])
    #expect(other.rejected == ["read scan -> claim", "nobody -> claim"] && other.fault(in: trade) == nil)
    let plain = try trade.plan(Self.intention)
    for answer in ["", "I do not know.", "->", "a -> b -> c", "claim -> output", "decode -> code\nreprice -> claim"] {
      let plan = try await planned(answer)
      #expect(plan.steps == plain.steps && plan.fault(in: trade) == nil, "\(answer)")
    }
  }

  /// Random trades with circles: every plan is typed and runs, whatever was proposed, and there is one wherever one can be.
  @Test func randomTradesTypeCheck() throws {
    var (made, none, long) = (0, 0, 0)
    for seed in 0..<300 as Range<UInt64> {
      var stream = RandomStream(seed: seed)
      let types = (0..<12).map { "t\($0)" }
      let kinds: [MiniType] = [.int, .string, .list(.float)]
      let tasks = (0..<25).map { k in
        WorkTask(
          "task\(k)", "word\(stream.integer(below: 9))",
          requires: (0...stream.integer(below: 3)).map { _ in types[stream.integer(below: 12)] },
          produces: types[stream.integer(below: 12)])
      }
      let trade = try WorkKnowledge(
        types: Dictionary(uniqueKeysWithValues: types.map { ($0, kinds[stream.integer(below: 3)]) }), tasks: tasks)
      let edges = (0..<20).map { _ in
        WorkEdge("task\(stream.integer(below: 25))", "task\(stream.integer(below: 25))")
      }
      let intention = WorkIntention(
        inputs: ["t0", "t1"], outputs: ["t\(2 + stream.integer(below: 10))"], context: "word1 word3")
      // What can be made at all, by hand.
      var known: Set = ["t0", "t1"]
      for _ in tasks { for task in tasks where known.isSuperset(of: task.requires) { known.insert(task.produces) } }
      guard known.isSuperset(of: intention.outputs) else {
        #expect(throws: WorkflowError.self) { try trade.plan(intention, proposing: edges) }
        none += 1
        continue
      }
      let plan = try trade.plan(intention, proposing: edges)
      #expect(plan.fault(in: trade) == nil && Set(plan.steps.map(\.task)).count == plan.steps.count)
      let program = try #require(plan.program(in: trade))
      let arguments = plan.inputs.map { MiniValue.example(of: trade.types[$0] ?? .int) }
      let run = try MiniCode(parsing: program, tools: plan.stubs(in: trade)).run("workflow", arguments)
      #expect(run.value != nil && run.calls.count == plan.steps.count)
      made += 1
      long = max(long, plan.steps.count)
    }
    #expect(made > 50 && none > 20 && long > 4, "\(made) \(none) \(long)")
  }
}
