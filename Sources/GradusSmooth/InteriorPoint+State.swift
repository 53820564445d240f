// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension InteriorPoint {
  /// What is asked next.
  enum Phase: String, Codable, Sendable {
    case startValues, startDerivatives, hessian, trial, derivatives, projected, done
  }

  /// The iterate, the barrier problem it belongs to, and the answers that the next step needs.
  public struct State: Sendable {
    let given: Given<NonlinearProgram>
    let method: InteriorPoint
    var phase = Phase.startValues
    /// The program, or the restoration while `suspended` holds the program.
    var engine: BarrierEngine
    var suspended: BarrierEngine?
    /// The last first derivatives, and a Hessian for its pattern.
    var derivatives: ConstrainedDerivatives?
    var hessianPattern: SparseMatrix?
    var objectiveScale = 1.0
    var rowScales: [Double]
    /// f and the kept rows as last told.
    var objective = 0.0
    var activities: [Double]
    /// Where and how the run ended.
    var end = Ending()
    // Follows from the above.
    var layout: ProgramLayout
    var system = KKTSystem()

    /// The statement about the best iterate so far.
    struct Ending: Sendable, Codable {
      var claim: Claim?
      var limit: StopReason?
      var point: Vector
      var value: Double?
      var measure: Double?
      /// The best iterate that satisfied the rows, where the last one does not.
      var feasible: Vector?
      var feasibleValue = Double.infinity
      var isFeasible = false
      /// The iterate beyond its bounds that the answer is the projection of, where it satisfied the rows.
      var unprojected: Vector?
      var iterations = 0
      var stuck = 0

      init(point: Vector = []) { self.point = point }
    }

    /// Begins at `origin` or, where that is nil, at the start of the problem.
    init(_ problem: NonlinearProgram, method: InteriorPoint, from origin: Vector? = nil) {
      given = Given(problem)
      self.method = method
      layout = ProgramLayout(problem)
      rowScales = [Double](repeating: 1, count: layout.rowCount)
      activities = rowScales
      var start = problem.domain.projection(of: origin ?? problem.start)
      for j in layout.variables.map({ Int($0) }) {
        start[j] = BarrierEngine.pushed(
          start[j], lower: problem.domain.lower[j], upper: problem.domain.upper[j], push: method.push,
          fraction: method.pushFraction)
      }
      engine = BarrierEngine(
        rules: method.rules, n: 0, rows: 0, privateRow: [], privateSign: [], lower: [], upper: [], v: [])
      end = Ending(point: start)
    }

    // MARK: Asking

    func question() -> Constrained? {
      switch phase {
      case .startValues: .evaluate(end.point)
      case .startDerivatives, .derivatives: .derivatives(phase == .derivatives ? point(engine.v) : end.point)
      case .hessian:
        .lagrangianHessian(
          at: point(engine.v), multipliers: multipliers(engine.y, scale: 1),
          objectiveWeight: suspended == nil ? objectiveScale : 0)
      case .trial: .evaluate(point(engine.trial))
      case .projected: .evaluate(end.point)
      case .done: nil
      }
    }

    /// The user's point of an iterate.
    func point(_ v: [Double]) -> Vector {
      var x = end.point
      for (k, j) in layout.variables.enumerated() { x[Int(j)] = v[k] }
      return x
    }

    /// Multipliers of all rows in the user's units.
    func multipliers(_ y: [Double], scale: Double) -> Vector {
      var all = Vector.zeros(given.value.constraintCount)
      for (k, i) in layout.rows.enumerated() { all[Int(i)] = scale * y[k] * rowScales[k] }
      return all
    }

    // MARK: Telling

    mutating func advance(_ answer: consuming Constrained.Answer, at point: Vector) {
      switch (phase, answer) {
      case (.startValues, .values(let values)): takeStart(values)
      case (.startDerivatives, .derivatives(let derivatives)): begin(derivatives)
      case (.hessian, .hessian(let hessian)): takeStep(hessian)
      case (.trial, .values(let values)): takeTrial(values, at: point)
      case (.derivatives, .derivatives(let derivatives)): takeDerivatives(derivatives)
      case (.projected, .values(let values)): takeProjected(values)
      default: preconditionFailure("the answer does not fit the question")
      }
    }

    /// Ends the run. An iterate beyond its bounds, which are relaxed, is projected and evaluated once more.
    mutating func finish(_ claim: Claim, _ limit: StopReason? = nil) {
      end.claim = claim
      end.limit = limit ?? (claim == .exhausted ? StopReason(.iterations, "\(end.iterations) iterations") : nil)
      phase = .done
      guard claim != .failed, given.value.domain.violation(of: end.point) > 0 else { return }
      end.unprojected = end.isFeasible ? end.point : nil
      end.point = given.value.domain.projection(of: end.point)
      end.value = nil
      end.isFeasible = false
      phase = .projected
    }

    private mutating func takeProjected(_ values: ConstrainedValues) {
      phase = .done
      let before = objective
      defer {
        // Where the projection costs rows their feasibility, bounds missed by 1e-8 relative are the lesser evil.
        if !end.isFeasible, let unprojected = end.unprojected {
          end.point = unprojected
          end.value = before
          end.isFeasible = true
        }
      }
      guard values.objective.isFinite, values.constraints.isFinite else { return }
      objective = values.objective
      gather(values.constraints)
      for k in activities.indices { activities[k] = rowScales[k] * activities[k] - target(k) }
      note()
    }

    /// The numbers of an answer cannot be used at the point `place`.
    mutating func fail(_ what: String, _ place: String) {
      finish(.failed, StopReason(.failure, "\(what) is not finite at \(place)"))
    }

    private mutating func takeStart(_ values: ConstrainedValues) {
      precondition(values.constraints.count == given.value.constraintCount, "one value a row is expected")
      objective = values.objective
      gather(values.constraints)
      if !objective.isFinite { return fail("the objective", "the start point") }
      if let i = values.constraints.elements.firstIndex(where: { !$0.isFinite }) {
        return fail("constraint \(i + 1)", "the start point")
      }
      phase = .startDerivatives
    }

    mutating func gather(_ constraints: Vector) {
      for (k, i) in layout.rows.enumerated() { activities[k] = constraints[Int(i)] }
    }

    private mutating func takeStep(_ hessian: SparseMatrix) {
      if hessianPattern.map({ $0.starts != hessian.starts || $0.rows != hessian.rows }) ?? true {
        hessianPattern = hessian
        layout.adopt(hessian: hessian)
        system = KKTSystem(layout)
      }
      let source = layout.hessianSource
      if engine.hessian.count != source.count { engine.hessian = [Double](repeating: 0, count: source.count) }
      var sum = 0.0
      for p in source.indices {
        engine.hessian[p] = hessian.values[Int(source[p])]
        sum += 0 * engine.hessian[p]
      }
      if !sum.isFinite { return fail("the Hessian of the Lagrangian", "an iterate") }
      guard engine.findStep(layout, &system) else { return recover() }
      engine.beginSearch()
      phase = .trial
    }

    private mutating func takeTrial(_ values: ConstrainedValues, at point: Vector) {
      gather(values.constraints)
      for k in activities.indices { activities[k] = rowScales[k] * activities[k] - target(k) }
      switch engine.judgeTrial(
        objective: objectiveScale * values.objective, rows: activities, layout, &system)
      {
      case .accepted:
        objective = values.objective
        end.iterations += 1
        end.point = point
        note()
        phase = .derivatives
        if suspended != nil { tryReturn() }
      case .retry: break
      case .failed: recover()
      }
    }

    /// b of an equation, scaled; 0 for rows with a slack.
    func target(_ k: Int) -> Double {
      let i = Int(layout.rows[k])
      let (lower, upper) = (given.value.rowLower[i], given.value.rowUpper[i])
      return lower == upper ? rowScales[k] * lower : 0
    }

    private mutating func takeDerivatives(_ derivatives: ConstrainedDerivatives) {
      guard adopt(derivatives) else { return fail("a derivative", "an iterate") }
      engine.linearize(layout)
      settle()
    }

    /// Takes in ∇f and J at the iterate; false when a number is not finite.
    mutating func adopt(_ derivatives: ConstrainedDerivatives) -> Bool {
      let fits =
        self.derivatives.map {
          $0.jacobian.starts == derivatives.jacobian.starts && $0.jacobian.rows == derivatives.jacobian.rows
        } ?? false
      self.derivatives = derivatives
      if !fits {
        layout.adopt(jacobian: derivatives.jacobian)
        if hessianPattern != nil { system = KKTSystem(layout) }
      }
      var sum = 0.0
      if engine.elastic == nil {
        for (k, j) in layout.variables.enumerated() {
          engine.gradient[k] = objectiveScale * derivatives.gradient[Int(j)]
          sum += 0 * engine.gradient[k]
        }
      }
      let source = layout.jacobianSource
      if engine.jacobian.count != source.count { engine.jacobian = [Double](repeating: 0, count: source.count) }
      for p in source.indices {
        engine.jacobian[p] = rowScales[Int(layout.rowIndices[p])] * derivatives.jacobian.values[Int(source[p])]
        sum += 0 * engine.jacobian[p]
      }
      return sum.isFinite
    }
  }
}
