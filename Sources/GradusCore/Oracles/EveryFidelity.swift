// SPDX-License-Identifier: Apache-2.0

/// Tells the value of another oracle at every fidelity, for methods that also ask for cheaper ones. An answer costs as much as
/// its fidelity, with the full function as 1.
public struct EveryFidelity<Point: Sendable & Codable>: FidelityOracle {
  public let base: any ZerothOrderOracle<Point>

  public init(_ base: any ZerothOrderOracle<Point>) { self.base = base }

  /// f(x), whatever the fidelity.
  public func value(at point: Point, fidelity: Double) async throws -> PricedValue {
    PricedValue(value: try await base.value(at: point), cost: fidelity)
  }
}
