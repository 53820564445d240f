// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

extension SequentialQuadratic {
  /// What is asked next.
  enum Phase: String, Codable, Sendable {
    case startValues, derivatives, hessian, trial, correction, done
  }

  /// The step that is searched along.
  struct Search: Sendable, Codable {
    var direction: Vector
    /// Scaled multipliers of the quadratic program.
    var multipliers: Vector
    var active: [Int32]
    /// B, column by column; empty where no correction is possible.
    var matrix: Vector
    /// The directional derivative of the merit function.
    var slope: Double
    var merit: Double
    var length = 1.0
  }

  /// The iterate with its multipliers, and the search under way.
  public struct State: Sendable, Codable {
    let given: Given<NonlinearProgram>
    let method: SequentialQuadratic
    var phase = Phase.startValues
    /// The scaled rows with λ as multipliers and ρ = 1.
    var rows: PenalizedRows
    var x: Vector
    var values: ConstrainedValues?
    var derivatives: ConstrainedDerivatives?
    var price: Double
    var search: Search?
    /// The point asked about in a search.
    var trial: Vector = []
    /// Sides that the last quadratic program held.
    var active: [Int32] = []
    /// Added convexity after a search that failed.
    var boost = 0.0
    /// Steps that shall come from the elastic program: rows that nearly contradict each other make others too long.
    var forced = 0
    var iterations = 0
    var measure: Double?
    var ray: Vector?
    var claim: Claim?
    var limit: StopReason?

    init(_ problem: NonlinearProgram, method: SequentialQuadratic) {
      given = Given(problem)
      self.method = method
      rows = PenalizedRows(problem)
      rows.penalty = 1
      x = problem.domain.projection(of: problem.start)
      price = method.price
    }

    func question() -> Constrained? {
      switch phase {
      case .startValues: .evaluate(x)
      case .derivatives: .derivatives(x)
      case .hessian:
        .lagrangianHessian(
          at: x,
          multipliers: Vector(rows.multipliers.indices.map { rows.scales[$0] * rows.multipliers[$0] }),
          objectiveWeight: rows.objectiveScale)
      case .trial, .correction: .evaluate(trial)
      case .done: nil
      }
    }

    mutating func advance(_ answer: consuming Constrained.Answer) {
      switch (phase, answer) {
      case (.startValues, .values(let values)):
        precondition(values.constraints.count == given.value.constraintCount, "one value a row is expected")
        guard values.objective.isFinite, values.constraints.isFinite else {
          return fail("the objective or a row is not finite at the start point")
        }
        self.values = values
        phase = .derivatives
      case (.derivatives, .derivatives(let derivatives)): take(derivatives)
      case (.hessian, .hessian(let hessian)): take(hessian)
      case (.trial, .values(let values)), (.correction, .values(let values)): judge(values)
      default: preconditionFailure("the answer does not fit the question of sqp")
      }
    }

    mutating func finish(_ claim: Claim, _ limit: StopReason? = nil) {
      self.claim = claim
      self.limit = limit
      search = nil
      phase = .done
    }

    mutating func fail(_ what: String) { finish(.failed, StopReason(.failure, what)) }

    // MARK: Iterates

    private mutating func take(_ derivatives: ConstrainedDerivatives) {
      guard derivatives.gradient.isFinite, derivatives.jacobian.values.allSatisfy(\.isFinite) else {
        return fail("a derivative is not finite at an iterate")
      }
      if self.derivatives == nil { rows.scale(by: derivatives, limit: method.largestGradient) }
      self.derivatives = derivatives
      settle()
    }

    /// Is the iterate with its multipliers the end?
    mutating func settle() {
      guard !isSolved() else { return finish(given.value.isConvex ? .optimal : .stationary) }
      if iterations >= method.iterations {
        return finish(.exhausted, StopReason(.iterations, "\(iterations) iterations"))
      }
      let isLost = (values?.objective ?? 0) * rows.objectiveScale < -1e20 || x.maximumMagnitude > 1e20
      if isLost {
        let isFeasible = values.map { given.value.relativeViolation($0.constraints) <= 1e-6 } ?? false
        return finish(isFeasible ? .unbounded : .stalled)
      }
      phase = .hessian
    }

    /// Measures the first-order error.
    mutating func isSolved() -> Bool {
      guard let values, let derivatives else { return false }
      let dual = given.value.domain.projectedGradient(x, rows.slope(derivatives, rows.multipliers))
      let y = rows.multipliers
      let sum = y.elements.reduce(0) { $0 + abs($1) }
      let size = max(100, y.count == 0 ? 0 : sum / Double(y.count)) / 100
      let error = rows.error(values)
      measure = max(dual / size, error)
      return dual <= method.tolerance * size && error <= method.tolerance
        && given.value.relativeViolation(values.constraints) <= 2e-7
    }

    private mutating func judge(_ values: ConstrainedValues) {
      guard var search, let here = self.values else { return }
      let isFinite = values.objective.isFinite && values.constraints.isFinite
      let merit = isFinite ? merit(values) : .infinity
      let noise = 10 * max(abs(search.merit), 1).ulp
      if merit <= search.merit + 1e-4 * search.length * search.slope + noise {
        let t = search.length
        let change = search.multipliers - rows.multipliers
        rows.multipliers = rows.multipliers.moved(t, along: change)
        x = trial
        self.values = values
        self.search = nil
        active = search.active
        boost = boost > 1e-3 ? 0.1 * boost : 0
        if t < 0.3 && given.value.relativeViolation(values.constraints) > 1e-6 { forced = 3 }
        iterations += 1
        phase = .derivatives
        return
      }
      if phase == .trial, search.length == 1, isFinite, search.matrix.count > 0,
        rows.totalExcess(values) >= rows.totalExcess(here), let corrected = correction(search, values)
      {
        trial = corrected
        phase = .correction
        return
      }
      search.length *= 0.5
      guard search.length > 1e-10 else {
        self.search = nil
        if boost >= 1 || isSolvedEnough() { return finish(.stalled) }
        boost = boost == 0 ? 0.01 : 10 * boost
        active = []
        phase = .hessian
        return
      }
      self.search = search
      trial = given.value.domain.projection(of: x.moved(search.length, along: search.direction))
      phase = .trial
    }

    private func isSolvedEnough() -> Bool { measure.map { $0 <= method.tolerance } ?? false }

    func merit(_ values: ConstrainedValues) -> Double {
      rows.objectiveScale * values.objective + price * rows.totalExcess(values)
    }

    // MARK: Report

    var report: Report<Vector> {
      let isFeasible = values.map { given.value.relativeViolation($0.constraints) <= 1e-6 } ?? false
      var report = Report(
        point: x, value: isFeasible ? values?.objective : nil, measure: measure, claim: claim)
      report.limit = limit
      guard phase == .done, claim != .failed, let derivatives else { return report }
      if claim == .infeasible {
        report.ray = ray
        return report
      }
      let duals = rows.duals(rows.multipliers, derivatives, at: x, in: given.value.domain)
      report.multipliers = duals.multipliers
      report.reducedCosts = duals.reducedCosts
      return report
    }
  }
}
