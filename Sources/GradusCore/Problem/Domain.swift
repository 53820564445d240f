// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Where points live.
public protocol Domain<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable & Codable & Hashable
  /// Zero inside; otherwise how far out, in the units of the domain.
  func violation(of point: Point) -> Double
  /// A random point of the domain.
  func sample(_ random: inout RandomStream) -> Point
}

/// lower ≤ x ≤ upper, with infinite sides where there is none.
public struct Box: Domain, Codable, Hashable {
  public var lower: Vector
  public var upper: Vector

  public init(lower: Vector, upper: Vector) {
    precondition(lower.count == upper.count, "a box needs as many lower as upper bounds")
    self.lower = lower
    self.upper = upper
  }

  /// The whole of Rⁿ.
  public static func all(_ dimension: Int) -> Box {
    Box(lower: Vector(repeating: -.infinity, count: dimension), upper: Vector(repeating: .infinity, count: dimension))
  }

  public var dimension: Int { lower.count }
  public var isBounded: Bool { lower.isFinite && upper.isFinite }

  /// max over coordinates of the distance beyond a side; infinite for NaN and for another dimension.
  public func violation(of p: Vector) -> Double {
    guard p.count == dimension else { return .infinity }
    return p.indices.reduce(0) { p[$1].isNaN ? .infinity : max($0, lower[$1] - p[$1], p[$1] - upper[$1]) }
  }

  /// The nearest point of the box.
  public func projection(of p: Vector) -> Vector {
    Vector(p.indices.map { min(max(p[$0], lower[$0]), upper[$0]) })
  }

  /// Uniform between finite bounds; beyond an infinite side the other one (or 0) plus a normal number.
  public func sample(_ random: inout RandomStream) -> Vector {
    Vector(
      lower.indices.map { i in
        switch (lower[i].isFinite, upper[i].isFinite) {
        case (true, true): random.uniform(lower[i], upper[i])
        case (true, false): lower[i] + abs(random.normal())
        case (false, true): upper[i] - abs(random.normal())
        case (false, false): random.normal()
        }
      })
  }
}
