// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension OuterApproximation {
  /// The cuts, the incumbent and what is being done.
  public struct State: Sendable {
    enum Phase: String, Codable { case search, relax, master, done }

    let given: Given<FormulaProgram>
    let settings: OuterApproximation
    var phase = Phase.done
    /// What was cut beyond the rows that follow from the program.
    var cuts: [RelaxedProgram.Row] = []
    var search: LocalSearch?
    /// Points whose integers are to be fixed, and the terms they miss.
    var queue: [Vector] = []
    var missed: [Int] = []
    var seen: Set<[Double]> = []
    /// Of the continuous relaxation: its basis, the rounds of cuts, rounds in a row that gained little, and the last bound.
    var basis: Basis?
    var round = 0
    var stalls = 0
    var relaxedBound = -Double.infinity
    /// How far the next master may search, how often it was stopped there, and what the last one gave.
    var nodes: Int
    var repeats = 0
    var wasStopped = false
    var hasGained = true
    var incumbent: Vector?
    var value = Double.infinity
    var bound = -Double.infinity
    var source: String?
    var iteration = 0
    /// Seconds that linear and integer programs took, where there is a limit.
    var spent = 0.0
    var claim: Claim?
    // Follows from the above.
    var engine: SearchEngine
    let master: ConvexMaster

    init(_ problem: FormulaProgram, _ split: ConvexSplit?, _ box: [Interval], settings: OuterApproximation) {
      given = Given(problem)
      self.settings = settings
      nodes = settings.nodes
      engine = SearchEngine(problem, slack: settings.feasibility)
      master = ConvexMaster(split ?? ConvexSplit(problem, box: box), box: box, integers: Self.integers(problem))
      guard split != nil else {
        claim = .infeasible
        return
      }
      if problem.hasStart { consider(problem.start) }
      phase = .relax
      guard !master.split.terms.isEmpty else { return }
      if let search = LocalSearch(part(from: problem.start, integers: nil), limit: 400) {
        self.search = search
        phase = .search
      }
    }

    /// The bounds of the variables as the rows tighten them; nil when no point is left.
    static func box(_ problem: FormulaProgram, _ settings: OuterApproximation) -> [Interval]? {
      var sweep = IntervalSweep(problem, slack: settings.feasibility)
      var box = sweep.box
      return sweep.tighten(&box) ? box : nil
    }

    private static func integers(_ problem: FormulaProgram) -> [Int32] {
      (0..<problem.variableCount).filter { problem.linear.kinds[$0].isIntegral }.map { Int32($0) }
    }

    var program: FormulaProgram { given.value }

    /// The master as it stands, from the incumbent.
    var masterProgram: RelaxedProgram {
      var program = master.base
      program.rows += cuts
      program.start = incumbent.flatMap { master.lifted($0) }
      return program
    }

    /// The continuous program within the tightened bounds, with the integers of a point fixed.
    func part(from start: Vector, integers: Vector?) -> NonlinearProgram {
      let n = program.variableCount
      var lower = Vector(Array(master.base.lower[..<n]))
      var upper = Vector(Array(master.base.upper[..<n]))
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

    var allowance: Double { settings.search.allowance(value, isDiscrete: program.linear.isDiscrete) }

    var report: Report<Vector> {
      var report = Report(point: incumbent ?? program.start, value: incumbent == nil ? nil : engine.sign * value)
      report.claim = claim
      if bound.isFinite { report.bound = engine.sign * min(bound, value) }
      report.boundSource = source
      if value.isFinite, bound.isFinite { report.measure = max(0, value - bound) }
      if phase == .done, claim == .exhausted {
        report.limit =
          spent >= settings.time
          ? StopReason(.time, "\(settings.time) s of linear and integer programs")
          : StopReason(.iterations, "no master program brought the bounds closer")
      }
      return report
    }
  }
}

extension OuterApproximation.State: Codable {
  private enum Key: String, CodingKey {
    case given, settings, phase, cuts, search, queue, missed, seen, basis, round, stalls, relaxedBound, nodes, repeats
    case wasStopped, hasGained, incumbent, value, bound, source, iteration, spent, claim
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    given = try box.decode(Given<FormulaProgram>.self, forKey: .given)
    settings = try box.decode(OuterApproximation.self, forKey: .settings)
    phase = try box.decode(Phase.self, forKey: .phase)
    cuts = try box.decode([RelaxedProgram.Row].self, forKey: .cuts)
    search = try box.decodeIfPresent(LocalSearch.self, forKey: .search)
    queue = try box.decode([Vector].self, forKey: .queue)
    missed = try box.decode([Int].self, forKey: .missed)
    seen = Set(try box.decode([[Double]].self, forKey: .seen))
    basis = try box.decodeIfPresent(Basis.self, forKey: .basis)
    round = try box.decode(Int.self, forKey: .round)
    stalls = try box.decode(Int.self, forKey: .stalls)
    relaxedBound = try box.decode(Double.self, forKey: .relaxedBound)
    nodes = try box.decode(Int.self, forKey: .nodes)
    repeats = try box.decode(Int.self, forKey: .repeats)
    wasStopped = try box.decode(Bool.self, forKey: .wasStopped)
    hasGained = try box.decode(Bool.self, forKey: .hasGained)
    incumbent = try box.decodeIfPresent(Vector.self, forKey: .incumbent)
    value = try box.decode(Double.self, forKey: .value)
    bound = try box.decode(Double.self, forKey: .bound)
    source = try box.decodeIfPresent(String.self, forKey: .source)
    iteration = try box.decode(Int.self, forKey: .iteration)
    spent = try box.decode(Double.self, forKey: .spent)
    claim = try box.decodeIfPresent(Claim.self, forKey: .claim)
    let problem = given.value
    engine = SearchEngine(problem, slack: settings.feasibility)
    let ranges = Self.box(problem, settings) ?? engine.sweep.box
    master = ConvexMaster(ConvexSplit(problem, box: ranges), box: ranges, integers: Self.integers(problem))
    let n = problem.variableCount
    let columns = Int32(master.base.costs.count)
    guard queue.allSatisfy({ $0.count == n }), incumbent.map({ $0.count == n }) ?? true,
      missed.allSatisfy({ master.split.terms.indices.contains($0) }),
      cuts.allSatisfy({ $0.columns.count == $0.values.count && $0.columns.allSatisfy { (0..<columns).contains($0) } }),
      basis.map({ $0.columns.count == Int(columns) && $0.rows.count == master.base.rows.count + cuts.count }) ?? true
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
    try box.encode(cuts, forKey: .cuts)
    try box.encodeIfPresent(search, forKey: .search)
    try box.encode(queue, forKey: .queue)
    try box.encode(missed, forKey: .missed)
    try box.encode(seen.sorted { $0.lexicographicallyPrecedes($1) }, forKey: .seen)
    try box.encodeIfPresent(basis, forKey: .basis)
    try box.encode(round, forKey: .round)
    try box.encode(stalls, forKey: .stalls)
    try box.encode(relaxedBound, forKey: .relaxedBound)
    try box.encode(nodes, forKey: .nodes)
    try box.encode(repeats, forKey: .repeats)
    try box.encode(wasStopped, forKey: .wasStopped)
    try box.encode(hasGained, forKey: .hasGained)
    try box.encodeIfPresent(incumbent, forKey: .incumbent)
    try box.encode(value, forKey: .value)
    try box.encode(bound, forKey: .bound)
    try box.encodeIfPresent(source, forKey: .source)
    try box.encode(iteration, forKey: .iteration)
    try box.encode(spent, forKey: .spent)
    try box.encodeIfPresent(claim, forKey: .claim)
  }
}
