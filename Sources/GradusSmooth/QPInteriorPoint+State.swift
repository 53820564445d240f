// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension QPInteriorPoint {
  /// What is being solved: the program itself, or why it has no solution.
  enum Phase: String, Codable, Sendable { case optimum, feasibility, recession }

  /// The iterate of the present phase and, at the end, the answer.
  public struct State: Sendable, Codable {
    let given: Given<QuadraticProgram>
    let method: QPInteriorPoint
    var phase = Phase.optimum
    var claim: Claim?
    /// The answer in the user's variables, once a phase has given one.
    var point: Buffer<Double>?
    /// Multipliers of a minimization, for all rows.
    var multipliers: Buffer<Double>?
    var reducedCosts: Buffer<Double>?
    var ray: Buffer<Double>?
    // Follows from the above and the saved iterate.
    private let presolve: QPPresolve
    private let program: ConvexQP
    private var engine: InteriorPointEngine

    init(_ problem: QuadraticProgram, method: QPInteriorPoint) {
      given = Given(problem)
      self.method = method
      presolve = QPPresolve(problem.form)
      program = presolve.reduced(problem.form)
      engine = Self.engine(for: .optimum, program, method)
      if let farkas = presolve.farkas {
        claim = .infeasible
        ray = Buffer(farkas)
      } else {
        engine.start()
        settle()
      }
    }

    private static func engine(for phase: Phase, _ program: ConvexQP, _ method: QPInteriorPoint) -> InteriorPointEngine
    {
      let (data, tolerance) =
        switch phase {
        case .optimum: (program, method.tolerance)
        case .feasibility: (QPRay.feasibilityProblem(program), 1e-11)
        case .recession: (QPRay.recessionProblem(program), 1e-11)
        }
      return InteriorPointEngine(
        data, tolerance: tolerance, shift: method.regularization, corrections: method.corrections)
    }

    // MARK: Turns

    /// One iteration of the present phase, and what follows from it.
    mutating func advance() {
      guard claim == nil else { return }
      engine.step()
      settle()
    }

    private mutating func settle() {
      if engine.status == .running && engine.iterate.iteration < method.turns { return }
      switch phase {
      case .optimum: settleOptimum()
      case .feasibility: settleFeasibility()
      case .recession: settleRecession()
      }
    }

    private mutating func enter(_ next: Phase) {
      phase = next
      engine = Self.engine(for: next, program, method)
      engine.start()
      settle()
    }

    private mutating func settleOptimum() {
      // Rounding may stop progress short of the wish but within what an answer must satisfy.
      if engine.status == .converged || engine.measures.worst <= 1e-2 {
        let answer = engine.answer()
        if engine.status == .converged || answer.worst <= max(method.tolerance, 5e-7) {
          return finish(answer, .optimal)
        }
        // Nearly there: a program like this one has a solution, and the point says more than a search for a reason.
        if answer.worst <= 1e-3 { return finish(answer, .stalled) }
      }
      point = Buffer(presolve.restorePoint(engine.point))
      enter(.feasibility)
    }

    private mutating func settleFeasibility() {
      let y = QPRay.cleaned(engine.multipliers, program)
      if QPRay.farkasMargin(y, program) > 1e-9 {
        claim = .infeasible
        ray = Buffer(presolve.restoreRay(presolve.spread(y)))
        return
      }
      guard engine.status == .converged else {
        claim = .stalled
        return
      }
      point = Buffer(presolve.restorePoint(engine.point))
      enter(.recession)
    }

    private mutating func settleRecession() {
      let d = QPRay.cleanedDirection(engine.point)
      if QPRay.improves(along: d, program) {
        claim = .unbounded
        ray = Buffer(presolve.restoreDirection(d))
      } else {
        claim = .stalled
      }
    }

    private mutating func finish(_ answer: InteriorPointAnswer, _ end: Claim) {
      claim = end
      let form = given.value.form
      let x = Vector(presolve.restorePoint(engine.unscaled(x: answer.x)))
      point = Buffer(x.elements)
      var gradient = Vector(form.costs)
      if let q = form.quadratic { gradient = gradient + q.times(x) }
      let sign = presolve.sign
      let spread = presolve.spread(engine.unscaled(y: answer.y))
      // Kept variables keep the reduced costs of the answer: with the residual of the dual equation they would be
      // charged for the distance to bounds that are not active.
      var reduced = presolve.minus(spread, gradient.elements.map { sign * $0 })
      for (k, z) in zip(presolve.columns, engine.unscaled(z: answer.z)) { reduced[Int(k)] = z }
      let restored = presolve.restoreMultipliers(spread, reduced: reduced)
      multipliers = Buffer(restored.multipliers)
      reducedCosts = Buffer(restored.reduced)
    }

    // MARK: Report

    var report: Report<Vector> {
      let form = given.value.form
      let x = Vector(point?.elements ?? presolve.restorePoint(engine.point))
      let known = phase == .optimum && presolve.farkas == nil
      var report = Report(
        point: x, value: form.objective(at: x), measure: known ? engine.measures.worst : nil, claim: claim)
      if let multipliers {
        let sign = presolve.sign
        report.multipliers = Vector(multipliers.elements.map { sign * $0 })
        report.reducedCosts = reducedCosts.map { Vector($0.elements.map { sign * $0 }) }
      }
      report.ray = ray.map { Vector($0.elements) }
      return report
    }

    // MARK: Saving

    private enum Key: String, CodingKey {
      case given, method, phase, claim, point, multipliers, reducedCosts, ray, iterate
    }

    public init(from decoder: any Decoder) throws {
      let box = try decoder.container(keyedBy: Key.self)
      given = try box.decode(Given<QuadraticProgram>.self, forKey: .given)
      method = try box.decode(QPInteriorPoint.self, forKey: .method)
      phase = try box.decode(Phase.self, forKey: .phase)
      claim = try box.decodeIfPresent(Claim.self, forKey: .claim)
      point = try box.decodeIfPresent(Buffer<Double>.self, forKey: .point)
      multipliers = try box.decodeIfPresent(Buffer<Double>.self, forKey: .multipliers)
      reducedCosts = try box.decodeIfPresent(Buffer<Double>.self, forKey: .reducedCosts)
      ray = try box.decodeIfPresent(Buffer<Double>.self, forKey: .ray)
      let iterate = try box.decode(InteriorPointIterate.self, forKey: .iterate)
      presolve = QPPresolve(given.value.form)
      program = presolve.reduced(given.value.form)
      engine = Self.engine(for: phase, program, method)
      guard engine.resume(from: iterate) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "the saved iterate does not fit the program"))
      }
    }

    /// Writes what cannot be computed again from the program: the iterate, the phase and what was settled.
    public func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(given, forKey: .given)
      try box.encode(method, forKey: .method)
      try box.encode(phase, forKey: .phase)
      try box.encodeIfPresent(claim, forKey: .claim)
      try box.encodeIfPresent(point, forKey: .point)
      try box.encodeIfPresent(multipliers, forKey: .multipliers)
      try box.encodeIfPresent(reducedCosts, forKey: .reducedCosts)
      try box.encodeIfPresent(ray, forKey: .ray)
      try box.encode(engine.iterate, forKey: .iterate)
    }
  }
}
