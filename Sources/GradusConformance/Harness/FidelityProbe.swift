// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

struct FidelityProbe: FidelityOracle {
  let base: any FidelityOracle<Vector>
  let listener: Listener

  func value(at point: Vector, fidelity: Double) async throws -> PricedValue {
    let fault = try listener.hear([point])
    await listener.arrive()
    var answer = try await base.value(at: point, fidelity: fidelity)
    answer.value = fault.spoil(answer.value)
    return answer
  }
}
