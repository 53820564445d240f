// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Sums that tell their terms, and two derivatives of the whole.
struct TermProbe: CurveListening, FiniteSumOracle {
  typealias Base = any SecondOrderOracle<Vector> & FiniteSumOracle
  let curve: CurveProbe
  let base: any SecondOrderOracle<Vector> & FiniteSumOracle

  func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector> {
    let fault = try listener.hear([point])
    await listener.arrive()
    let answer = try await base.linearization(ofTerm: index, at: point)
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }

  func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? {
    guard listener.immediate, let answer = try base.immediateLinearization(ofTerm: index, at: point) else { return nil }
    let fault = try listener.hear([point])
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }
}
