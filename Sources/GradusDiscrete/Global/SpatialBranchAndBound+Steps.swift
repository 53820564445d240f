// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension SpatialBranchAndBound.State {
  /// Moves on to where a question stands, and gives it.
  mutating func question() -> SearchQuestion? {
    while true {
      switch phase {
      case .done: return nil
      case .choose: choose()
      case .relax:
        guard let relaxed else { return nil }
        return .relaxation(relaxed, Self.linearSettings, basis: basis)
      case .probe:
        if let question = probeQuestion() { return .relaxation(question, Self.linearSettings, basis: nil) }
        endProbing()
      case .search:
        if let question = search?.ask() { return .formula(question) }
        endSearch()
      case .branch: branch()
      }
    }
  }

  private static var linearSettings: LinearSolveSettings {
    var settings = LinearSolveSettings()
    settings.options = ["presolve": "off", "solver": "simplex"]
    return settings
  }

  mutating func take(_ answer: SearchQuestion.Answer, to question: SearchQuestion) {
    switch (phase, answer, question) {
    case (.relax, .relaxation(let answer), _): bounded(answer)
    case (.probe, .relaxation(let answer), .relaxation(let program, _, _)): probed(answer, program)
    case (.search, .formula(let answer), .formula(let question)): search?.tell(answer, to: question)
    default: preconditionFailure("an answer was told that was not asked for")
    }
  }

  // MARK: Boxes

  private mutating func close(at bound: Double) {
    closed = min(closed, bound)
    current = nil
    relaxed = nil
    phase = .choose
  }

  private mutating func finish() {
    phase = .done
    relaxed = nil
    if value == .infinity, bound == .infinity, open.isEmpty, !isLenient {
      // What satisfies the rows within the tolerance would count as feasible: refute that as well.
      isLenient = true
      engine = SearchEngine(program, slack: settings.feasibility)
      open.insert(BranchNode(box: engine.sweep.box, bound: -.infinity))
      phase = .choose
      return
    }
    if value.isFinite, value - bound <= allowance {
      claim = .optimal
    } else if value == .infinity, bound == .infinity, open.isEmpty {
      claim = .infeasible
    } else {
      claim = .exhausted
    }
  }

  /// The objective of points that are still wanted, in the user's sense.
  private var wanted: Interval {
    guard cutoff.isFinite else { return .whole }
    return engine.sign > 0 ? Interval(-.infinity, cutoff) : Interval(-cutoff, .infinity)
  }

  private mutating func choose() {
    if value.isFinite, value - bound <= allowance || processed >= settings.nodes { return finish() }
    if processed >= settings.nodes { return finish() }
    guard var node = dive.popLast() ?? open.popLeast() else { return finish() }
    if node.bound >= cutoff { return close(at: node.bound) }
    if !engine.sweep.tighten(&node.box, objectiveRange: wanted) { return close(at: cutoff) }
    let range = engine.sweep.range(ofRow: program.constraintCount, in: node.box)
    let low = engine.sign > 0 ? range.lower : -range.upper
    if low > node.bound { node.bound = low }
    if node.bound >= cutoff { return close(at: node.bound) }
    processed += 1
    round = 0
    roundBound = -.infinity
    basis = nil
    point = nil
    current = node
    relaxed = engine.relaxation.program(ranges: engine.sweep.nodes)
    phase = .relax
  }

  /// Takes in the answer about the relaxation of the current box.
  private mutating func bounded(_ answer: LinearAnswer) {
    guard var node = current, var relaxed else { return }
    if answer.status == .infeasible {
      // Nothing is believed that the multipliers do not prove.
      if let ray = answer.ray, SafeBound(relaxed, duals: ray.elements, withoutCosts: true).value > 0 {
        return close(at: .infinity)
      }
      phase = .branch
      return
    }
    if let duals = answer.duals {
      let safe = SafeBound(relaxed, duals: duals.elements)
      if round == 0 { learn(node, safe.value) }
      node.bound = max(node.bound, safe.value)
      if node.bound >= cutoff { return close(at: node.bound) }
      if cutoff.isFinite, safe.value.isFinite { tighten(&node, safe, relaxed) }
    }
    let progress = node.bound - roundBound
    roundBound = node.bound
    current = node
    guard let primal = answer.primal, primal.count == engine.relaxation.columnCount, primal.isFinite else {
      phase = .branch
      return
    }
    point = primal.elements
    consider(Vector(Array(primal.elements[..<program.variableCount])))
    if node.bound >= cutoff { return close(at: node.bound) }
    let limit = node.depth == 0 ? 3 * settings.rounds : settings.rounds
    if round < limit, progress > 1e-3 * max(allowance, 1e-3 * abs(node.bound)) {
      let cuts = engine.relaxation.cuts(at: primal.elements, ranges: engine.sweep.nodes)
      if !cuts.isEmpty {
        round += 1
        relaxed.rows += cuts
        self.relaxed = relaxed
        basis = answer.basis.map {
          Basis(columns: $0.columns, rows: $0.rows + [BasisStatus](repeating: .basic, count: cuts.count))
        }
        return
      }
    }
    sinceSearch += 1
    if node.depth <= settings.searchDepth || sinceSearch >= settings.searchEvery, beginSearch(node) {
      phase = .search
    } else {
      phase = .branch
    }
  }

  /// Reduced costs tell how far a variable may move before the objective is no longer wanted.
  private func tighten(_ node: inout BranchNode, _ safe: SafeBound, _ relaxed: RelaxedProgram) {
    let room = Interval(cutoff) - Interval(safe.value)
    for j in node.box.indices {
      let d = safe.reducedCosts[j]
      var range = node.box[j]
      if d.lower > 0, relaxed.lower[j].isFinite {
        range = range.intersection(
          Interval(-.infinity, (Interval(relaxed.lower[j]) + room / Interval(d.lower)).upper))
      } else if d.upper < 0, relaxed.upper[j].isFinite {
        range = range.intersection(
          Interval((Interval(relaxed.upper[j]) + room / Interval(d.upper)).lower, .infinity))
      }
      if program.linear.kinds[j].isIntegral { range = range.roundedInward(slack: 1e-9) }
      if !range.isEmpty { node.box[j] = range }
    }
  }

  // MARK: Local searches

  private mutating func beginSearch(_ node: BranchNode) -> Bool {
    guard let point else { return false }
    sinceSearch = 0
    let form = program.linear
    var lower = Vector(node.box.map { max($0.lower, -.greatestFiniteMagnitude) })
    var upper = Vector(node.box.map { min($0.upper, .greatestFiniteMagnitude) })
    let first = node.depth == 0 && program.hasStart && incumbent == nil && !form.isDiscrete
    var start = first ? program.start : Vector(Array(point[..<program.variableCount]))
    for j in start.indices {
      lower[j] = node.box[j].lower
      upper[j] = node.box[j].upper
      start[j] = min(max(start[j], lower[j]), upper[j])
      if form.kinds[j].isIntegral {
        start[j] = start[j].rounded()
        lower[j] = start[j]
        upper[j] = start[j]
      }
    }
    guard start.isFinite, lower != upper || !form.isDiscrete else {
      consider(start)
      return false
    }
    let part = NonlinearProgram(
      start: start, domain: Box(lower: lower, upper: upper), rowLower: Vector(form.rowLower),
      rowUpper: Vector(form.rowUpper))
    search = LocalSearch(part)
    return search != nil
  }

  private mutating func endSearch() {
    if let found = search?.report.point { consider(found) }
    search = nil
    let isFirst = current?.depth == 0 && probe == 0 && settings.tightened > 0
    phase = isFirst ? .probe : .branch
  }

  // MARK: Tightening by linear programs

  private var probes: [Int] {
    guard let node = current else { return [] }
    let candidates = node.box.indices.filter { engine.isNonlinear[$0] && node.box[$0].width > 1e-6 }
    return candidates.count <= settings.tightened ? candidates : []
  }

  /// min ±xⱼ over the relaxation with the objective at most the cutoff.
  private func probeQuestion() -> RelaxedProgram? {
    guard var question = relaxed, probe / 2 < probeList.count else { return nil }
    let wantedRow = RelaxedProgram.Row(
      question.costs.indices.filter { question.costs[$0] != 0 }, question.costs.filter { $0 != 0 },
      to: cutoff - question.offset)
    if cutoff.isFinite, !wantedRow.columns.isEmpty { question.rows.append(wantedRow) }
    question.costs = [Double](repeating: 0, count: question.costs.count)
    question.offset = 0
    question.costs[probeList[probe / 2]] = probe % 2 == 0 ? 1 : -1
    return question
  }

  private mutating func probed(_ answer: LinearAnswer, _ program: RelaxedProgram) {
    defer { probe += 1 }
    guard let duals = answer.duals, var node = current else { return }
    let bound = SafeBound(program, duals: duals.elements).value
    let j = probeList[probe / 2]
    var range = node.box[j].intersection(
      probe % 2 == 0 ? Interval(bound, .infinity) : Interval(-.infinity, -bound))
    if self.program.linear.kinds[j].isIntegral { range = range.roundedInward(slack: 1e-9) }
    if !range.isEmpty { node.box[j] = range }
    current = node
  }

  /// The first box is looked at again with its new bounds.
  private mutating func endProbing() {
    if probeList.isEmpty, probe == 0 {
      probeList = probes
      if !probeList.isEmpty { return }
    }
    let moved = probe > 0
    probe = .max / 4
    probeList = []
    guard moved, let node = current else {
      phase = .branch
      return
    }
    dive.append(node)
    current = nil
    relaxed = nil
    phase = .choose
  }
}
