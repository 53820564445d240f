// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Enclosures of the objective and the rows of a nonlinear program over a set of points, rounded outward.
public struct ProgramRanges: Sendable, Codable {
  /// lower ≤ value ≤ upper; infinite where nothing is known.
  public struct Sides: Sendable, Codable, Hashable {
    public var lower: Double
    public var upper: Double

    public init(_ lower: Double, _ upper: Double) {
      self.lower = lower
      self.upper = upper
    }
  }

  public var objective: Sides
  public var rows: [Sides]
  /// Of d/dt f(x + t·d) and d/dt cᵢ(x + t·d) for all t ≥ 0; whole lines unless a ray was asked about.
  public var objectiveRate: Sides
  public var rowRates: [Sides]

  public init(objective: Sides, rows: [Sides], objectiveRate: Sides? = nil, rowRates: [Sides]? = nil) {
    self.objective = objective
    self.rows = rows
    self.objectiveRate = objectiveRate ?? Sides(-.infinity, .infinity)
    self.rowRates = rowRates ?? rows.map { _ in Sides(-.infinity, .infinity) }
  }
}

/// Tells what values a nonlinear program takes over a box and along a ray.
///
/// Over a box: all values at points where the functions are defined. Along a ray x + t·d, t ≥ 0: values and rates of change
/// where they are defined everywhere on it, whole lines otherwise.
public protocol RangeOracle: Sendable {
  /// What objective and rows can be over `box`, at most; cost: one sweep over the formulas.
  func ranges(over box: Box) async throws -> ProgramRanges
  /// Values and rates of objective and rows along `point` + t·`direction`, t ≥ 0; cost: one sweep over the formulas.
  func ranges(from point: Vector, along direction: Vector) async throws -> ProgramRanges
}

/// Between which numbers do objective and rows lie over a box, or along a ray?
public enum Ranging: Query, Codable {
  case box(Box)
  case ray(from: Vector, along: Vector)

  public static var needs: String { "ranges of objective and constraints" }

  public var kind: String { "range" }

  public func put(to oracle: any RangeOracle) async throws -> ProgramRanges {
    switch self {
    case .box(let box): try await oracle.ranges(over: box)
    case .ray(let point, let direction): try await oracle.ranges(from: point, along: direction)
    }
  }
}
