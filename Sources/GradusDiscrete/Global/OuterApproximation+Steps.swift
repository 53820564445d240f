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
      case .values, .derivatives:
        guard let x = queue.first else {
          phase = .master
          continue
        }
        return .formula(phase == .values ? .evaluate(x) : .derivatives(x))
      case .master:
        if value.isFinite, value - bound <= allowance {
          finish(.optimal)
        } else if iteration >= settings.iterations {
          finish(.exhausted)
        } else {
          return .relaxation(master, masterSettings, basis: nil)
        }
      }
    }
  }

  private var masterSettings: LinearSolveSettings {
    var limits = LinearSolveSettings()
    limits.gapRelative = 0.1 * (program.linear.isDiscrete ? settings.gap : min(settings.gap, settings.gapContinuous))
    limits.gapAbsolute = 0.1 * settings.gapAbsolute
    limits.feasibility = 1e-8
    limits.timeLimit = settings.time < .infinity ? settings.time : nil
    limits.threads = settings.threads
    return limits
  }

  mutating func take(_ answer: SearchQuestion.Answer, to question: SearchQuestion) {
    switch (phase, answer, question) {
    case (.search, .formula(let answer), .formula(let question)): search?.tell(answer, to: question)
    case (.values, .formula(.values(let told)), _):
      values = told
      phase = .derivatives
    case (.derivatives, .formula(.derivatives(let told)), _): linearize(told)
    case (.master, .relaxation(let answer), _): mastered(answer)
    default: preconditionFailure("an answer was told that was not asked for")
    }
  }

  private mutating func finish(_ claim: Claim) {
    self.claim = claim
    phase = .done
  }

  private mutating func endSearch() {
    if let point = search?.report.point, point.isFinite {
      consider(point)
      queue.append(point)
    }
    search = nil
    lastCuts = 0
    phase = .values
  }

  /// Adds the cuts at the first point of the queue.
  private mutating func linearize(_ told: ConstrainedDerivatives) {
    let x = queue.removeFirst()
    phase = .values
    guard let values else { return }
    self.values = nil
    let form = program.linear
    let byRows = told.jacobian.transposed()
    let isMasterPoint = x == masterPoint
    for i in 0..<program.constraintCount where program.rows[i] != nil {
      let g = values.constraints[i]
      guard g.isFinite else { continue }
      let excess = max(
        (form.rowLower[i] - g) / max(1, abs(form.rowLower[i])), (g - form.rowUpper[i]) / max(1, abs(form.rowUpper[i])))
      // Rows far from their sides say nothing that the master needs here.
      if excess < -0.1 * max(1, abs(g)) { continue }
      let places = byRows.range(ofColumn: i)
      let columns = places.map { Int(byRows.rows[$0]) }
      let slopes = places.map { byRows.values[$0] }
      guard slopes.allSatisfy({ $0.isFinite && abs($0) < 1e12 }) else { continue }
      let shift = zip(columns, slopes).reduce(-g) { $0 + $1.1 * x[$1.0] }
      master.rows.append(
        RelaxedProgram.Row(columns, slopes, from: form.rowLower[i] + shift, to: form.rowUpper[i] + shift))
      if excess > 1e-8 || !isMasterPoint { lastCuts += 1 }
    }
    guard program.objective != nil, values.objective.isFinite,
      told.gradient.elements.allSatisfy({ $0.isFinite && abs($0) < 1e12 })
    else { return }
    let n = program.variableCount
    let columns = (0..<n).filter { told.gradient[$0] != 0 }
    let slopes = columns.map { told.gradient[$0] }
    let shift = zip(columns, slopes).reduce(-values.objective) { $0 + $1.1 * x[$1.0] }
    master.rows.append(RelaxedProgram.Row(columns + [n], slopes + [-1], to: shift))
    lastCuts += 1
  }

  private mutating func mastered(_ answer: LinearAnswer) {
    iteration += 1
    source = answer.source
    let isDiscrete = !master.integers.isEmpty
    switch answer.status {
    case .infeasible:
      bound = value
      return finish(value.isFinite ? .optimal : .infeasible)
    case .optimal, .timeLimit, .nodeLimit, .iterationLimit, .interrupted: break
    default: return finish(.exhausted)
    }
    if let told = isDiscrete ? answer.bound : answer.status == .optimal ? answer.objective : nil, told.isFinite {
      bound = max(bound, told)
    }
    if value.isFinite, value - bound <= allowance { return finish(.optimal) }
    guard let primal = answer.primal, primal.isFinite, answer.status == .optimal || lastCuts > 0 else {
      return finish(.exhausted)
    }
    var x = Vector(Array(primal.elements[..<program.variableCount]))
    for j in master.integers { x[Int(j)] = x[Int(j)].rounded() }
    if x == masterPoint { return finish(.exhausted) }
    masterPoint = x
    consider(x)
    queue = [x]
    lastCuts = 0
    let assignment = master.integers.map { x[Int($0)] }
    if isDiscrete, seen.insert(assignment).inserted, let local = LocalSearch(part(from: x, integers: x), limit: 600) {
      search = local
      phase = .search
    } else {
      phase = .values
    }
  }
}
