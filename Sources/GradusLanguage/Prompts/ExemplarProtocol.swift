// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Compares ways to find an instruction, ways to choose examples, and both together, all at one price.
///
///     cell (IO, ES)   m·|V| runs of the workflow on the places V to choose by, neither more nor less
///       IO alone      all of them for the instruction
///       ES alone      all of them for the examples
///       both          the share m₁/m for the instruction first, the rest for the examples of what was found
///     then            every cell on the data set aside, with the same randomness; gain = cell − (seed, none), in pairs
///
/// What a cell has left over – its method ended, or the next question would cost more than is left – it spends on running its
/// choice again, which is what makes the prices equal. Questions to the advisor are counted and not limited. The runs on
/// the data set aside are the same for all and not charged.
///
/// **Reference** Wan, Sun, Nakhost, Arık, "Teach Better or Show Smarter? On Instructions and Exemplars in Automatic Prompt
/// Optimization" (NeurIPS 2024).
public struct ExemplarProtocol: Sendable {
  /// How an instruction is found.
  public enum Instruction: String, Sendable, Codable, CaseIterable {
    /// The one at the start.
    case seed
    /// `InstructionInduction`.
    case induction
    /// `TextualGradientDescent`.
    case critique
    /// `OptoPrime` without a trace: earlier instructions with their scores.
    case history
    /// `GuidedPromptTree` without rules.
    case tree
  }

  public var instructions = Instruction.allCases
  public var exemplars = ExemplarSearch.Strategy.allCases
  /// m: evaluations on all places to choose by, of each cell.
  public var evaluations = 32
  /// The share of them that goes to the instruction where both are looked for.
  public var share = 0.25
  /// Of the intervals.
  public var resamples = 10_000
  /// Examples of a set.
  public var count = 4
  /// The names of the two texts.
  public var instructionName = "instruction"
  public var examplesName = "examples"

  public init() {}

  /// All cells, the instruction at the start without examples first. Throws `Unsuitable` for a program without the two texts, examples or
  /// data set aside, and what the oracle throws.
  public func run(
    _ program: LanguageProgram, asking oracle: any WorkflowOracle, seed: UInt64
  ) async throws -> ExemplarTable {
    guard program.reportingCount > 1 else {
      throw Unsuitable(
        method: "exemplar-protocol", needs: "two places set aside to report on", found: "\(program.reportingCount)",
        remedy: "split the data")
    }
    var cells: [ExemplarTable.Cell] = []
    var pairs = [(Instruction.seed, ExemplarSearch.Strategy.none)]
    for instruction in instructions {
      for strategy in exemplars where (instruction, strategy) != (.seed, .none) {
        pairs.append((instruction, strategy))
      }
    }
    let random = RandomStream(seed: seed)
    for (k, pair) in pairs.enumerated() {
      var stream = random.child("cell", k)
      var spending = Spending(program: program, oracle: oracle, left: max(1, evaluations) * program.selectionCount)
      let found = try await cell(pair.0, pair.1, &stream, &spending)
      let scores = try await oracle.report(
        found.point, on: (0..<program.reportingCount).map { ReportingItem($0) }, stream: random.child("report")
      ).scores
      cells.append(
        ExemplarTable.Cell(
          instruction: pair.0, exemplars: pair.1, assignment: found.point, charged: spending.spent,
          advice: spending.advice,
          selectionScore: found.score, reportingScores: scores,
          gain: PairedGain(cells.first?.reportingScores ?? scores, scores, resamples: resamples)))
    }
    return ExemplarTable(cells: cells)
  }

  /// What a cell found, its whole price spent.
  private func cell(
    _ instruction: Instruction, _ strategy: ExemplarSearch.Strategy, _ stream: inout RandomStream,
    _ spending: inout Spending
  ) async throws -> (point: Assignment, score: Double) {
    let places = spending.program.selectionCount
    var point = spending.program.start, score = 0.0
    if instruction != .seed {
      let whole = max(1, Int((Double(evaluations) * share).rounded()))
      let limit = (strategy == .none ? max(1, evaluations) : whole) * places
      let found = try await improved(instruction, point, limit, stream.next(), &spending)
      (point, score) = (found.point, found.value.map { -$0 } ?? 0)
    }
    var search = ExemplarSearch()
    search.strategy = strategy
    search.parameter = examplesName
    search.count = count
    search.evaluations = spending.left / places
    if search.evaluations > 0 {
      let found = try await spending.drive(
        search, only: examplesName, at: point, limit: spending.left, charge: places, seed: stream.next())
      (point, score) = (found.point, found.value.map { -$0 } ?? 0)
    }
    if spending.left > 0 {
      let rest = try await spending.rest(point, stream.child("rest"))
      if instruction == .seed, search.evaluations == 0 { score = rest }
    }
    return (point, score)
  }

  private func improved(
    _ instruction: Instruction, _ point: Assignment, _ limit: Int, _ seed: UInt64, _ spending: inout Spending
  ) async throws -> Report<Assignment> {
    let places = spending.program.selectionCount
    func drive<M: OptimizationMethod>(_ method: M, _ spending: inout Spending) async throws -> Report<Assignment>
    where M.Problem == LanguageProgram, M.Point == Assignment, M.Question == WorkflowTurn {
      try await spending.drive(method, only: instructionName, at: point, limit: limit, charge: nil, seed: seed)
    }
    switch instruction {
    case .seed: return Report(point: point)
    case .induction:
      var method = InstructionInduction()
      // A third of the guesses is tried in a round, on a quarter of the places.
      method.items = max(1, places / 4)
      method.proposals = min(Spending.patience - 1, max(3, 2 * limit / places))
      method.rounds = 1000
      return try await drive(method, &spending)
    case .critique: return try await drive(TextualGradientDescent(), &spending)
    case .history:
      var method = OptoPrime()
      (method.trace, method.memory, method.keeps) = (false, 8, true)
      return try await drive(method, &spending)
    case .tree:
      var method = GuidedPromptTree()
      method.children = 4
      return try await drive(method, &spending)
    }
  }
}
