// SPDX-License-Identifier: Apache-2.0

/// A value obtained at some fidelity, and what it cost.
public struct PricedValue: Sendable, Codable, Hashable {
  public var value: Double
  public var cost: Double

  public init(value: Double, cost: Double) {
    self.value = value
    self.cost = cost
  }
}

/// Tells cheap approximations of f(x): fidelity 1 is f itself, lower fidelities cost less.
public protocol FidelityOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// An approximation of f(x) and what it cost.
  func value(at point: Point, fidelity: Double) async throws -> PricedValue
}

/// What is f(x) at this fidelity in (0, 1]?
public struct EvaluateAt<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  public var fidelity: Double
  public var costEstimate: Double

  public init(point: Point, fidelity: Double, costEstimate: Double = 0) {
    self.point = point
    self.fidelity = fidelity
    self.costEstimate = costEstimate
  }

  public static var needs: String { "values at several fidelities" }
  public var kind: String { "value" }
  /// What the oracle says the value cost.
  public func cost(of answer: borrowing PricedValue) -> Double { answer.cost }

  /// The value at the fidelity asked for, with its cost.
  public func put(to oracle: any FidelityOracle<Point>) async throws -> PricedValue {
    try await oracle.value(at: point, fidelity: fidelity)
  }
}
