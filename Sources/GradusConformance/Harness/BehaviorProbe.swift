// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

struct BehaviorProbe: BehaviorOracle {
  let base: any BehaviorOracle<Vector>
  let listener: Listener

  func behavior(at point: Vector) async throws -> Behavior {
    let fault = try listener.hear([point])
    await listener.arrive()
    var answer = try await base.behavior(at: point)
    answer.value = fault.spoil(answer.value)
    return answer
  }
}
