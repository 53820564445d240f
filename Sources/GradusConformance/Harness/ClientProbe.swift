// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

struct ClientProbe: FederatedOracle {
  let base: any FederatedOracle<Vector>
  let listener: Listener

  func value(at point: Vector, of client: Int) async throws -> Double {
    let fault = try listener.hear([point])
    await listener.arrive()
    return fault.spoil(try await base.value(at: point, of: client))
  }
}
