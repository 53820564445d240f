// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Instructions, examples and both compared at one price: the table, not its verdict.
///
///     five ways to an instruction × six ways to examples, 8 evaluations of 12 items each, 40 items set aside
///     price: the largest less the smallest number of runs of a cell
///     intervals: the share of the cells whose 95 % interval holds the true difference, which the double knows
///
/// What the paper finds – examples chosen by search beat the best instruction – is a claim about real models, which a double cannot show
/// and this entry does not make.
public struct ExemplarComparison: AtlasEntry {
  public static let system = "exemplar-vs-instruction"
  public static let home = "ExemplarProtocol, ExemplarSearch"
  public static let scale = AtlasScale(
    paper: "BIG-Bench Hard and MMLU, PaLM 2 and Gemini",
    here: "the protocol alone, with a simulated model; what it says of real models was not measured")
  public static let claims = [
    AtlasClaim(
      "price", "Every cell is charged the same number of runs.", metric: "largest less smallest number of runs",
      .atMost, 0, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "intervals", "At least 0.85 of the intervals hold the true difference.",
      metric: "share of the cells", baseline: "intervals around gains on the items chosen by", .atLeast, 0.85,
      comparison: .value),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "each cell has what its method needs, and intervals lie around the gain on the items it was chosen by")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let worlds = trial.size(fast: 3, claim: 6)
    var prices: [Int] = [], own = 0.0, optimistic = 0.0
    for k in 0..<worlds {
      try trial.step(Double(k) / Double(worlds))
      let world = try World(trial.random.child("world", k))
      let table = try await world.table(evaluations: 8, trial)
      prices += table.cells.map(\.charged)
      if subject == .saboteur { prices += try await world.table(evaluations: 2, trial).cells.map(\.charged) }
      let first = table.cells[0]
      own += world.held(table) { _ in 0 } / Double(worlds)
      optimistic += world.held(table) { $0.selectionScore - first.selectionScore - $0.gain.gain } / Double(worlds)
    }
    return [
      AtlasObservation("price", measured: Double((prices.max() ?? 0) - (prices.min() ?? 0))),
      AtlasObservation("intervals", measured: subject == .system ? own : optimistic, baseline: optimistic),
    ]
  }

  /// A simulated model, 12 items to choose by and 40 set aside.
  private struct World {
    let items: [SimulatedModel.Item]
    let model: SimulatedModel
    let task: PromptTask
    let program: LanguageProgram
    let seed: UInt64

    init(_ random: RandomStream) throws {
      var stream = random
      items = (0..<52).map {
        SimulatedModel.Item("Question number \($0)?", "answer \($0).", difficulty: stream.uniform(-1, 1))
      }
      let directives = (0..<8).map { k in
        SimulatedModel.Directive(
          "Rule \(k) holds.", weight: k % 2 == 0 ? stream.uniform(0.4, 1) : -stream.uniform(0.4, 1))
      }
      model = SimulatedModel(items: items, directives: directives, seed: stream.next())
      task = PromptTask(
        "{instruction}\n\n{examples}\n\n{input}", model: model, advisor: ModelAdvisor(model),
        selection: items.prefix(12).map { TaskExample($0.question, $0.answer) },
        reporting: items.suffix(40).map { TaskExample($0.question, $0.answer) })
      program = task.program([
        try WorkflowParameter("instruction", .text(limit: 2000), start: .text("Answer the question.")),
        try WorkflowParameter("examples", .text(limit: 4000), start: .text("")),
      ])
      seed = stream.next()
    }

    func table(evaluations: Int, _ trial: AtlasTrial) async throws -> ExemplarTable {
      var plan = ExemplarProtocol()
      plan.evaluations = evaluations
      if trial.effort == .fast {
        plan.resamples = 1000
        plan.instructions = [.seed, .induction]
        plan.exemplars = [.none, .search]
      }
      return try await plan.run(program, asking: task, seed: seed)
    }

    /// The share of the intervals, each moved by `shift`, that hold the true difference to the first cell.
    func held(_ table: ExemplarTable, shift: (ExemplarTable.Cell) -> Double) -> Double {
      let first = accuracy(table.cells[0]), rest = table.cells.dropFirst()
      let count = rest.count { cell in
        let difference = accuracy(cell) - first, moved = shift(cell)
        return cell.gain.lower + moved <= difference && difference <= cell.gain.upper + moved
      }
      return Double(count) / Double(rest.count)
    }

    /// On the items set aside, as the double knows it.
    private func accuracy(_ cell: ExemplarTable.Cell) -> Double {
      let head = "\(cell.assignment["instruction"]?.text ?? "")\n\n\(cell.assignment["examples"]?.text ?? "")"
      return items.suffix(40).reduce(0) { $0 + model.probability($1, in: "\(head)\n\n\($1.question)") } / 40
    }
  }
}
