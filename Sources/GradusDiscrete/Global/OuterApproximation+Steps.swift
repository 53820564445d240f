// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension OuterApproximation.State {
  mutating func question() -> SearchQuestion? {
    while true {
      switch phase {
      case .done: return nil
      case .search:
        if let question = search?.ask() { return .formula(question) }
        endSearch()
      case .relax:
        var relaxed = masterProgram
        relaxed.integers = []
        relaxed.start = nil
        var limits = LinearSolveSettings()
        limits.options = ["solver": "simplex"]
        limits.timeLimit = timeLeft
        return .relaxation(relaxed, limits, basis: basis)
      case .master:
        if value.isFinite, value - bound <= allowance {
          finish(.optimal)
        } else if round + iteration >= settings.iterations || spent >= settings.time
          || iteration > 0 && !hasGained && !wasStopped
        {
          finish(.exhausted)
        } else {
          return .relaxation(masterProgram, masterSettings, basis: nil)
        }
      }
    }
  }

  /// Of the seconds for linear and integer programs.
  private var timeLeft: Double? { settings.time < .infinity ? max(0.01, settings.time - spent) : nil }

  private var masterSettings: LinearSolveSettings {
    var limits = LinearSolveSettings()
    let isDiscrete = program.linear.isDiscrete
    limits.gapRelative = 0.2 * (isDiscrete ? settings.gap : min(settings.gap, settings.gapContinuous))
    limits.gapAbsolute = 0.2 * settings.gapAbsolute
    limits.timeLimit = timeLeft
    limits.threads = settings.threads
    if !master.base.integers.isEmpty {
      limits.keepsIncumbents = true
      // Without terms nothing is learned from a search that was stopped.
      if !master.split.terms.isEmpty { limits.nodeLimit = nodes }
    }
    return limits
  }

  mutating func take(_ answer: SearchQuestion.Answer, to question: SearchQuestion) {
    switch (phase, answer, question) {
    case (.search, .formula(let answer), .formula(let question)): search?.tell(answer, to: question)
    case (.relax, .relaxation(let answer), _): relaxed(answer)
    case (.master, .relaxation(let answer), _): mastered(answer)
    default: preconditionFailure("an answer was told that was not asked for")
    }
  }

  private mutating func finish(_ claim: Claim) {
    self.claim = claim
    phase = .done
  }

  // MARK: Local searches

  private mutating func endSearch() {
    let point = search?.report.point
    search = nil
    let isFirst = iteration == 0
    if let point, point.isFinite {
      consider(point)
      cuts += master.tangents(at: point, only: isFirst ? nil : missed)
    }
    if isFirst {
      phase = .relax
    } else {
      beginSearch()
    }
  }

  /// The next point of the queue with its integers fixed, or the next master.
  private mutating func beginSearch() {
    phase = .master
    while let x = queue.popLast() {
      if let local = LocalSearch(part(from: x, integers: x), limit: 300) {
        search = local
        phase = .search
        return
      }
    }
  }

  // MARK: The continuous relaxation

  private mutating func relaxed(_ answer: LinearAnswer) {
    source = answer.source
    spent += answer.seconds ?? 0
    guard answer.status == .optimal, let primal = answer.primal, primal.isFinite, let objective = answer.objective
    else {
      // The master decides what this means.
      return endRelaxation(at: nil)
    }
    bound = max(bound, objective)
    let progress = objective - relaxedBound
    relaxedBound = objective
    stalls = progress > 1e-4 * max(1, abs(objective)) ? 0 : stalls + 1
    round += 1
    let new = master.cuts(at: primal.elements, tolerance: 1e-6)
    consider(Vector(Array(primal.elements[..<program.variableCount])))
    if new.rows.isEmpty || round >= min(settings.rounds, settings.iterations) || stalls >= 4 {
      return endRelaxation(at: primal.elements)
    }
    cuts += new.rows
    basis = answer.basis.map {
      Basis(columns: $0.columns, rows: $0.rows + [BasisStatus](repeating: .basic, count: new.rows.count))
    }
  }

  /// Forgets the cuts that the last point does not touch.
  private mutating func endRelaxation(at point: [Double]?) {
    if let point {
      cuts.removeAll { row in
        let value = zip(row.columns, row.values).reduce(0.0) { $0 + $1.1 * point[Int($1.0)] }
        return min(value - row.lower, row.upper - value) > 1e-2 * max(1, abs(value))
      }
    }
    basis = nil
    phase = .master
  }

  // MARK: Masters

  private mutating func mastered(_ answer: LinearAnswer) {
    iteration += 1
    source = answer.source
    spent += answer.seconds ?? 0
    // A search that failed at its end may still have met points worth knowing.
    wasStopped = answer.status == .nodeLimit || answer.status == .failed && !answer.incumbents.isEmpty
    switch answer.status {
    case .infeasible:
      bound = value
      return finish(value.isFinite ? .optimal : .infeasible)
    case .optimal, .timeLimit, .nodeLimit, .iterationLimit, .interrupted: break
    case .failed where wasStopped: break
    default: return finish(.exhausted)
    }
    let isDiscrete = !master.base.integers.isEmpty
    if let told = isDiscrete ? answer.bound : answer.status == .optimal ? answer.objective : nil, told.isFinite {
      bound = max(bound, told)
    }
    if value.isFinite, value - bound <= allowance { return finish(.optimal) }
    hasGained = false
    missed = []
    queue = []
    var all = answer.incumbents
    if let primal = answer.primal { all.append(primal) }
    // The best come last, and are searched first.
    for point in all where point.isFinite && point.count == master.base.costs.count { note(point.elements) }
    if wasStopped {
      if repeats == 0, hasGained {
        repeats = 1
      } else {
        nodes = min(1_000_000_000, nodes * 40)
      }
    } else if all.isEmpty {
      return finish(.exhausted)
    }
    if queue.count > 3 { queue.removeFirst(queue.count - 3) }
    beginSearch()
  }

  /// Takes in one point of a master: cuts it off, considers it, and keeps it for a search.
  private mutating func note(_ point: [Double]) {
    var x = Vector(Array(point[..<program.variableCount]))
    for j in x.indices where program.linear.kinds[j].isIntegral { x[j] = x[j].rounded() }
    let before = value
    consider(x)
    let new = master.cuts(at: point, tolerance: 1e-8)
    cuts += new.rows
    missed += new.terms
    hasGained = hasGained || new.excess > 1e-8 || value < before
    let assignment = x.indices.filter { program.linear.kinds[$0].isIntegral }.map { x[$0] }
    if !assignment.isEmpty, master.hasContinuousTerms, seen.insert(assignment).inserted { queue.append(x) }
  }
}
