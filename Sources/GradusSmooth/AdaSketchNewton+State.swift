// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

extension AdaSketchNewton {
  /// What is asked next.
  enum Phase: String, Codable, Sendable {
    case values, derivatives, hessian, done
  }

  /// The step that is searched along, coordinates before multipliers.
  struct Search: Sendable, Codable {
    var direction: Vector
    /// The directional derivative of the merit function.
    var slope: Double
    var merit: Double
    var length = 1.0
  }

  /// The iterate with its multipliers, the weights of the merit function, and the search under way.
  public struct State: Sendable, Codable {
    /// Accepted steps.
    public internal(set) var iterations = 0
    /// The steps of length 1 since the last shorter one.
    public internal(set) var unitSteps = 0
    /// α of the last accepted step; 0 before the first.
    public internal(set) var lastLength = 0.0
    /// Multiplications and additions of all systems; the same on every machine.
    public internal(set) var operations = 0
    /// Sketches (passes of Kaczmarz) of all systems.
    public internal(set) var sketches = 0
    /// Factorizations: tests of the inertia, and systems that sketches did not solve.
    public internal(set) var factorizations = 0
    /// |R| at the iterate, in free coordinates; infinite before it is known.
    public internal(set) var residualNorm = Double.infinity

    let given: Given<NonlinearProgram>
    let method: AdaSketchNewton
    let random: RandomStream
    /// Systems that sketches were drawn for.
    var draws = 0
    var phase = Phase.values
    /// The scaled rows with λ as multipliers and ρ = 1.
    var rows: PenalizedRows
    var coordinates: FreeCoordinates
    /// The row of each slack.
    var slackRows: [Int32]
    /// Coordinates of variables and, behind them, of slacks.
    var x: Vector
    var values: ConstrainedValues?
    var derivatives: ConstrainedDerivatives?
    var rowWeight: Double
    var gradientWeight: Double
    /// δ.
    var delta: Double
    var search: Search?
    /// The coordinates that are asked about, and the values there.
    var trial: Vector
    var trialValues: ConstrainedValues?
    /// Added convexity after a search that failed.
    var boost = 0.0
    /// Times that coordinates were moved off their bounds.
    var releases = 0
    var measure: Double?
    var ray: Vector?
    var claim: Claim?
    var limit: StopReason?

    init(_ problem: NonlinearProgram, method: AdaSketchNewton, random: RandomStream) {
      given = Given(problem)
      self.method = method
      self.random = random
      rows = PenalizedRows(problem)
      rows.penalty = 1
      let coordinates = FreeCoordinates(lower: problem.domain.lower.elements, upper: problem.domain.upper.elements)
      self.coordinates = coordinates
      slackRows = (0..<problem.constraintCount).filter { problem.rowLower[$0] < problem.rowUpper[$0] }.map { Int32($0) }
      x = Vector(problem.start.indices.map { coordinates.coordinate($0, of: problem.start[$0]) })
      trial = x
      rowWeight = method.rowWeight
      gradientWeight = method.gradientWeight
      delta = method.firstAccuracy
    }

    private func point(_ z: Vector) -> Vector {
      Vector(Array(coordinates.image(of: z).values[0..<given.value.variableCount]))
    }

    func question() -> Constrained? {
      switch phase {
      case .values: .evaluate(point(trial))
      case .derivatives: .derivatives(point(trial))
      case .hessian:
        .lagrangianHessian(
          at: point(x),
          multipliers: Vector(rows.multipliers.indices.map { rows.scales[$0] * rows.multipliers[$0] }),
          objectiveWeight: rows.objectiveScale)
      case .done: nil
      }
    }

    mutating func advance(_ answer: consuming Constrained.Answer) {
      switch (phase, answer) {
      case (.values, .values(let values)):
        precondition(values.constraints.count == given.value.constraintCount, "one value a row is expected")
        guard values.objective.isFinite, values.constraints.isFinite else { return reject() }
        trialValues = values
        phase = .derivatives
      case (.derivatives, .derivatives(let derivatives)):
        guard let found = trialValues, derivatives.gradient.isFinite,
          derivatives.jacobian.values.allSatisfy(\.isFinite)
        else { return reject() }
        judge(found, derivatives)
      case (.hessian, .hessian(let hessian)): take(hessian)
      default: preconditionFailure("the answer does not fit the question of adasketch-newton")
      }
    }

    func frame(
      _ z: Vector, _ y: Vector, _ values: ConstrainedValues?, _ derivatives: ConstrainedDerivatives?
    ) -> LagrangianFrame? {
      guard let values, let derivatives else { return nil }
      return LagrangianFrame(
        rows, multipliers: y, coordinates, slackRows: slackRows, at: z, values, derivatives)
    }

    // MARK: Trial points

    /// The numbers at the trial point cannot be used.
    private mutating func reject() {
      trialValues = nil
      if search != nil { return shorten() }
      if values == nil { return fail("the program is not finite at the start point") }
      conclude(mayRelease: false)
    }

    private mutating func judge(_ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives) {
      trialValues = nil
      guard self.values != nil else { return begin(values, derivatives) }
      if let search {
        let n = x.count
        let step = search.direction.elements
        let y = rows.multipliers.moved(search.length, along: Vector(Array(step[n...])))
        guard let frame = frame(trial, y, values, derivatives), frame.isFinite else { return shorten() }
        let merit = frame.merit(rowWeight, gradientWeight)
        let noise = 10 * max(abs(search.merit), 1).ulp
        let bound = search.merit + AdaSketchNewton.decrease * search.length * search.slope + noise
        guard merit <= bound else { return shorten() }
        rows.multipliers = y
        iterations += 1
        lastLength = search.length
        unitSteps = search.length == 1 ? unitSteps + 1 : 0
        boost = boost > 1e-3 ? 0.1 * boost : 0
        self.search = nil
      }
      x = trial
      self.values = values
      self.derivatives = derivatives
      settle()
    }

    /// Scales, slacks and multipliers once the start is known.
    private mutating func begin(_ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives) {
      self.values = values
      self.derivatives = derivatives
      rows.scale(by: derivatives, limit: method.largestGradient)
      var z = trial.elements
      for row in slackRows {
        let i = Int(row)
        coordinates.append(lower: rows.lower[i], upper: rows.upper[i])
        z.append(coordinates.coordinate(coordinates.count - 1, of: rows.scales[i] * values.constraints[i]))
      }
      x = Vector(z)
      if let frame = frame(x, rows.multipliers, values, derivatives) {
        rows.multipliers = frame.leastSquaresMultipliers()
      }
      settle()
    }

    /// The next trial point of the search.
    mutating func probe() {
      guard let search else { return }
      trial = x.moved(search.length, along: Vector(Array(search.direction.elements[0..<x.count])))
      phase = .values
    }

    private mutating func shorten() {
      search?.length *= 0.5
      if let search, search.length > 1e-12 { return probe() }
      search = nil
      if boost >= 1 { return conclude() }
      boost = boost == 0 ? 0.01 : 10 * boost
      phase = .hessian
    }

    // MARK: Iterates

    /// Is the iterate with its multipliers the end?
    private mutating func settle() {
      guard let values, let derivatives, let frame = frame(x, rows.multipliers, values, derivatives) else { return }
      residualNorm = frame.condition.norm
      let place = point(x)
      let program = given.value
      let y = rows.multipliers
      let dual = program.domain.projectedGradient(place, rows.slope(derivatives, y))
      let sum = y.elements.reduce(0) { $0 + abs($1) }
      let size = max(100, y.count == 0 ? 0 : sum / Double(y.count)) / 100
      let error = rows.error(values)
      measure = max(dual / size, error)
      let violation = program.relativeViolation(values.constraints)
      if dual <= method.tolerance * size && error <= method.tolerance && violation <= 2e-7 {
        return finish(program.isConvex ? .optimal : .stationary)
      }
      if iterations >= method.iterations { return conclude(StopReason(.iterations, "\(iterations) iterations")) }
      if values.objective * rows.objectiveScale < -1e20 || place.maximumMagnitude > 1e20 {
        return finish(violation <= 1e-6 ? .unbounded : .stalled)
      }
      if residualNorm <= 0.1 * method.tolerance {
        if !release(frame) { conclude() }
        return
      }
      phase = .hessian
    }

    /// Moves coordinates off bounds that hold them with the wrong sign; false where there are none.
    private mutating func release(_ frame: LagrangianFrame) -> Bool {
      guard releases < 20,
        let moved = coordinates.released(x, frame.image, slope: frame.slope, tolerance: 0.1 * method.tolerance)
      else { return false }
      releases += 1
      trial = moved
      phase = .values
      return true
    }

    /// Nothing more can be gained, or nothing more may be tried: released bounds, infeasibility, or a stop.
    mutating func conclude(_ reason: StopReason? = nil, mayRelease: Bool = true) {
      search = nil
      guard let values, let derivatives, let frame = frame(x, rows.multipliers, values, derivatives) else {
        return finish(.stalled, reason)
      }
      if reason == nil, mayRelease, release(frame) { return }
      let excess = rows.excess(values)
      if given.value.relativeViolation(values.constraints) > 1e-6,
        rows.isStationary(excess, derivatives, at: point(x), in: given.value.domain)
      {
        ray = Vector(excess.indices.map { -rows.scales[$0] * excess[$0] })
        return finish(.infeasible)
      }
      finish(reason == nil ? .stalled : .exhausted, reason)
    }

    mutating func finish(_ claim: Claim, _ limit: StopReason? = nil) {
      self.claim = claim
      self.limit = limit
      search = nil
      phase = .done
    }

    mutating func fail(_ what: String) { finish(.failed, StopReason(.failure, what)) }

    // MARK: Report

    /// The slope where the bound that it leads to is nearer than it is large: x − P(x − slope) is the distance there.
    private func reducedCosts(_ slope: Vector, at place: Vector) -> Vector {
      let box = given.value.domain
      return Vector(
        place.indices.map { j in
          let isHeld = slope[j] > 0 ? place[j] - box.lower[j] < slope[j] : box.upper[j] - place[j] < -slope[j]
          return isHeld ? slope[j] / rows.objectiveScale : 0
        })
    }

    var report: Report<Vector> {
      let place = point(x)
      let isFeasible = values.map { given.value.relativeViolation($0.constraints) <= 1e-6 } ?? false
      var report = Report(point: place, value: isFeasible ? values?.objective : nil, measure: measure, claim: claim)
      report.limit = limit
      report.operations = operations
      guard phase == .done, claim != .failed, let derivatives else { return report }
      if claim == .infeasible {
        report.ray = ray
        return report
      }
      let duals = rows.duals(rows.multipliers, derivatives, at: place, in: given.value.domain)
      report.multipliers = duals.multipliers
      report.reducedCosts = reducedCosts(rows.slope(derivatives, rows.multipliers), at: place)
      return report
    }
  }
}
