// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The questions of a descent whose steps come from the gradient and the matrix of the Hessian at the last accepted point:
/// ∇f at the start; then H at each point that is accepted, and f and ∇f at the ends of the steps that are tried.
struct DenseDescent: Sendable, Codable {
  /// Where in the algorithm the state stands.
  enum Phase: Sendable, Codable {
    /// f and ∇f at the start are wanted.
    case beginning
    /// H at x is wanted.
    case modelling
    /// f and ∇f at x + d are wanted.
    case trying(step: Vector)
    case ended(Claim)
  }

  /// What an answer means.
  enum News {
    /// The first point is known, or nothing is to be done.
    case none
    /// H at x, by columns.
    case matrix(Vector)
    case trial(point: Vector, step: Vector, Linearization<Vector>)
  }

  private(set) var x: Vector
  /// f(x) and ∇f(x); nil before the first answer.
  private(set) var here: Linearization<Vector>?
  /// |∇f(x)|.
  private(set) var measure: Double?
  private(set) var phase = Phase.beginning

  init(at start: Vector) { x = start }

  var question: DenseCurve? {
    switch phase {
    case .beginning: .linearize(x)
    case .modelling: .matrix(at: x)
    case .trying(let step): .linearize(x + step)
    case .ended: nil
    }
  }

  /// The last accepted point with |∇f(x)| as measure.
  var report: Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = phase { claim = end }
    return Report(point: x, value: here?.value, measure: measure, claim: claim)
  }

  mutating func take(_ answer: consuming DenseCurve.Answer, to question: consuming DenseCurve, of name: String) -> News
  {
    switch (phase, answer) {
    case (.beginning, .linearization(let first)):
      if first.isFinite { arrive(at: x, first) } else { end(.failed) }
      return .none
    case (.modelling, .matrix(let matrix)):
      precondition(matrix.count == x.count * x.count, "a Hessian has n × n elements")
      return .matrix(matrix)
    case (.trying(let step), .linearization(let there)):
      guard case .linearize(let point) = question else { return .none }
      return .trial(point: point, step: step, there)
    default: preconditionFailure("the answer does not fit the question of \(name)")
    }
  }

  mutating func arrive(at point: Vector, _ answer: Linearization<Vector>) {
    x = point
    here = answer
    let norm = answer.gradient.norm
    measure = norm
    phase = norm > 0 ? .modelling : .ended(.stationary)
  }

  /// Tries a step; where it changes no coordinate, or is none, the descent is at rest.
  mutating func attempt(_ step: Vector) {
    if !step.isFinite || x.isFixed(under: 1, along: step) { rest() } else { phase = .trying(step: step) }
  }

  /// No step lowers f any more.
  mutating func rest() { phase = .ended(here?.claimAtRest ?? .failed) }

  mutating func end(_ claim: Claim) { phase = .ended(claim) }
}
