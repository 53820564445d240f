// SPDX-License-Identifier: Apache-2.0

/// Normal vectors made orthogonal, n at a time, each with the length it had.
///
/// The direction of a normal vector is independent of its length and uniform, and stays uniform when what it shares with
/// earlier ones is taken out: each vector alone is N(0, I) as before, but together they sample more evenly. Cost: 2n³ per
/// group of n.
///
/// **Reference** H. Wang, M. Emmerich & T. Bäck, *Mirrored orthogonal sampling with pairwise selection in evolution
/// strategies*, SAC 2014.
enum OrthogonalDirections {
  /// `z` holds `count` vectors of n numbers, one after the other.
  static func align(_ z: UnsafeMutablePointer<Double>, _ n: Int, count: Int) {
    for group in stride(from: 0, to: count, by: max(1, n)) {
      for k in group..<min(group + n, count) {
        let x = z + k * n
        let length = dot(x, x, n).squareRoot()
        // Twice, because once leaves rounding errors of the size of what cancels.
        for _ in 0..<2 {
          for j in group..<k {
            let y = z + j * n
            let square = dot(y, y, n)
            guard square > 0 else { continue }
            let share = dot(x, y, n) / square
            for i in 0..<n { x[i] -= share * y[i] }
          }
        }
        let rest = dot(x, x, n).squareRoot()
        guard rest > 0 else { continue }
        for i in 0..<n { x[i] *= length / rest }
      }
    }
  }

  private static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ n: Int) -> Double {
    var sum = 0.0
    for i in 0..<n { sum += x[i] * y[i] }
    return sum
  }
}
