// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Polynomial mutation: one coordinate on average moves by a part of the width of its side.
///
///     x ← x + δ·w,   P(δ) ∝ (1 − |δ|)^η   on [−1, 1], cut off at the bounds
///
/// Beyond an infinite side the distribution is not cut off and w = 1.
///
/// **Reference** K. Deb & M. Goyal, Computer Science and Informatics 26 (1996).
struct PolynomialMutation {
  /// The larger, the smaller the steps.
  var eta = 20.0

  func apply(_ x: UnsafeMutablePointer<Double>, _ box: SearchBox, _ random: inout RandomStream) {
    let n = box.dimension
    let chance = 1 / Double(n)
    for i in 0..<n where random.uniform() < chance {
      let (l, u) = (box.lower[i], box.upper[i])
      guard u > l else { continue }
      let width = u - l
      let isBounded = width.isFinite
      let r = random.uniform()
      let power = eta + 1
      var delta: Double
      if r < 0.5 {
        let cut = isBounded ? pow(1 - (x[i] - l) / width, power) : 0
        delta = pow(2 * r + (1 - 2 * r) * cut, 1 / power) - 1
      } else {
        let cut = isBounded ? pow(1 - (u - x[i]) / width, power) : 0
        delta = 1 - pow(2 * (1 - r) + (2 * r - 1) * cut, 1 / power)
      }
      if isBounded { delta *= width }
      x[i] = min(max(x[i] + delta, l), u)
    }
  }
}
