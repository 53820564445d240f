// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct ExemplarTests {
  private static let items = (0..<24).map { k in
    SimulatedModel.Item("Question \(k) about \(["cats", "dogs", "fish"][k % 3])?", "answer \(k).", difficulty: 0)
  }

  private static func task(_ model: SimulatedModel) -> PromptTask {
    PromptTask(
      "{instruction}\n\n{examples}\n\n{input}", model: model, advisor: ModelAdvisor(model),
      selection: items.prefix(12).map { TaskExample($0.question, $0.answer) },
      reporting: items.suffix(12).map { TaskExample($0.question, $0.answer) })
  }

  private static func model(exemplar: Double = 0.6) -> SimulatedModel {
    var rates = SimulatedModel.Rates()
    (rates.base, rates.exemplar) = (0.8, exemplar)
    return SimulatedModel(
      items: items, directives: (0..<4).map { .init("Rule \($0) holds.", weight: $0 < 2 ? 0.8 : -0.4) }, rates: rates,
      seed: 9)
  }

  private static func program(_ task: PromptTask) throws -> LanguageProgram {
    task.program([
      try WorkflowParameter("instruction", .text(limit: 900), start: .text("Answer.")),
      try WorkflowParameter("examples", .text(limit: 2000), start: .text("")),
    ])
  }

  @Test(arguments: ExemplarSearch.Strategy.allCases) func everyStrategyMakesItsEvaluations(
    _ strategy: ExemplarSearch.Strategy
  ) async throws {
    let task = Self.task(Self.model())
    var method = ExemplarSearch()
    (method.strategy, method.evaluations, method.count) = (strategy, 9, 3)
    let run = try Run(try Self.program(task), by: method, asking: task, seed: 2)
    while try await run.step() {}
    #expect(run.state.evaluations == 9 && run.progress.answers == 9)
    let shown = run.report.point["examples"]?.text ?? "?"
    let sets = shown.split(separator: "Input: ", omittingEmptySubsequences: true)
    let wanted = [.none: 0, .all: run.state.pool.count][strategy] ?? 3
    #expect(sets.count == wanted && run.state.pool.count > 3)
    // Only what was answered right is shown, with its own answer.
    for set in sets {
      #expect(
        run.state.pool.contains { set.contains(Self.items[$0].question) && set.contains(Self.items[$0].answer) })
    }
  }

  @Test func placesThatAreShownAreNotMeasured() async throws {
    let task = Self.task(Self.model())
    var method = ExemplarSearch()
    (method.evaluations, method.count) = (6, 4)
    let run = try Run(try Self.program(task), by: method, asking: task, seed: 2)
    _ = try await run.step()
    for _ in 0..<5 {
      guard case .run(let assignment, let places, _) = try run.ask()?.question else {
        Issue.record("nothing was run")
        return
      }
      let shown = assignment["examples"]?.text ?? ""
      let leaked = places.contains { shown.contains(Self.items[$0.index].question) }
      #expect(places.count == 8 && !leaked)
      _ = try await run.step()
    }
  }

  @Test func withoutARightAnswerNothingIsShown() async throws {
    let model = ScriptedModel { _, _ in "wrong" }
    var task = Self.task(Self.model())
    task.model = model
    let run = try Run(try Self.program(task), by: ExemplarSearch(), asking: task, seed: 2)
    while try await run.step() {}
    #expect(run.state.pool.isEmpty && run.report.point["examples"] == .text("") && run.state.evaluations == 32)
  }

  @Test func whatCannotBeShownIsRefused() throws {
    let task = Self.task(Self.model())
    var program = try Self.program(task)
    program.examples = []
    #expect(throws: Unsuitable.self) { try ExemplarSearch().start(program, random: RandomStream(seed: 1)) }
    program.parameters = [try WorkflowParameter("examples", .number(0...1), start: .number(0))]
    #expect(throws: Unsuitable.self) { try ExemplarSearch().start(program, random: RandomStream(seed: 1)) }
  }

  @Test(arguments: [ExemplarSearch.Strategy.search, .climb, .diverse]) func aSavedRunGoesOnToTheBit(
    _ strategy: ExemplarSearch.Strategy
  ) async throws {
    let task = Self.task(Self.model())
    var method = ExemplarSearch()
    method.strategy = strategy
    let whole = try Run(try Self.program(task), by: method, asking: task, seed: 5)
    for _ in 0..<20 { _ = try await whole.step() }
    let half = try Run(try Self.program(task), by: method, asking: task, seed: 5)
    for _ in 0..<9 { _ = try await half.step() }
    let resumed = try Run<ExemplarSearch>(resuming: half.checkpoint(), of: try Self.program(task), asking: task)
    for _ in 0..<11 { _ = try await resumed.step() }
    #expect(try Coding.encode(resumed.state) == Coding.encode(whole.state))
  }

  @Test func everyCellHasOnePrice() async throws {
    let task = Self.task(Self.model())
    var plan = ExemplarProtocol()
    plan.resamples = 400
    plan.evaluations = 6
    let table = try await plan.run(try Self.program(task), asking: task, seed: 1)
    #expect(table.cells.count == 5 * 6)
    #expect(table.cells.allSatisfy { $0.charged == 6 * 12 })
    #expect(table.cells[0].instruction == .seed && table.cells[0].exemplars == .none)
    #expect(table.cells[0].gain.gain == 0 && table.cells.allSatisfy { $0.reportingScores.count == 12 })
    #expect(table[.seed, .none]?.advice == 0 && (table[.induction, .none]?.advice ?? 0) > 0)
    // Interval and mean belong to the scores that are shown.
    for cell in table.cells {
      let again = PairedGain(table.cells[0].reportingScores, cell.reportingScores, resamples: 400)
      #expect(again == cell.gain && cell.gain.lower <= cell.gain.gain && cell.gain.gain <= cell.gain.upper)
    }
    #expect(table.description.split(separator: "\n").count == 31)
  }

  /// With one evaluation of 12 places for the instruction, no question fits into what is left over.
  @Test func whatIsLeftOverIsSpentOnTheChoice() async throws {
    let task = Self.task(Self.model())
    var plan = ExemplarProtocol()
    plan.resamples = 400
    (plan.evaluations, plan.share) = (3, 0.5)
    plan.instructions = [.induction, .history]
    plan.exemplars = [.none, .search]
    let table = try await plan.run(try Self.program(task), asking: task, seed: 1)
    #expect(table.cells.map(\.charged) == [36, 36, 36, 36, 36])
    let same = try await plan.run(try Self.program(task), asking: task, seed: 1)
    #expect(same.description == table.description)
  }

  /// Where examples help and nothing else can, they are found to help.
  @Test func examplesThatHelpAreSeenToHelp() async throws {
    let task = Self.task(Self.model(exemplar: 1.2))
    var plan = ExemplarProtocol()
    plan.resamples = 400
    plan.evaluations = 6
    plan.instructions = [.seed]
    plan.exemplars = [.none, .search, .all]
    let table = try await plan.run(try Self.program(task), asking: task, seed: 4)
    // From σ(0.8) to σ(5.6) with four examples.
    #expect(table[.seed, .search]?.gain.isGain == true && table[.seed, .all]?.gain.isGain == true)
  }

  @Test func dataThatWasNotSplitIsRefused() async throws {
    var task = Self.task(Self.model())
    task.reporting = []
    let program = try Self.program(task)
    await #expect(throws: Unsuitable.self) {
      try await ExemplarProtocol().run(program, asking: task, seed: 1)
    }
  }
}
