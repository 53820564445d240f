// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Coordinates in which every side of a box has length 1:
///
///     xᵢ = clamp(oᵢ + wᵢ·uᵢ, lᵢ, uᵢ)
///
/// with the width w and the lower corner o of the box; a coordinate with an infinite side has w = 5 and the start as
/// origin. Points outside are moved to the nearest point of the box.
struct UnitBox: Sendable, Codable {
  let domain: Box
  private let origin: Buffer<Double>
  let width: Buffer<Double>
  /// The box in unit coordinates.
  let lower: Buffer<Double>
  let upper: Buffer<Double>

  static let freeWidth = 5.0

  init(_ problem: BoxConstrained) {
    let domain = problem.domain
    self.domain = domain
    let start = problem.start.map { domain.projection(of: $0) } ?? domain.middle
    var (origin, width): ([Double], [Double]) = ([], [])
    for i in domain.lower.indices {
      let side = domain.upper[i] - domain.lower[i]
      origin.append(side.isFinite ? domain.lower[i] : start[i])
      width.append(side.isFinite ? (side > 0 ? side : 1) : Self.freeWidth)
    }
    self.origin = Buffer(origin)
    self.width = Buffer(width)
    lower = Buffer(origin.indices.map { (domain.lower[$0] - origin[$0]) / width[$0] })
    upper = Buffer(origin.indices.map { (domain.upper[$0] - origin[$0]) / width[$0] })
  }

  var dimension: Int { origin.count }

  /// x for the unit coordinates `mean + sigma·step`.
  func point(_ mean: Buffer<Double>, _ sigma: Double, _ step: UnsafePointer<Double>) -> Vector {
    Vector(
      [Double](unsafeUninitializedCapacity: dimension) { x, count in
        for i in 0..<dimension {
          let free = origin[i] + width[i] * (mean[i] + sigma * step[i])
          x[i] = min(max(free, domain.lower[i]), domain.upper[i])
        }
        count = dimension
      })
  }

  /// x for unit coordinates.
  func point(at u: [Double]) -> Vector {
    Vector(u.indices.map { min(max(origin[$0] + width[$0] * u[$0], domain.lower[$0]), domain.upper[$0]) })
  }

  /// Random coordinates, uniform over finite sides; three standard deviations' worth around the origin where a side is
  /// infinite.
  func spread(_ random: inout RandomStream) -> [Double] {
    lower.elements.indices.map { i in
      let (l, u) = (lower[i], upper[i])
      return l.isFinite && u.isFinite ? random.uniform(l, u) : min(max(random.normal(), l), u)
    }
  }

  /// Which bounds hold the mean: −1 below, 1 above, 0 none. A mean that touches some bound is taken to be held by every bound
  /// within eight standard deviations; nil when it touches none.
  func heldSides(_ d: SearchDistribution) -> [Int8]? {
    guard (0..<dimension).contains(where: { d.mean[$0] <= lower[$0] || d.mean[$0] >= upper[$0] }) else { return nil }
    return (0..<dimension).map { i in
      let (below, above) = (d.mean[i] - lower[i], upper[i] - d.mean[i])
      return min(below, above) > 8 * d.deviation(i) ? 0 : below < above ? -1 : 1
    }
  }

  /// The mean with these coordinates moved to their bounds.
  func snapped(_ mean: Buffer<Double>, to sides: [Int8]) -> Vector {
    var x = mean.elements
    for (i, side) in sides.enumerated() where side != 0 { x[i] = side < 0 ? lower[i] : upper[i] }
    let y = Buffer(x)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, dimension)) { zero in
      zero.initialize(repeating: 0)
      return zero.baseAddress.map { point(y, 0, $0) } ?? Vector(x)
    }
  }

  /// u for a point of the box.
  func coordinates(of x: Vector) -> Buffer<Double> {
    Buffer(x.indices.map { min(max((x[$0] - origin[$0]) / width[$0], lower[$0]), upper[$0]) })
  }

  /// A random point of the middle 80 % of the box; three standard deviations' worth around the origin where a side is
  /// infinite.
  func sample(_ random: inout RandomStream) -> Buffer<Double> {
    Buffer(
      lower.elements.indices.map { i in
        let (l, u) = (lower[i], upper[i])
        return l.isFinite && u.isFinite
          ? random.uniform(l + 0.1 * (u - l), u - 0.1 * (u - l)) : min(max(random.normal(), l), u)
      })
  }
}
