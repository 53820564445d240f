// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Finds a smallest conflict in an infeasible linear or integer program, and the smallest relaxation that gives it a point.
///
/// The set starts as the support of a Farkas ray (the one given, or the duals of the elastic program) and is thinned by the
/// deletion filter: leave one member out; where the rest stays infeasible, go on with the support of its ray; where it has
/// a point, the member is needed (Chinneck and Dravnieks, *Locating minimal infeasible constraint sets in linear programs*,
/// ORSA J. Computing 3, 1991). Integer variables count as continuous at first; a program
/// whose relaxation has points is thinned as an integer one, see `IntegerConflict`. Cost: at most one small solve a member.
public struct InfeasibilityExplainer: Sendable {
  /// Makes an oracle of a linear program.
  public typealias OracleMaker = @Sendable (StandardForm) throws -> any LinearProgramOracle

  /// Seconds after which the conflict found so far is returned, marked as not proved irreducible; so is one where the
  /// oracle leaves open whether a member is needed. Nil: no clock is read, and the same program has the same explanation
  /// however busy the machine is.
  public var timeLimit: Double?
  /// Solves after which the same happens.
  public var solveLimit: Int
  /// Nodes of one integer program, after which it counts as left open.
  public var nodeLimit: Int?
  private let oracle: OracleMaker

  public init(
    timeLimit: Double? = 10, solveLimit: Int = .max, nodeLimit: Int? = nil, oracle: @escaping OracleMaker
  ) {
    self.timeLimit = timeLimit
    self.solveLimit = solveLimit
    self.nodeLimit = nodeLimit
    self.oracle = oracle
  }

  /// Nil when the program is not found infeasible: a ray that proves nothing, and an elastic optimum of zero.
  public func explain(_ form: StandardForm, ray: Vector? = nil) async throws -> InfeasibilityExplanation? {
    var filter = Filter(form: form, oracle: oracle, effort: ExplanationEffort(self))
    let elastic = ElasticProgram(form)
    let relaxed = try await filter.solve(elastic.form)
    var relaxation: [Concession] = []
    if relaxed.status == .optimal, let point = relaxed.primal { relaxation = elastic.concessions(at: point) }
    if let crossed = Self.crossed(form) {
      return InfeasibilityExplanation(
        rows: crossed.rows, bounds: crossed.bounds, isIrreducible: true, relaxation: relaxation,
        solves: filter.effort.solves)
    }
    let rays = [ray, relaxed.duals].compactMap { $0 }.filter { $0.count == form.constraintCount && $0.isFinite }
    let everything = ConflictSet.all(form)
    let supports = rays.compactMap { ConflictSet.support(of: $0.elements, in: form, within: everything) }
    guard let start = supports.min(by: { $0.count < $1.count }) else {
      return form.isDiscrete ? try await integerConflict(form, filter) : nil
    }
    let (set, isIrreducible) = try await filter.thin(start)
    return InfeasibilityExplanation(
      rows: set.rows, bounds: set.bounds, isIrreducible: isIrreducible, relaxation: relaxation,
      solves: filter.effort.solves)
  }

  private func integerConflict(_ form: StandardForm, _ filter: Filter) async throws -> InfeasibilityExplanation? {
    var search = IntegerConflict(form, oracle: oracle, effort: filter.effort)
    guard let found = try await search.find() else { return nil }
    return InfeasibilityExplanation(
      rows: found.set.rows, bounds: found.set.bounds, isIrreducible: found.isIrreducible, countsIntegrality: true,
      relaxation: [], solves: search.effort.solves)
  }

  /// One row or variable whose sides exclude each other.
  private static func crossed(_ form: StandardForm) -> ConflictSet? {
    if let j = form.costs.indices.first(where: { form.columnLower[$0] > form.columnUpper[$0] }) {
      return ConflictSet(rows: [], bounds: [j])
    }
    if let i = (0..<form.constraintCount).first(where: { form.rowLower[$0] > form.rowUpper[$0] }) {
      return ConflictSet(rows: [i], bounds: [])
    }
    return nil
  }
}

/// The deletion filter over subsets of one form.
private struct Filter {
  let form: StandardForm
  let oracle: InfeasibilityExplainer.OracleMaker
  var effort: ExplanationEffort

  /// The answer at tight tolerances, or where those leave it open, at ordinary ones without presolve.
  mutating func solve(_ program: StandardForm) async throws -> LinearAnswer {
    var question = SolveLinear()
    question.relaxed = true
    question.settings.feasibility = 1e-9
    effort.spend(on: &question)
    let oracle = try oracle(program)
    let answer = try await oracle.solve(question)
    if [.optimal, .infeasible].contains(answer.status) || effort.isSpent() { return answer }
    question.settings.feasibility = LinearSolveSettings().feasibility
    question.settings.options = ["presolve": "off"]
    effort.spend(on: &question)
    return try await oracle.solve(question)
  }

  /// An irreducible subset of an infeasible set; false when time ran out or the oracle could not decide.
  mutating func thin(_ start: ConflictSet) async throws -> (ConflictSet, Bool) {
    var set = start
    var needed: Set<ConflictSet.Member> = []
    var isSure = true
    while let member = set.members.first(where: { !needed.contains($0) }) {
      if effort.isSpent() { return (set, false) }
      let rest = set.without(member)
      if rest.rows.isEmpty {
        // Bounds alone do not contradict each other: crossed ones were found before.
        needed.insert(member)
        continue
      }
      let part = rest.program(in: form)
      let answer = try await solve(part.form)
      switch answer.status {
      case .optimal: needed.insert(member)
      case .infeasible:
        set = support(of: answer.ray, part.rows, rest) ?? rest
      default:
        // The elastic program always has an optimum: zero, or one whose duals are a ray.
        let elastic = try await solve(ElasticProgram(part.form).form)
        if let smaller = support(of: elastic.duals, part.rows, rest) {
          set = smaller
        } else {
          isSure = isSure && elastic.status == .optimal && (elastic.objective ?? 1) <= 1e-7
          needed.insert(member)
        }
      }
    }
    return (set, isSure)
  }

  private func support(of ray: Vector?, _ rows: [Int], _ set: ConflictSet) -> ConflictSet? {
    guard let ray, ray.count == rows.count else { return nil }
    var full = [Double](repeating: 0, count: form.constraintCount)
    for (k, i) in rows.enumerated() { full[i] = ray[k] }
    return ConflictSet.support(of: full, in: form, within: set)
  }
}
