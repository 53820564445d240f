// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension InteriorPoint.State {
  /// Scales the program by its first derivatives and makes the first iterate.
  mutating func begin(_ derivatives: ConstrainedDerivatives) {
    let problem = given.value
    if layout.variables.isEmpty { return settleFixed() }
    self.derivatives = derivatives
    layout.adopt(jacobian: derivatives.jacobian)
    var largest = 0.0
    for j in layout.variables {
      let g = derivatives.gradient[Int(j)]
      if !g.isFinite { return fail("the gradient of the objective", "the start point") }
      largest = max(largest, abs(g))
    }
    let limit = method.largestGradient
    objectiveScale = largest > limit ? max(1e-8, limit / largest) : 1
    var rowLargest = [Double](repeating: 0, count: layout.rowCount)
    for p in layout.jacobianSource.indices {
      let i = Int(layout.rowIndices[p])
      let a = abs(derivatives.jacobian.values[Int(layout.jacobianSource[p])])
      if !a.isFinite { return fail("the gradient of constraint \(layout.rows[i] + 1)", "the start point") }
      rowLargest[i] = max(rowLargest[i], a)
    }
    for i in rowLargest.indices where rowLargest[i] > limit { rowScales[i] = max(1e-8, limit / rowLargest[i]) }
    makeEngine(problem)
    guard adopt(derivatives) else { return fail("a derivative", "the start point") }
    engine.f = objectiveScale * objective
    for k in activities.indices { activities[k] = rowScales[k] * activities[k] - target(k) }
    var c = engine.c
    engine.residual(rows: activities, at: engine.v, into: &c)
    engine.c = c
    engine.linearize(layout)
    // Without a Hessian yet: the empty pattern serves for the multipliers.
    layout.adopt(hessian: SparseMatrix(rowCount: problem.variableCount, columnCount: problem.variableCount))
    if layout.rowCount > 0 {
      var system = KKTSystem(layout)
      engine.startMultipliers(layout, &system, limit: 1000)
    }
    note()
    settle()
  }

  private mutating func makeEngine(_ problem: NonlinearProgram) {
    var lower: [Double] = []
    var upper: [Double] = []
    var v: [Double] = []
    for j in layout.variables.map({ Int($0) }) {
      let relaxed = relaxed(problem.domain.lower[j], problem.domain.upper[j])
      lower.append(relaxed.lower)
      upper.append(relaxed.upper)
      v.append(end.point[j])
    }
    for r in layout.slackRows.map({ Int($0) }) {
      let i = Int(layout.rows[r])
      let scale = rowScales[r]
      let relaxed = relaxed(scale * problem.rowLower[i], scale * problem.rowUpper[i])
      lower.append(relaxed.lower)
      upper.append(relaxed.upper)
      v.append(
        BarrierEngine.pushed(
          scale * activities[r], lower: relaxed.lower, upper: relaxed.upper, push: method.push,
          fraction: method.pushFraction))
    }
    engine = BarrierEngine(
      rules: method.rules, n: layout.variableCount, rows: layout.rowCount, privateRow: layout.slackRows,
      privateSign: [Double](repeating: -1, count: layout.slackRows.count), lower: lower, upper: upper, v: v)
    engine.startBoundDuals()
  }

  /// Two sides a little farther apart, so that there is room between sides that leave none.
  private func relaxed(_ lower: Double, _ upper: Double) -> (lower: Double, upper: Double) {
    (
      lower - min(1e-4, method.relaxation * max(1, abs(lower))),
      upper + min(1e-4, method.relaxation * max(1, abs(upper)))
    )
  }

  /// All variables are fixed: the rows hold or they do not.
  private mutating func settleFixed() {
    end.isFeasible = largestViolation() <= 1e-6
    end.value = end.isFeasible ? objective : nil
    end.measure = 0
    finish(end.value == nil ? .infeasible : .stationary)
  }

  // MARK: Between steps

  /// The largest violation of a row in the user's units, relative to max(1, |side|). `activities` holds scaled rows.
  private func largestViolation() -> Double {
    var worst = 0.0
    for (k, i) in layout.rows.enumerated() {
      let (lower, upper) = (given.value.rowLower[Int(i)], given.value.rowUpper[Int(i)])
      let a = phase == .startDerivatives && engine.m == 0 ? activities[k] : (activities[k] + target(k)) / rowScales[k]
      if a < lower { worst = max(worst, (lower - a) / max(1, abs(lower))) }
      if a > upper { worst = max(worst, (a - upper) / max(1, abs(upper))) }
    }
    return worst
  }

  /// Remembers the iterate as the one to report.
  mutating func note() {
    end.isFeasible = largestViolation() <= 1e-6
    if end.isFeasible {
      end.value = objective
      if objective <= end.feasibleValue, given.value.domain.violation(of: end.point) == 0 {
        end.feasible = end.point
        end.feasibleValue = objective
      }
    } else {
      end.value = nil
    }
  }

  /// At a new iterate with its derivatives: is it the end, and if not, which barrier problem comes next?
  mutating func settle() {
    if suspended != nil { return settleRestoration() }
    let errors = engine.measureErrors()
    let error = engine.error(errors, barrier: 0)
    end.measure = error
    if error <= method.tolerance, isSettled(errors) { return finish(given.value.isConvex ? .optimal : .stationary) }
    engine.control.acceptable = error <= method.acceptable ? engine.control.acceptable + 1 : 0
    if engine.control.acceptable >= method.acceptableIterations { return finish(.stalled) }
    if end.iterations >= method.iterations { return finish(.exhausted) }
    if engine.v.contains(where: { abs($0) > 1e20 }) || (errors.primal <= 1e-6 && engine.f < -1e20) {
      return finish(.unbounded)
    }
    let wasTiny = engine.control.tinySteps >= 2
    let changed = engine.updateBarrier(layout)
    if wasTiny && !changed { return finish(.stalled) }
    if engine.control.filterRejections >= 5 && engine.control.filterResets < 5 && !engine.filter.isEmpty {
      engine.filter.clear()
      engine.control.filterRejections = 0
      engine.control.filterResets += 1
    }
    phase = .hessian
  }

  /// Large multipliers must not hide errors in the user's units.
  private func isSettled(_ errors: BarrierErrors) -> Bool {
    var slope = 0.0
    for g in engine.gradient { slope = max(slope, abs(g)) }
    return largestViolation() <= 2e-7 && errors.dual <= max(objectiveScale, 1e-6 * slope)
      && engine.complementarity(0) <= 1e-4 * max(objectiveScale, abs(engine.f))
  }

  // MARK: Restoration

  /// No step along the present direction passes.
  mutating func recover() {
    if suspended != nil { return abandonRestoration() }
    let worst = engine.measureErrors().primal
    if worst > 1e-2 * method.tolerance {
      if !engine.filter.isEmpty || engine.search.violation > 0 {
        engine.filter.add(
          violation: (1 - engine.rules.violationMargin) * engine.violation(engine.c),
          objective: engine.barrier(engine.f, at: engine.v)
            - engine.rules.objectiveMargin * engine.violation(engine.c))
      }
      engine.search.violation = engine.violation(engine.c)
      engine.search.objective = engine.barrier(engine.f, at: engine.v)
      let elastic = engine.restoration()
      suspended = engine
      engine = elastic
      engine.linearize(layout)
      _ = engine.updateBarrier(layout)
      phase = .hessian
      return
    }
    // Nothing to restore: a smaller μ and an empty filter are what is left to try.
    end.stuck += 1
    if end.measure.map({ $0 <= method.acceptable }) ?? false || end.stuck > 3 { return finish(.stalled) }
    engine.filter.clear()
    engine.control.tinySteps = 2
    engine.control.lastShift = max(1e-4, 10 * engine.control.lastShift)
    let changed = engine.updateBarrier(layout)
    engine.control.tinySteps = 0
    if !changed && end.stuck > 1 { return finish(.stalled) }
    var system = system
    engine.startMultipliers(layout, &system, limit: 1000)
    phase = .hessian
  }

  /// Back to the program as soon as the violation is clearly less and its filter lets the point pass.
  mutating func tryReturn() {
    guard let program = suspended else { return }
    let theta = program.violation(engine.bareResidual)
    guard theta <= program.rules.requiredReduction * program.search.violation else { return }
    let f = objectiveScale * objective
    let phi = program.barrier(f, at: Array(engine.v[0..<program.total]))
    guard program.filter.accepts(violation: theta, objective: phi),
      program.improves(theta, phi, on: program.search.violation, program.search.objective, anyJump: true)
    else { return }
    returnToProgram()
  }

  private mutating func returnToProgram() {
    guard var program = suspended else { return }
    suspended = nil
    program.resume(from: engine)
    program.f = objectiveScale * objective
    program.control.filterRejections = 0
    engine = program
    phase = .derivatives
  }

  private mutating func settleRestoration() {
    let error = engine.error(engine.measureErrors(), barrier: 0)
    if end.iterations >= method.iterations { return finish(.exhausted) }
    if error <= method.tolerance {
      if largestViolation() <= 1e-6 {
        suspended?.filter.clear()
        return returnToProgram()
      }
      end.measure = error
      return finish(.infeasible)
    }
    if engine.control.tinySteps >= 2 && engine.control.barrier <= method.tolerance { return abandonRestoration() }
    _ = engine.updateBarrier(layout)
    phase = .hessian
  }

  /// The restoration itself cannot go on: near a stationary point of the violation that is an answer, else it is not.
  private mutating func abandonRestoration() {
    let error = engine.error(engine.measureErrors(), barrier: 0)
    if largestViolation() <= 1e-6, end.stuck < 3 {
      end.stuck += 1
      suspended?.filter.clear()
      return returnToProgram()
    }
    end.measure = error
    finish(error <= 1e-5 ? .infeasible : .stalled)
  }
}
