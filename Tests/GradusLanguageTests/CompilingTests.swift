// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace
import Testing

/// A workflow of one call of a simulated model, whose probability of a right answer is known.
@Suite struct CompilingTests {
  struct World: Sendable {
    let model: SimulatedModel
    let predictor: Predictor
    let program: LanguageProgram
    let oracle: TracedProgram

    /// Examples raise the odds by e a piece, at most four; `directives` by their weights.
    init(seed: UInt64, directives: [SimulatedModel.Directive] = [], count: Int = 40) throws {
      let items = (0..<count).map { SimulatedModel.Item("Question number \($0)?", "answer \($0)") }
      var rates = SimulatedModel.Rates()
      (rates.base, rates.exemplar, rates.invents) = (-1.5, 1, 0.6)
      let model = SimulatedModel(items: items, directives: directives, rates: rates, seed: seed)
      let predictor = Predictor("answer", try Signature("question -> answer", instruction: "Answer."))
      var program = LanguageProgram(try predictor.parameters, models: ["answer"], selectionCount: count / 2)
      program.labels["answer.demonstrations"] = items.prefix(count / 2).map {
        Demonstration(["question": $0.question, "answer": $0.answer])
      }
      program.examples = items.prefix(count / 2).map { TaskExample($0.question, $0.answer) }
      program.reportingCount = count / 2
      (self.model, self.predictor, self.program) = (model, predictor, program)
      oracle = TracedProgram(advisor: ModelAdvisor(model)) { trace in
        let item = items[trace.place >= 0 ? trace.place : count / 2 - 1 - trace.place]
        let found = try await predictor(["question": trace.input("question", item.question)], in: trace, asking: model)
        let said = try found.value.text("answer")
        return .init(
          output: found.id, score: said == item.answer ? 1 : 0, remark: "said \(said), wanted \(item.answer)")
      }
    }

    /// The probability of right answers to what was set aside.
    func accuracy(_ assignment: Assignment) -> Double {
      guard case .demonstrations(let shown)? = assignment["answer.demonstrations"] else { return .nan }
      let prompt = PredictorPrompt(
        predictor.signature, instruction: assignment["answer.instruction"]?.text, demonstrations: shown)
      let half = model.items.count / 2
      return model.items.suffix(half).reduce(0) {
        $0 + model.probability($1, in: prompt.text(["question": $1.question])) / Double(half)
      }
    }
  }

  @Test func examplesAreFoundThatHelp() async throws {
    let world = try World(seed: 3)
    var method = BootstrapSearch()
    method.candidates = 4
    let run = try Run(world.program, by: method, asking: world.oracle, seed: 5)
    while try await run.step() {}
    #expect(run.state.scores.count == 7)
    // σ(−1.5) = 0.18 without examples, σ(2.5) = 0.92 with four or more.
    #expect(abs(world.accuracy(world.program.start) - 0.1824) < 1e-3)
    #expect(world.accuracy(run.report.point) > 0.9)
    guard case .demonstrations(let shown)? = run.report.point["answer.demonstrations"] else {
      Issue.record("nothing is shown")
      return
    }
    #expect(!shown.isEmpty && shown.count <= 16)
    // Half of the places give examples, and no other.
    let known = Set(world.model.items.prefix(20).map(\.question))
    #expect(shown.allSatisfy { known.contains($0.values["question"] ?? "") })
    #expect(Set(shown.compactMap { $0.values["question"] }).count <= 10)
  }

  @Test func nothingIsShownThatWentWrong() async throws {
    let world = try World(seed: 9)
    var program = world.program
    program.labels = [:]
    var method = BootstrapSearch()
    method.candidates = 6
    let run = try Run(program, by: method, asking: world.oracle, seed: 2)
    while try await run.step() {}
    guard case .demonstrations(let shown)? = run.report.point["answer.demonstrations"] else { return }
    let right = Dictionary(uniqueKeysWithValues: world.model.items.map { ($0.question, $0.answer) })
    #expect(shown.allSatisfy { right[$0.values["question"] ?? ""] == $0.values["answer"] })
  }

  @Test func searchesGoOnWhereTheyStopped() async throws {
    let world = try World(seed: 4, directives: [.init("Think twice.", weight: 1)])
    func check<M: OptimizationMethod>(_ method: M, stops: [Int]) async throws
    where M.Problem == LanguageProgram, M.Question == WorkflowTurn, M.Point == Assignment {
      let whole = try Run(world.program, by: method, asking: world.oracle, seed: 7)
      while try await whole.step() {}
      for stop in stops {
        let first = try Run(world.program, by: method, asking: world.oracle, seed: 7)
        for _ in 0..<stop { _ = try await first.step() }
        let second = try Run<M>(resuming: try first.checkpoint(), of: world.program, asking: world.oracle)
        while try await second.step() {}
        #expect(second.report.point == whole.report.point && second.progress.answers == whole.progress.answers)
      }
    }
    var exemplars = BootstrapSearch()
    exemplars.candidates = 2
    try await check(exemplars, stops: [0, 1, 12, 30])
    var joint = JointPromptSearch()
    (joint.candidates, joint.trials, joint.batch) = (3, 6, 8)
    try await check(joint, stops: [0, 3, 14, 20])
  }

  @Test func instructionsExamplesAndNumbersAreFoundTogether() async throws {
    let world = try World(seed: 11, directives: [.init("Think twice.", weight: 1.5), .init("Hurry up.", weight: -3)])
    var program = world.program
    program.parameters.append(try WorkflowParameter("x", .number(0...10), start: .number(9)))
    // The best number is 2.
    let base = world
    let oracle = TracedProgram(advisor: ModelAdvisor(base.model)) { trace in
      let x = try trace.number("x").value
      let item = base.model.items[max(0, trace.place)]
      let found = try await base.predictor(
        ["question": trace.input("question", item.question)], in: trace, asking: base.model)
      let isRight = try found.value.text("answer") == item.answer
      return .init(output: found.id, score: (isRight ? 1 : 0) - abs(x - 2) / 4, remark: "")
    }
    var method = JointPromptSearch()
    (method.candidates, method.trials, method.threshold) = (5, 60, 0.3)
    let run = try Run(program, by: method, asking: oracle, seed: 1)
    while try await run.step() {}
    let found = run.report.point
    #expect(abs((found["x"]?.double ?? 9) - 2) < 1)
    #expect(world.accuracy(found) > 0.7)
    let instruction = try #require(found["answer.instruction"]?.text)
    #expect(!instruction.contains("Hurry up."))
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let bare = LanguageProgram([try WorkflowParameter("t", .text(limit: 9), start: .text("a"))], selectionCount: 5)
    #expect(throws: Unsuitable.self) { try BootstrapSearch().start(bare, random: RandomStream(seed: 1)) }
    var few = try World(seed: 1).program
    few.selectionCount = 1
    #expect(throws: Unsuitable.self) { try BootstrapSearch().start(few, random: RandomStream(seed: 1)) }
    #expect(throws: Unsuitable.self) {
      try JointPromptSearch().start(LanguageProgram([]), random: RandomStream(seed: 1))
    }
  }
}
