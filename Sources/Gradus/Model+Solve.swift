// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusDiscrete
public import GradusModeling
public import GradusNumerics
import GradusSmooth

/// What solving a model gave: the statement that its own check supports, and the numbers.
public struct ModelAnswer: Sendable {
  /// The statement that the check supports, or how the run ended without one.
  public let status: Status
  /// In the user's sense, recomputed at the point; nil without a point.
  public let objective: Double?
  /// A bound on the optimum, if there is one; `certificate.bound` says who vouches for it.
  public let bound: Double?
  /// What was recomputed from the model's own data.
  public let certificate: Certificate
  /// One number a variable, in the order of declaration.
  public let point: Vector
  /// ∂objective/∂side of each row, where the method has them.
  public let duals: Vector?
  /// ∂objective/∂bound of each variable, where the method has them.
  public let reducedCosts: Vector?
  /// The method's name, for the record.
  public let method: String
  public let stopped: StopReason
}

extension Model {
  /// Solves the model as it stands now.
  ///
  /// Linear and mixed-integer models go to HiGHS, convex quadratic ones to `qp-interior-point`, everything else to the first
  /// method of `SolvableProgram.preferredMethods` that takes it; `method` names another one. An answer becomes the start
  /// of the next solve with `start(from:)`.
  ///
  /// - Throws: `ModelError`, `Unsuitable`, `SettingError`, or `MissingComponent` when HiGHS is needed and not there.
  public func solve(
    by method: String? = nil, settings: [(name: String, value: String)] = [], timeLimit: Double? = nil, seed: UInt64 = 0
  ) async throws -> ModelAnswer {
    try await program().solve(by: method, settings: settings, timeLimit: timeLimit, seed: seed)
  }

  /// Makes an answer the start of the next solve; variables declared since begin at their former start.
  public func start(from answer: ModelAnswer) { start(at: answer.point, multipliers: answer.duals) }

  /// The value of a formula at the point of an answer.
  public func value(of formula: Formula, in answer: ModelAnswer) -> Double { value(of: formula, at: answer.point) }
}

extension FormulaProgram {
  /// Solves the program by the method that `Model.solve` would choose, and throws what that throws.
  public func solve(
    by method: String? = nil, settings: [(name: String, value: String)] = [], timeLimit: Double? = nil, seed: UInt64 = 0
  ) async throws -> ModelAnswer {
    let (run, isMirrored) = try opened(method, settings, seed)
    var rules: [any StoppingRule] = []
    if let timeLimit {
      rules.append(.time(.seconds(timeLimit)))
    }
    let solution = try await run.finishErased(until: AnyOf(rules), width: 1, delivery: .inOrder)
    let sign: Double = isMirrored ? -1 : 1
    func turned(_ v: Vector?) -> Vector? { v.map { sign * $0 } }
    return ModelAnswer(
      status: solution.status, objective: (solution.verdict.objective ?? solution.report.value).map { sign * $0 },
      bound: (solution.verdict.bound ?? solution.report.bound).map { sign * $0 },
      certificate: solution.verdict.certificate, point: solution.report.point,
      duals: turned(solution.report.multipliers), reducedCosts: turned(solution.report.reducedCosts),
      method: run.methodName, stopped: solution.stopped)
  }

  private func opened(
    _ method: String?, _ settings: [(name: String, value: String)], _ seed: UInt64
  ) throws -> (any ErasedRun, isMirrored: Bool) {
    if let form = try? standardForm(), form.quadraticTerms.isEmpty {
      if form.quadratic == nil, method == nil || method == HighsSolver.card.name {
        let highs = try HighsSolver(settings: settings)
        return (try Run(MixedIntegerProgram(form), by: highs, asking: HighsOracle(form), seed: seed), false)
      }
      if !form.isDiscrete, method == nil || method == QPInteriorPoint.card.name {
        let solver = try QPInteriorPoint(settings: settings)
        if let run = try? Run(QuadraticProgram(form), by: solver, asking: (), seed: seed) { return (run, false) }
      }
    }
    let subject = SolvableProgram(self)
    if let method {
      guard let entry = Catalog.entry(named: method) else {
        throw Unsuitable(
          method: method, needs: "to exist", found: "no method of that name",
          remedy:
            "Catalog.all lists them; did you mean '\(nearest(to: method, among: Catalog.all.map(\.card.name)) ?? "")'?")
      }
      return (try subject.open(entry, settings: settings, seed: seed), subject.isMirrored(by: entry))
    }
    for entry in subject.preferredMethods.compactMap({ Catalog.entry(named: $0) }) {
      if let run = try? subject.open(entry, settings: settings, seed: seed) {
        return (run, subject.isMirrored(by: entry))
      }
    }
    throw Unsuitable(
      method: "solve", needs: "a method for this class of problem", found: "none that takes it",
      remedy: "Name a method, or state the problem without what is unusual in it.")
  }
}
