// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

/// Completes a claim of infeasibility or unboundedness by what proves it, with further solves on the same session.
///
/// - infeasible: a Farkas ray y of the rows (for an integer program: of its relaxation, where that is infeasible too);
/// - unbounded: a point that satisfies everything and a direction of the relaxation that improves for ever;
/// - infeasible or unbounded: decided first, by asking for any feasible point.
///
/// Where a proof cannot be had in time the claim stands without it.
struct HighsProof {
  let session: HighsSession
  let costs: [Double]
  let discrete: Bool
  let observe: (HighsEvent) -> Bool

  func complete(_ answer: inout LinearAnswer) {
    if answer.status == .infeasibleOrUnbounded { decide(&answer) }
    switch answer.status {
    case .infeasible:
      answer.primal = nil
      answer.objective = nil
      answer.ray = farkasRay()
    case .unbounded:
      answer.ray = improvingRay()
      if answer.primal == nil, let point = feasiblePoint().point {
        answer.primal = Vector(point)
        answer.objective = nil
      }
    default: break
    }
  }

  private func decide(_ answer: inout LinearAnswer) {
    let (status, point) = feasiblePoint()
    if status == .infeasible { answer.status = .infeasible }
    guard let point else { return }
    answer.primal = Vector(point)
    answer.objective = nil
    // A feasible program that is infeasible or unbounded is unbounded, if HiGHS was right about the first.
    if improvingRay() != nil { answer.status = .unbounded }
  }

  /// Some point that satisfies everything, found with a zero objective.
  private func feasiblePoint() -> (status: HighsStatus, point: [Double]?) {
    guard (try? session.setCosts([Double](repeating: 0, count: costs.count))) != nil else { return (.unknown, nil) }
    defer { try? session.setCosts(costs) }
    let status = session.run(observe: observe)
    return (status, session.information.primal == .feasible ? session.point.columns : nil)
  }

  private func farkasRay() -> Vector? {
    relaxed {
      if discrete, session.run(observe: observe) != .infeasible { return nil }
      return session.dualRay(observe: observe).map { Vector($0) }
    }
  }

  private func improvingRay() -> Vector? {
    relaxed {
      if session.primalRay(computing: false) == nil { _ = session.run(observe: observe) }
      return session.primalRay(observe: observe).map { Vector($0) }
    }
  }

  /// Runs `body` as rays want it: with integer variables taken as continuous, by the simplex method on the whole program.
  private func relaxed(_ body: () -> Vector?) -> Vector? {
    do {
      try session.set("presolve", to: "off")
      try session.set("solver", to: "simplex")
      if discrete { try session.set("solve_relaxation", to: "true") }
    } catch { return nil }
    defer {
      try? session.set("presolve", to: "choose")
      if discrete { try? session.set("solve_relaxation", to: "false") }
    }
    return body()
  }
}
