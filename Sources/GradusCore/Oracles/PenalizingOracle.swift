// SPDX-License-Identifier: Apache-2.0

/// Answers a fixed, bad value where the oracle fails or says NaN, so that a search goes on elsewhere.
public struct PenalizingOracle<Point: Sendable & Codable>: ZerothOrderOracle {
  private let base: any ZerothOrderOracle<Point>
  private let penalty: Double

  public init(_ base: any ZerothOrderOracle<Point>, penalty: Double) {
    self.base = base
    self.penalty = penalty
  }

  /// f(x), or the penalty after a failure or NaN. Cancellation is passed on.
  public func value(at point: Point) async throws -> Double {
    do { return penalized(try await base.value(at: point)) } catch let error as CancellationError { throw error } catch
    {
      return penalty
    }
  }

  /// As `value(at:)`; nil where the base must be awaited.
  public func immediateValue(at point: Point) throws -> Double? {
    do { return try base.immediateValue(at: point).map(penalized) } catch { return penalty }
  }

  private func penalized(_ value: Double) -> Double { value.isNaN ? penalty : value }
}

extension ZerothOrderOracle {
  /// The same oracle, with failures turned into a bad value.
  public func penalizing(failures penalty: Double) -> PenalizingOracle<Point> {
    PenalizingOracle(self, penalty: penalty)
  }
}
