// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The coordinates in which individuals are varied: every finite side of the box has length 1.
///
///     xᵢ = clamp(oᵢ + wᵢ·uᵢ, lᵢ, uᵢ)
///
/// A coordinate with an infinite side has w = 5 and the start (or else the nearest number to 0) as origin.
struct SearchBox: Sendable, Codable {
  let domain: Box
  private let origin: Buffer<Double>
  private let width: Buffer<Double>
  /// The box in unit coordinates.
  let lower: Buffer<Double>
  let upper: Buffer<Double>

  init(_ problem: BoxConstrained) {
    let domain = problem.domain
    self.domain = domain
    var (origin, width): ([Double], [Double]) = ([], [])
    for i in domain.lower.indices {
      let (l, u) = (domain.lower[i], domain.upper[i])
      let side = u - l
      origin.append(side.isFinite ? l : min(max(problem.start?[i] ?? 0, l), u))
      width.append(side.isFinite ? (side > 0 ? side : 1) : 5)
    }
    self.origin = Buffer(origin)
    self.width = Buffer(width)
    lower = Buffer(origin.indices.map { (domain.lower[$0] - origin[$0]) / width[$0] })
    upper = Buffer(origin.indices.map { (domain.upper[$0] - origin[$0]) / width[$0] })
  }

  var dimension: Int { origin.count }

  /// x for unit coordinates.
  func point(_ u: UnsafePointer<Double>) -> Vector {
    Vector(
      [Double](unsafeUninitializedCapacity: dimension) { x, count in
        for i in 0..<dimension {
          x[i] = min(max(origin[i] + width[i] * u[i], domain.lower[i]), domain.upper[i])
        }
        count = dimension
      })
  }

  /// u for a point of the box.
  func coordinates(of x: Vector) -> [Double] {
    x.indices.map { min(max((x[$0] - origin[$0]) / width[$0], lower[$0]), upper[$0]) }
  }

  /// Uniform between finite sides; a normal number about the origin where a side is infinite.
  func sample(_ random: inout RandomStream) -> [Double] {
    (0..<dimension).map { i in
      let (l, u) = (lower[i], upper[i])
      return l.isFinite && u.isFinite ? random.uniform(l, u) : min(max(random.normal(), l), u)
    }
  }
}
