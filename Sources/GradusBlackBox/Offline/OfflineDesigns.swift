// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Designs whose values are known, and nobody who could be asked for more.
public struct OfflineDesigns: Sendable, Codable, Hashable {
  public let domain: Box
  public let points: [Vector]
  /// To be minimized.
  public let values: [Double]

  /// Throws when a side of the box is infinite, a value is no finite number, or there are fewer than two designs.
  public init(_ domain: Box, points: [Vector], values: [Double]) throws(SpaceError) {
    guard points.count == values.count, points.count >= 2 else {
      throw SpaceError("\(points.count) designs with \(values.count) values; give at least two, with a value each")
    }
    guard domain.isBounded, zip(domain.lower.elements, domain.upper.elements).allSatisfy({ $0 < $1 }) else {
      throw SpaceError("designs are searched in a box with finite sides and room between them")
    }
    for (i, point) in points.enumerated() {
      guard point.count == domain.dimension, point.isFinite, values[i].isFinite else {
        throw SpaceError("design \(i) or its value is no list of \(domain.dimension) finite numbers; leave it out")
      }
    }
    self.domain = domain
    self.points = points
    self.values = values
  }

  /// Mean and deviation of the values.
  var scale: (mean: Double, deviation: Double) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
    return (mean, deviation > 0 ? deviation : 1)
  }

  /// The sides of the box are −1 and 1.
  func inputs(of x: Vector) -> [Double] {
    x.indices.map { 2 * (x[$0] - domain.lower[$0]) / (domain.upper[$0] - domain.lower[$0]) - 1 }
  }

  func point(at u: [Double]) -> Vector {
    Vector(
      u.indices.map { j in
        let (l, h) = (domain.lower[j], domain.upper[j])
        return min(max(l + 0.5 * (u[j] + 1) * (h - l), l), h)
      })
  }
}
