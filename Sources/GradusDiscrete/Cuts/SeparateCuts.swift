// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// One more row of a program that is not all stated: lower ≤ Σ valuesₖ·x[columnsₖ] ≤ upper.
public struct LinearCut: Sendable, Codable, Hashable {
  public var columns: [Int]
  public var values: [Double]
  public var lower: Double
  public var upper: Double

  public init(columns: [Int], values: [Double], lower: Double = -.infinity, upper: Double = .infinity) {
    precondition(columns.count == values.count, "one value a column")
    self.columns = columns
    self.values = values
    self.lower = lower
    self.upper = upper
  }

  /// How far the point is outside, in units of max(1, |side|).
  public func violation(at x: Vector) -> Double {
    var activity = 0.0
    for (j, value) in zip(columns, values) { activity += value * x[j] }
    return max(0, (lower - activity) / max(1, abs(lower)), (activity - upper) / max(1, abs(upper)))
  }
}

/// Solves a program with rows added to it, and knows which rows a point still lacks.
public protocol CutOracle: Sendable {
  /// The program with these rows added.
  func solve(adding cuts: [LinearCut], settings: LinearSolveSettings, start: Vector?) async throws -> LinearAnswer
  /// Rows of the problem that the point violates; empty when it satisfies all that are meant.
  func separate(_ point: Vector) async throws -> [LinearCut]
}

/// What is the optimum with these rows, or which rows does this point violate?
public enum SeparateCuts: Query, Codable {
  case solve(cuts: [LinearCut], settings: LinearSolveSettings, start: Vector?)
  case separate(point: Vector)

  /// What was asked for.
  public enum Answer: Sendable, Codable { case solution(LinearAnswer), cuts([LinearCut]) }

  public static var needs: String { "an integer programming solver and an oracle that separates points" }
  public var kind: String {
    switch self {
    case .solve: "linear program"
    case .separate: "separation"
    }
  }

  public func put(to oracle: any CutOracle) async throws -> Answer {
    switch self {
    case .solve(let cuts, let settings, let start):
      .solution(try await oracle.solve(adding: cuts, settings: settings, start: start))
    case .separate(let point): .cuts(try await oracle.separate(point))
    }
  }
}
