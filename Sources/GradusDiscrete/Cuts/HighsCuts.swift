// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Constraints that are too many to state, asked for when a point violates them (lazy constraints, user cuts).
///
///     solve min cᵀx over the rows at hand → ask which rows x violates → add them → solve again, until none is violated
///
/// HiGHS takes no rows during its search, so every round is a whole solve; the search of a round is wasted where its optimum
/// is cut off. Both questions are journaled like any other, so a run is replayed without the user's oracle.
///
/// ```swift
/// let oracle = try HighsCutOracle(form) { x in violatedRows(x) }        // [LinearCut], empty when x may stand
/// let run = try Run(MixedIntegerProgram(form), by: HighsCuts(), asking: oracle)
/// try await run.keep(FileJournal("tour.journal"))                       // optional: a killed run goes on from here
/// let solution = try await run.finish(until: .time(.seconds(60)))
/// ```
///
/// It is not in the catalog, as it does nothing without a function that separates, which no command line can give.
///
/// **Needs** an oracle that solves and separates, such as `HighsCutOracle`. **Keeps** all rows that were added.
/// **Guarantee** each round's bound is one of the whole problem; the last optimum satisfies every row the oracle knows.
/// **Reference** G. Dantzig, R. Fulkerson and S. Johnson, *Solution of a large-scale traveling-salesman problem*, Operations
/// Research 2 (1954).
public struct HighsCuts: OptimizationMethod {
  public var settings = LinearSolveSettings()
  /// Rounds after which the method ends without a statement.
  public var rounds = 10_000
  /// Rows that a point violates by less are taken as satisfied.
  public var tolerance = 1e-6

  public init() {}

  /// The rows so far, the point to be separated, and the bound of the last round.
  public struct State: Sendable, Codable {
    enum Phase: String, Codable { case solve, separate, done }
    var program: Given<MixedIntegerProgram>
    var phase = Phase.solve
    /// Rows added so far.
    public internal(set) var cuts: [LinearCut] = []
    /// Rounds of solving so far.
    public internal(set) var round = 0
    var answer: LinearAnswer?
    /// True when the oracle found nothing that the answer violates.
    public internal(set) var isComplete = false
    var limit: StopReason?
  }

  public func start(_ problem: MixedIntegerProgram, random: RandomStream) throws -> State {
    State(program: Given(problem))
  }

  public func ask(_ s: inout State) -> SeparateCuts? {
    switch s.phase {
    case .solve: .solve(cuts: s.cuts, settings: settings, start: nil)
    case .separate: s.answer?.primal.map { .separate(point: $0) }
    case .done: nil
    }
  }

  public func tell(_ s: inout State, _ answer: consuming SeparateCuts.Answer, to question: consuming SeparateCuts) {
    switch answer {
    case .solution(let answer):
      s.round += 1
      s.answer = answer
      s.limit = answer.limit
      s.phase = answer.status == .optimal && answer.primal != nil ? .separate : .done
    case .cuts(let rows):
      guard let x = s.answer?.primal else { return }
      let columns = s.program.value.form.costs.indices
      let fresh = rows.filter { row in
        row.columns.allSatisfy { columns.contains($0) } && row.violation(at: x) > tolerance && !s.cuts.contains(row)
      }
      s.isComplete = fresh.isEmpty
      s.cuts += fresh
      s.phase = fresh.isEmpty ? .done : .solve
      if !fresh.isEmpty, s.round >= rounds {
        s.phase = .done
        s.limit = StopReason(.iterations, "\(rounds) rounds of cuts")
      }
    }
  }

  /// The last point and its bound; a claim only when the oracle had nothing to add, or when the rows exclude every point.
  public func report(_ s: State) -> Report<Vector> {
    let form = s.program.value.form
    let fallback = { Vector(form.costs.indices.map { min(max(0, form.columnLower[$0]), form.columnUpper[$0]) }) }
    guard let answer = s.answer else { return Report(point: fallback()) }
    let isPoint = s.isComplete ? answer.primal : nil
    var report = Report(
      point: isPoint ?? fallback(), value: isPoint.map { form.objective(at: $0) },
      claim: s.isComplete || answer.status != .optimal ? answer.status.claim : nil)
    report.bound = answer.bound
    report.boundSource = answer.source
    report.ray = s.cuts.isEmpty ? answer.ray : nil
    report.limit = s.limit
    return report
  }
}
