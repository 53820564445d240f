// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension OuterApproximation {
  /// The cuts, the incumbent and what is being done.
  public struct State: Sendable {
    enum Phase: String, Codable { case search, values, derivatives, master, done }

    let given: Given<FormulaProgram>
    let settings: OuterApproximation
    var phase = Phase.done
    /// Columns: the variables and, where the objective is not linear, η.
    var master: RelaxedProgram
    var search: LocalSearch?
    /// Where the formulas are to be linearized, and the values at the first of these points.
    var queue: [Vector] = []
    var values: ConstrainedValues?
    var masterPoint: Vector?
    var seen: Set<[Double]> = []
    var incumbent: Vector?
    var value = Double.infinity
    var bound = -Double.infinity
    var source: String?
    var iteration = 0
    var lastCuts = 0
    var claim: Claim?
    // Follows from the above.
    var engine: SearchEngine

    init(_ problem: FormulaProgram, settings: OuterApproximation) {
      given = Given(problem)
      self.settings = settings
      engine = SearchEngine(problem, slack: settings.feasibility)
      var box = engine.sweep.box
      let isPossible = engine.sweep.tighten(&box)
      let n = problem.variableCount
      let isCurved = problem.objective != nil
      let sign = engine.sign
      master = RelaxedProgram(
        costs: isCurved
          ? [Double](repeating: 0, count: n) + [1] : problem.linear.costs.map { sign * $0 },
        lower: box.map(\.lower) + (isCurved ? [-.infinity] : []),
        upper: box.map(\.upper) + (isCurved ? [.infinity] : []))
      if !isCurved { master.offset = engine.sign * problem.linear.objectiveOffset }
      master.integers = (0..<n).filter { problem.linear.kinds[$0].isIntegral }.map { Int32($0) }
      guard isPossible else {
        claim = .infeasible
        return
      }
      master.rows = Self.linearRows(problem)
      if problem.hasStart { consider(problem.start) }
      if let search = LocalSearch(part(from: problem.start, integers: nil), limit: 1500) {
        self.search = search
        phase = .search
      } else {
        phase = .master
      }
    }

    private static func linearRows(_ problem: FormulaProgram) -> [RelaxedProgram.Row] {
      let byRows = problem.linear.matrix.transposed()
      return (0..<problem.constraintCount).compactMap { i in
        let places = byRows.range(ofColumn: i)
        guard problem.rows[i] == nil, !places.isEmpty else { return nil }
        return RelaxedProgram.Row(
          places.map { Int(byRows.rows[$0]) }, places.map { byRows.values[$0] },
          from: problem.linear.rowLower[i], to: problem.linear.rowUpper[i])
      }
    }

    var program: FormulaProgram { given.value }

    /// The continuous program within the tightened bounds, with the integers of a point fixed.
    func part(from start: Vector, integers: Vector?) -> NonlinearProgram {
      let n = program.variableCount
      var lower = Vector(Array(master.lower[..<n]))
      var upper = Vector(Array(master.upper[..<n]))
      var start = start
      for j in 0..<n {
        if let integers, program.linear.kinds[j].isIntegral {
          lower[j] = integers[j].rounded()
          upper[j] = lower[j]
        }
        start[j] = min(max(start[j], lower[j]), upper[j])
      }
      return NonlinearProgram(
        start: start, domain: Box(lower: lower, upper: upper), rowLower: Vector(program.linear.rowLower),
        rowUpper: Vector(program.linear.rowUpper))
    }

    mutating func consider(_ candidate: Vector) {
      guard let (x, objective) = engine.incumbent(candidate, tolerance: settings.feasibility) else { return }
      if objective < value {
        value = objective
        incumbent = x
      }
    }

    var allowance: Double {
      let relative = program.linear.isDiscrete ? settings.gap : min(settings.gap, settings.gapContinuous)
      return value.isFinite ? max(settings.gapAbsolute, relative * max(1, abs(value))) : 0
    }

    var report: Report<Vector> {
      var report = Report(point: incumbent ?? program.start, value: incumbent == nil ? nil : engine.sign * value)
      report.claim = claim
      if bound.isFinite { report.bound = engine.sign * min(bound, value) }
      report.boundSource = source
      if value.isFinite, bound.isFinite { report.measure = max(0, value - bound) }
      if phase == .done, claim == .exhausted {
        report.limit = StopReason(.iterations, "no master program brought the bounds closer")
      }
      return report
    }
  }
}

extension OuterApproximation.State: Codable {
  private enum Key: String, CodingKey {
    case given, settings, phase, master, search, queue, values, masterPoint, seen, incumbent, value, bound, source
    case iteration, lastCuts, claim
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    given = try box.decode(Given<FormulaProgram>.self, forKey: .given)
    settings = try box.decode(OuterApproximation.self, forKey: .settings)
    phase = try box.decode(Phase.self, forKey: .phase)
    master = try box.decode(RelaxedProgram.self, forKey: .master)
    search = try box.decodeIfPresent(LocalSearch.self, forKey: .search)
    queue = try box.decode([Vector].self, forKey: .queue)
    values = try box.decodeIfPresent(ConstrainedValues.self, forKey: .values)
    masterPoint = try box.decodeIfPresent(Vector.self, forKey: .masterPoint)
    seen = Set(try box.decode([[Double]].self, forKey: .seen))
    incumbent = try box.decodeIfPresent(Vector.self, forKey: .incumbent)
    value = try box.decode(Double.self, forKey: .value)
    bound = try box.decode(Double.self, forKey: .bound)
    source = try box.decodeIfPresent(String.self, forKey: .source)
    iteration = try box.decode(Int.self, forKey: .iteration)
    lastCuts = try box.decode(Int.self, forKey: .lastCuts)
    claim = try box.decodeIfPresent(Claim.self, forKey: .claim)
    engine = SearchEngine(given.value, slack: settings.feasibility)
    let n = given.value.variableCount
    guard master.costs.count == n + (given.value.objective == nil ? 0 : 1), queue.allSatisfy({ $0.count == n }),
      [incumbent, masterPoint].allSatisfy({ $0 == nil || $0?.count == n })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the saved cuts do not fit the program"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(given, forKey: .given)
    try box.encode(settings, forKey: .settings)
    try box.encode(phase, forKey: .phase)
    try box.encode(master, forKey: .master)
    try box.encodeIfPresent(search, forKey: .search)
    try box.encode(queue, forKey: .queue)
    try box.encodeIfPresent(values, forKey: .values)
    try box.encodeIfPresent(masterPoint, forKey: .masterPoint)
    try box.encode(seen.sorted { $0.lexicographicallyPrecedes($1) }, forKey: .seen)
    try box.encodeIfPresent(incumbent, forKey: .incumbent)
    try box.encode(value, forKey: .value)
    try box.encode(bound, forKey: .bound)
    try box.encodeIfPresent(source, forKey: .source)
    try box.encode(iteration, forKey: .iteration)
    try box.encode(lastCuts, forKey: .lastCuts)
    try box.encodeIfPresent(claim, forKey: .claim)
  }
}
