// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Simulated binary crossover: a child spreads about its parents as the children of binary strings do.
///
///     c = ½((y₁ + y₂) ∓ β(y₂ − y₁)),   P(β) ∝ (η + 1)/2 · β^η up to 1, · β^(−η−2) beyond
///
/// Each coordinate with chance ½, the others from one parent. The bounded form cuts the distribution off so that no child leaves
/// the box; otherwise the child is projected, which reaches bounds exactly.
///
/// **Reference** K. Deb & R. Agrawal, Complex Systems 9 (1995); bounded: K. Deb & H.-G. Beyer, Evol. Comput. 9 (2001).
struct SimulatedBinaryCrossover {
  /// The larger, the nearer to the parents.
  var eta = 15.0
  /// The chance that there is a crossover at all.
  var chance = 0.9

  func apply(
    _ child: UnsafeMutablePointer<Double>, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ box: SearchBox,
    isBounded: Bool, _ random: inout RandomStream
  ) {
    let n = box.dimension
    let (own, mate) = random.uniform() < 0.5 ? (a, b) : (b, a)
    child.update(from: own, count: n)
    guard random.uniform() < chance else { return }
    for i in 0..<n where random.uniform() < 0.5 {
      let (low, high) = (min(own[i], mate[i]), max(own[i], mate[i]))
      let width = high - low
      guard width > 1e-14 else { continue }
      let isLower = random.uniform() < 0.5
      let u = random.uniform()
      var alpha = 2.0
      if isBounded {
        let room = isLower ? low - box.lower[i] : box.upper[i] - high
        alpha -= pow(1 + 2 * room / width, -(eta + 1))
      }
      let beta =
        u * alpha <= 1 ? pow(u * alpha, 1 / (eta + 1)) : pow(1 / (2 - u * alpha), 1 / (eta + 1))
      let value = 0.5 * (low + high + (isLower ? -beta : beta) * width)
      child[i] = min(max(value, box.lower[i]), box.upper[i])
    }
  }
}
