// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where local questions look: a box around the best point whose sides follow the lengths of the surrogate,
///
///     wⱼ = r·ℓⱼ/(Π ℓ)^(1/d),    r ← 1.5r (at most ½) where the answer is the best so far,   r ← 0.7r (at least 1/1000) where not
///
/// In many coordinates most of the volume, and with it most of the variance, is far from everything known: a search of the
/// whole box visits its corners first. Local questions improve what is known meanwhile.
///
/// **Reference** D. Eriksson et al., *Scalable global optimization via local Bayesian optimization*, NeurIPS 2019, for the box.
struct LocalQuestions: Sendable, Codable {
  /// r, half a side of the unit cube being ½.
  private(set) var reach = 0.2
  private var waiting: [Vector] = []

  func box(around center: Vector, _ process: GaussianProcess) -> Box {
    // Beyond this a coordinate does not matter, and how little cannot be told.
    let logs = process.metric.groups.map { log(min(process.lengths[$0], 10)) }
    let middle = logs.reduce(0, +) / Double(max(1, logs.count))
    let widths = logs.map { reach * exp($0 - middle) }
    return Box(
      lower: Vector(center.indices.map { min(max(center[$0] - widths[$0], 0), 1) }),
      upper: Vector(center.indices.map { min(max(center[$0] + widths[$0], 0), 1) }))
  }

  mutating func ask(about point: Vector) { waiting.append(point) }

  /// Follows the answer to a point, where it was asked about locally.
  mutating func hear(_ point: Vector, isBest: Bool) {
    guard let place = waiting.firstIndex(of: point) else { return }
    waiting.remove(at: place)
    reach = isBest ? min(0.5, 1.5 * reach) : max(1e-3, 0.7 * reach)
  }
}
