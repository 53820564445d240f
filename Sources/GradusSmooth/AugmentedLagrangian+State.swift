// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension AugmentedLagrangian {
  /// What is asked next.
  enum Phase: String, Codable, Sendable {
    case values, derivatives, product, done
  }

  /// A point with what is known there.
  struct Sample: Sendable, Codable {
    var point: Vector
    var values: ConstrainedValues
    var derivatives: ConstrainedDerivatives
  }

  /// The iterate with multipliers and penalty, and the subproblem under way.
  public struct State: Sendable, Codable {
    let given: Given<NonlinearProgram>
    let method: AugmentedLagrangian
    var phase = Phase.values
    var rows: PenalizedRows
    /// The subproblem; nil before the first answers.
    var descent: BoxSubproblem?
    /// The Hessian of the augmented Lagrangian at `here`.
    var bend: PenalizedRows.Bend?
    /// The point asked about, and the values there once they are told.
    var asked: Vector
    var values: ConstrainedValues?
    /// The last accepted point.
    var here: Sample?
    var start: Vector
    var inner = Double.infinity
    var steps = 0
    var rounds = 0
    /// The last |c − P(v)|.
    var error = Double.infinity
    var measure: Double?
    var isInfeasible = false
    var hasRetried = false
    var claim: Claim?
    var limit: StopReason?

    init(_ problem: NonlinearProgram, method: AugmentedLagrangian) {
      given = Given(problem)
      self.method = method
      rows = PenalizedRows(problem)
      start = problem.domain.projection(of: problem.start)
      asked = start
    }

    func question() -> Constrained? {
      switch phase {
      case .values: .evaluate(asked)
      case .derivatives: .derivatives(asked)
      case .product: productQuestion()
      case .done: nil
      }
    }

    mutating func advance(_ answer: consuming Constrained.Answer) {
      switch (phase, answer) {
      case (.values, .values(let values)):
        precondition(values.constraints.count == given.value.constraintCount, "one value a row is expected")
        guard values.objective.isFinite, values.constraints.isFinite else { return reject() }
        self.values = values
        phase = .derivatives
      case (.derivatives, .derivatives(let derivatives)):
        phase = .values
        guard let values, derivatives.gradient.isFinite, derivatives.jacobian.values.allSatisfy(\.isFinite) else {
          return reject()
        }
        take(Sample(point: asked, values: values, derivatives: derivatives))
      case (.product, .product(let product)):
        guard let here, let bend, let direction = descent?.direction else { return finish(.failed) }
        descent?.advance(product: product + bend.stiffProduct(here.derivatives.jacobian, direction))
        proceed()
      default: preconditionFailure("the answer does not fit the question of augmented-lagrangian")
      }
    }

    private func productQuestion() -> Constrained? {
      guard let bend, let subproblem = descent, let direction = subproblem.direction else { return nil }
      return .lagrangianProduct(
        at: subproblem.x, multipliers: bend.multipliers, objectiveWeight: rows.objectiveScale, along: direction)
    }

    /// The numbers at the trial point cannot be used.
    private mutating func reject() {
      guard var descent, asked != descent.x || !descent.hasBegun else {
        return finish(.failed, StopReason(.failure, "the program is not finite at the start point"))
      }
      descent.advance(Linearization(value: .nan, gradient: .zeros(asked.count)))
      self.descent = descent
      proceed()
    }

    private mutating func take(_ sample: Sample) {
      guard var descent else {
        rows.scale(by: sample.derivatives)
        here = sample
        rows.penalty = firstPenalty(sample)
        inner = method.tolerance.squareRoot()
        return begin(sample)
      }
      if descent.claim == nil && descent.wanted == asked {
        if !descent.hasBegun { descent.weigh(rows.weights(sample.values, sample.derivatives)) }
        descent.advance(rows.linearization(sample.values, sample.derivatives))
        self.descent = descent
      }
      if descent.x == sample.point {
        if here?.point != sample.point { steps += 1 }
        here = sample
        bend = method.curvature == .products ? rows.bend(sample.values) : nil
      }
      proceed()
    }

    /// Objective and penalty of about the same size.
    private func firstPenalty(_ sample: Sample) -> Double {
      let excess = rows.excess(sample.values)
      let square = 0.5 * excess.inner(excess)
      guard square > 0 else { return 10 }
      return max(1e-1, min(100, 10 * max(1, abs(rows.objectiveScale * sample.values.objective)) / max(1, square)))
    }

    /// The next subproblem, from a point that is known.
    private mutating func begin(_ sample: Sample) {
      var descent = subproblem(from: sample.point)
      descent.weigh(rows.weights(sample.values, sample.derivatives))
      descent.advance(rows.linearization(sample.values, sample.derivatives))
      self.descent = descent
      bend = method.curvature == .products ? rows.bend(sample.values) : nil
      steps = 0
      proceed()
    }

    private func subproblem(from point: Vector) -> BoxSubproblem {
      BoxSubproblem(method, after: descent, from: point, in: given.value.domain)
    }

    /// Goes on with the subproblem, or ends it.
    private mutating func proceed() {
      values = nil
      phase = .values
      guard let descent else { return }
      let isOver =
        descent.claim != nil || descent.measure.map { $0 <= inner } ?? false || steps >= method.steps
      guard isOver else {
        if descent.direction != nil {
          phase = .product
        } else {
          asked = descent.wanted
        }
        return
      }
      guard let sample = here, sample.point == descent.x else {
        // A trial that was left behind is the best one: what is known of it is asked again.
        asked = descent.x
        return
      }
      if descent.claim == .unbounded && given.value.relativeViolation(sample.values.constraints) > 1e-6 {
        return strengthen(sample)
      }
      conclude(sample, descent)
    }

    /// The penalty does not bound the objective: a larger one, from the start of the round.
    private mutating func strengthen(_ sample: Sample) {
      rounds += 1
      rows.penalty *= 100
      guard rows.penalty < 1e14, rounds < method.rounds else { return finish(.stalled) }
      restart()
    }

    /// A subproblem from `start`, where nothing is known.
    private mutating func restart() {
      descent = subproblem(from: start)
      steps = 0
      here = nil
      asked = start
      values = nil
      phase = .values
    }

    mutating func finish(_ claim: Claim, _ limit: StopReason? = nil) {
      self.claim = claim
      self.limit = limit
      phase = .done
    }

    // MARK: Between subproblems

    private mutating func conclude(_ sample: Sample, _ descent: BoxSubproblem) {
      rounds += 1
      let program = given.value
      let y = rows.updated(sample.values)
      let violation = program.relativeViolation(sample.values.constraints)
      if descent.claim == .unbounded { return finish(.unbounded) }
      let dual = program.domain.projectedGradient(sample.point, rows.slope(sample.derivatives, y))
      var sum = 0.0
      for v in y.elements { sum += abs(v) }
      let size = max(100, y.count == 0 ? 0 : sum / Double(y.count)) / 100
      let error = rows.error(sample.values)
      measure = max(dual / size, error)
      let hasEnded = dual <= method.tolerance * size && error <= method.tolerance && violation <= 2e-7
      if hasEnded {
        rows.multipliers = y
        return finish(program.isConvex ? .optimal : .stationary)
      }
      if violation > 1e-6, rows.penalty >= 1e5,
        rows.isStationary(rows.excess(sample.values), sample.derivatives, at: sample.point, in: program.domain)
      {
        if isInfeasible { return hasRetried ? finish(.infeasible) : retry() }
        isInfeasible = true
      } else {
        isInfeasible = false
      }
      if rounds >= method.rounds {
        rows.multipliers = y
        return finish(.exhausted, StopReason(.iterations, "\(rounds) subproblems"))
      }
      rows.multipliers = y.maximumMagnitude > 1e10 || isInfeasible ? .zeros(y.count) : y
      let isFar = error > method.tolerance || violation > 2e-7
      if isFar && error > 0.5 * self.error {
        if rows.penalty >= 1e14 { return finish(.stalled) }
        rows.penalty *= method.growth
      } else if !isFar && descent.claim != nil && inner <= 0.5 * method.tolerance {
        // A subproblem that cannot be solved better ends the run.
        return finish(.stalled)
      }
      self.error = error
      inner = max(0.3 * method.tolerance, min(0.1 * inner, error))
      start = sample.point
      begin(sample)
    }

    /// Before a program is called infeasible, once more from its start, with violations at a high price at once.
    private mutating func retry() {
      hasRetried = true
      isInfeasible = false
      rows.multipliers = .zeros(rows.multipliers.count)
      rows.penalty = 1e4
      error = .infinity
      inner = method.tolerance.squareRoot()
      start = given.value.domain.projection(of: given.value.start)
      restart()
    }

    // MARK: Report

    var report: Report<Vector> {
      guard let here else { return Report(point: start, claim: claim) }
      let isFeasible = given.value.relativeViolation(here.values.constraints) <= 1e-6
      var report = Report(
        point: here.point, value: isFeasible ? here.values.objective : nil, measure: measure, claim: claim)
      report.limit = limit
      guard phase == .done, claim != .failed else { return report }
      if claim == .infeasible {
        let excess = rows.excess(here.values)
        report.ray = Vector(excess.indices.map { -rows.scales[$0] * excess[$0] })
        return report
      }
      let duals = rows.duals(rows.multipliers, here.derivatives, at: here.point, in: given.value.domain)
      report.multipliers = duals.multipliers
      report.reducedCosts = duals.reducedCosts
      return report
    }
  }
}
