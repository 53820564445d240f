// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// f as a closure that answers at once.
public struct ValueFunction<Point: Sendable & Codable>: ZerothOrderOracle {
  private let function: @Sendable (Point) throws -> Double

  /// An oracle that calls this closure; it may be called from several threads at once.
  public init(_ function: @escaping @Sendable (Point) throws -> Double) { self.function = function }

  /// What the closure returns.
  public func value(at point: Point) async throws -> Double { try function(point) }
  /// What the closure returns.
  public func immediateValue(at point: Point) throws -> Double? { try function(point) }
}

/// f as a closure that is awaited: a simulation, a service, an experiment.
public struct AwaitedFunction<Point: Sendable & Codable>: ZerothOrderOracle {
  private let function: @Sendable (Point) async throws -> Double

  /// An oracle that awaits this closure; several calls may be under way at once.
  public init(_ function: @escaping @Sendable (Point) async throws -> Double) { self.function = function }

  /// What the closure returns, awaited.
  public func value(at point: Point) async throws -> Double { try await function(point) }
}

/// f and ∇f as one closure that answers at once.
public struct SmoothFunction: FirstOrderOracle {
  private let function: @Sendable (Vector) throws -> Linearization<Vector>

  /// An oracle that calls this closure for value and gradient together; it may be called from several threads at once.
  public init(_ function: @escaping @Sendable (Vector) throws -> (value: Double, gradient: Vector)) {
    self.function = { x in
      let answer = try function(x)
      return Linearization(value: answer.value, gradient: answer.gradient)
    }
  }

  /// What the closure returns.
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { try function(point) }
  /// What the closure returns.
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { try function(point) }
  /// The value of what the closure returns.
  public func immediateValue(at point: Vector) throws -> Double? { try function(point).value }
}
