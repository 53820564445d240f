// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension SpatialBranchAndBound {
  /// The tree, the incumbent, and the box at work.
  public struct State: Sendable {
    enum Phase: String, Codable { case choose, relax, probe, search, branch, done }

    let given: Given<FormulaProgram>
    let settings: SpatialBranchAndBound
    var phase = Phase.choose
    var open = NodeHeap()
    /// Children that are looked at before the heap is asked.
    var dive: [BranchNode] = []
    var current: BranchNode?
    var relaxed: RelaxedProgram?
    var basis: Basis?
    var round = 0
    /// The last point of the current relaxation, one number a column.
    var point: [Double]?
    var search: LocalSearch?
    /// The variable and the side that are being tightened at the root; 2·variable + side.
    var probe = 0
    var probeList: [Int] = []
    /// The bound after the last round of cuts.
    var roundBound = -Double.infinity
    var incumbent: Vector?
    /// The objective of the incumbent in the sense of minimization.
    var value = Double.infinity
    /// The least bound of the boxes that were closed.
    var closed = Double.infinity
    var processed = 0
    var sinceSearch = 0
    /// Gain of the bound for a unit of distance, by variable: down, up; and how often it was seen.
    var gains: [Double]
    var counts: [Int]
    /// True once everything was refuted with rows as they stand, and rows are given the tolerance of incumbents.
    var isLenient = false
    var claim: Claim?
    // Follows from the above.
    var engine: SearchEngine

    init(_ problem: FormulaProgram, settings: SpatialBranchAndBound) {
      given = Given(problem)
      self.settings = settings
      engine = SearchEngine(problem)
      gains = [Double](repeating: 0, count: 2 * problem.variableCount)
      counts = [Int](repeating: 0, count: 2 * problem.variableCount)
      open.insert(BranchNode(box: engine.sweep.box, bound: -.infinity))
      if problem.hasStart { consider(problem.start) }
    }

    var program: FormulaProgram { given.value }

    /// The gap that need not be closed.
    var allowance: Double { settings.search.allowance(value, isDiscrete: program.linear.isDiscrete) }

    /// Boxes whose bound reaches this need no search.
    var cutoff: Double { value.isFinite ? value - 0.9 * allowance : .infinity }

    /// The proved bound on the optimum (in the sense of minimization).
    var bound: Double {
      var least = min(closed, open.least, current?.bound ?? .infinity)
      for node in dive { least = min(least, node.bound) }
      return min(least, value)
    }

    /// Takes a point as incumbent when it is feasible and better; integers are rounded.
    mutating func consider(_ candidate: Vector) {
      guard let (x, objective) = engine.incumbent(candidate, tolerance: settings.feasibility) else { return }
      if objective < value {
        value = objective
        incumbent = x
      }
    }

    var report: Report<Vector> {
      var report = Report(point: incumbent ?? program.start, value: incumbent == nil ? nil : engine.sign * value)
      report.claim = claim
      if bound.isFinite { report.bound = engine.sign * bound }
      if value.isFinite, bound.isFinite { report.measure = value - bound }
      if phase == .done, claim != .optimal, claim != .infeasible, processed >= settings.nodes {
        report.limit = StopReason(.nodes, "\(settings.nodes) nodes")
      }
      return report
    }
  }
}

extension SpatialBranchAndBound.State: Codable {
  private enum Key: String, CodingKey {
    case given, settings, phase, open, dive, current, relaxed, basis, round, point, search, probe, probeList, roundBound
    case incumbent, value
    case closed, processed, sinceSearch, gains, counts, isLenient, claim
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: Key.self)
    given = try box.decode(Given<FormulaProgram>.self, forKey: .given)
    settings = try box.decode(SpatialBranchAndBound.self, forKey: .settings)
    phase = try box.decode(Phase.self, forKey: .phase)
    open = try box.decode(NodeHeap.self, forKey: .open)
    dive = try box.decode([BranchNode].self, forKey: .dive)
    current = try box.decodeIfPresent(BranchNode.self, forKey: .current)
    relaxed = try box.decodeIfPresent(RelaxedProgram.self, forKey: .relaxed)
    basis = try box.decodeIfPresent(Basis.self, forKey: .basis)
    round = try box.decode(Int.self, forKey: .round)
    point = try box.decodeIfPresent([Double].self, forKey: .point)
    search = try box.decodeIfPresent(LocalSearch.self, forKey: .search)
    probe = try box.decode(Int.self, forKey: .probe)
    probeList = try box.decode([Int].self, forKey: .probeList)
    roundBound = try box.decode(Double.self, forKey: .roundBound)
    incumbent = try box.decodeIfPresent(Vector.self, forKey: .incumbent)
    value = try box.decode(Double.self, forKey: .value)
    closed = try box.decode(Double.self, forKey: .closed)
    processed = try box.decode(Int.self, forKey: .processed)
    sinceSearch = try box.decode(Int.self, forKey: .sinceSearch)
    gains = try box.decode([Double].self, forKey: .gains)
    counts = try box.decode([Int].self, forKey: .counts)
    claim = try box.decodeIfPresent(Claim.self, forKey: .claim)
    isLenient = try box.decode(Bool.self, forKey: .isLenient)
    engine = SearchEngine(given.value, slack: isLenient ? settings.feasibility : 1e-9)
    let n = given.value.variableCount
    let boxes = open.nodes + dive + (current.map { [$0] } ?? [])
    guard boxes.allSatisfy({ $0.box.count == n && $0.variable < n }), gains.count == 2 * n, counts.count == 2 * n,
      probe >= 0, probeList.allSatisfy({ (0..<n).contains($0) }), incumbent.map({ $0.count == n }) ?? true,
      point.map({ $0.count == engine.relaxation.columnCount }) ?? true,
      relaxed.map({ $0.costs.count == engine.relaxation.columnCount }) ?? true
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the saved tree does not fit the program"))
    }
    if let current { engine.sweep.forward(current.box) }
  }

  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(given, forKey: .given)
    try box.encode(settings, forKey: .settings)
    try box.encode(phase, forKey: .phase)
    try box.encode(open, forKey: .open)
    try box.encode(dive, forKey: .dive)
    try box.encodeIfPresent(current, forKey: .current)
    try box.encodeIfPresent(relaxed, forKey: .relaxed)
    try box.encodeIfPresent(basis, forKey: .basis)
    try box.encode(round, forKey: .round)
    try box.encodeIfPresent(point, forKey: .point)
    try box.encodeIfPresent(search, forKey: .search)
    try box.encode(probe, forKey: .probe)
    try box.encode(probeList, forKey: .probeList)
    try box.encode(roundBound, forKey: .roundBound)
    try box.encodeIfPresent(incumbent, forKey: .incumbent)
    try box.encode(value, forKey: .value)
    try box.encode(closed, forKey: .closed)
    try box.encode(processed, forKey: .processed)
    try box.encode(sinceSearch, forKey: .sinceSearch)
    try box.encode(gains, forKey: .gains)
    try box.encode(counts, forKey: .counts)
    try box.encode(isLenient, forKey: .isLenient)
    try box.encodeIfPresent(claim, forKey: .claim)
  }
}
