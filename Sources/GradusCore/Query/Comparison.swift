// SPDX-License-Identifier: Apache-2.0

/// Orders points from best to worst without telling values: a person, a race, a simulator that only compares.
public protocol PreferenceOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// Indices into `points`, best first; each index occurs once.
  func ranking(of points: [Point]) async throws -> [Int]
}

/// In which order would these points be preferred?
public struct Rank<Point: Sendable & Codable>: Query, Codable {
  public var points: [Point]

  public init(points: [Point]) { self.points = points }

  public static var needs: String { "an order of points" }
  public var kind: String { "ranking" }

  /// The ranking of all the points.
  public func put(to oracle: any PreferenceOracle<Point>) async throws -> [Int] {
    try await oracle.ranking(of: points)
  }
}

/// Is the first point preferred to the second?
public struct Compare<Point: Sendable & Codable>: Query, Codable {
  public var first: Point
  public var second: Point

  public init(_ first: Point, _ second: Point) {
    self.first = first
    self.second = second
  }

  public static var needs: String { "an order of points" }
  public var kind: String { "comparison" }

  /// True when the first point comes first in the ranking of the two.
  public func put(to oracle: any PreferenceOracle<Point>) async throws -> Bool {
    try await oracle.ranking(of: [first, second]).first == 0
  }
}
