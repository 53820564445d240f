// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Differential variation: some coordinates of a parent are replaced by those of a mate, moved by a difference of two others.
///
///     cᵢ = bᵢ + F(pᵢ − qᵢ)   with chance CR and for one coordinate in any case,   otherwise aᵢ
///
/// Steps have the size and the directions that the population has. Projected on the box, so that bounds are reached exactly.
///
/// **Reference** R. Storn & K. Price, J. Global Optim. 11 (1997).
struct DifferentialVariation {
  static let few = 0.3
  static let most = 0.9

  /// F.
  var scale = 0.5
  /// CR.
  var share: Double

  func apply(
    _ child: UnsafeMutablePointer<Double>, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ p: UnsafePointer<Double>, _ q: UnsafePointer<Double>, _ box: SearchBox,
    _ random: inout RandomStream
  ) {
    let n = box.dimension
    let certain = random.integer(below: n)
    for i in 0..<n {
      guard random.uniform() < share || i == certain else {
        child[i] = a[i]
        continue
      }
      child[i] = min(max(b[i] + scale * (p[i] - q[i]), box.lower[i]), box.upper[i])
    }
  }
}
