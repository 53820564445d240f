// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

/// The factorization of a symmetric indefinite matrix, read from its lower triangle:
///
///     P·A·Pᵀ = L·D·Lᵀ,   D with blocks of order 1 and 2
///
/// Cost: n³/3 operations. Exists for every symmetric matrix. Reference: Bunch & Kaufman, *Math. Comp.* 31 (1977) 163–179.
public struct BunchKaufman: Sendable {
  private let n: Int
  private let packed: [Double]
  /// As LAPACK keeps them, from 1: positive for a block of order 1, twice the same negative number for one of order 2.
  private let pivots: [Int32]
  /// Signs of the eigenvalues; `zero` counts blocks that are exactly singular.
  public let inertia: Inertia

  /// Factorizes `matrix`. Throws `notFinite`; a singular matrix is factorized, and refused by `solve`.
  public init(_ matrix: Matrix, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) {
    precondition(matrix.isSquare, "an LDLᵀ factorization needs a square matrix")
    let n = matrix.rowCount
    for j in 0..<n { for i in j..<n where !matrix.elements[i + j * n].isFinite { throw .notFinite } }
    var a = matrix.elements
    var pivots = [Int32](repeating: 0, count: n)
    if n > 0 {
      if let lapack = backend.lapack {
        var lower = UInt8(ascii: "L"), n32 = Int32(n), size = Int32(-1), info: Int32 = 0
        var work = [0.0]
        lapack.dsytrf(&lower, &n32, &a, &n32, &pivots, &work, &size, &info, 1)
        size = Int32(work[0])
        work = [Double](repeating: 0, count: Int(size))
        lapack.dsytrf(&lower, &n32, &a, &n32, &pivots, &work, &size, &info, 1)
      } else {
        Self.factorize(n, &a, &pivots)
      }
    }
    (self.n, packed, self.pivots) = (n, a, pivots)
    inertia = Self.inertia(n, a, pivots)
  }

  /// x with A·x = b. Throws `singular` when a block of D is. Cost: 2n² operations.
  public func solve(_ b: Vector) throws(FactorizationError) -> Vector {
    precondition(b.count == n, "a system of order \(n) needs a right-hand side of \(n) elements")
    if inertia.zero > 0 { throw .singular(step: n - inertia.zero) }
    var x = b.elements
    var k = 0
    while k < n {
      let order = pivots[k] > 0 ? 1 : 2
      exchange(k, order, &x)
      for c in k..<k + order {
        let s = x[c]
        for i in k + order..<max(n, k + order) { x[i] -= packed[i + c * n] * s }
      }
      if order == 1 {
        x[k] /= packed[k + k * n]
      } else {
        (x[k], x[k + 1]) = Self.solveBlock(packed, n, k, x[k], x[k + 1])
      }
      k += order
    }
    k = n - 1
    while k >= 0 {
      let order = pivots[k] > 0 ? 1 : 2
      let first = k - order + 1
      for c in first...k {
        var s = x[c]
        for i in k + 1..<max(n, k + 1) { s -= packed[i + c * n] * x[i] }
        x[c] = s
      }
      exchange(first, order, &x)
      k = first - 1
    }
    return Vector(x)
  }

  private func exchange(_ k: Int, _ order: Int, _ x: inout [Double]) {
    let other = Int(abs(pivots[k])) - 1
    let own = k + order - 1
    if other != own { x.swapAt(own, other) }
  }

  /// Solves the block of order 2 at k, scaled by its off-diagonal entry, which is its largest.
  private static func solveBlock(_ a: [Double], _ n: Int, _ k: Int, _ u: Double, _ v: Double) -> (Double, Double) {
    let d = a[k + 1 + k * n]
    let (p, q) = (a[k + k * n] / d, a[k + 1 + (k + 1) * n] / d)
    let denominator = p * q - 1
    return ((q * u - v) / d / denominator, (p * v - u) / d / denominator)
  }

  private static func inertia(_ n: Int, _ a: [Double], _ pivots: [Int32]) -> Inertia {
    var result = Inertia(positive: 0, negative: 0)
    var k = 0
    while k < n {
      if pivots[k] > 0 {
        let d = a[k + k * n]
        if d > 0 { result.positive += 1 } else if d < 0 { result.negative += 1 } else { result.zero += 1 }
        k += 1
      } else {
        // Chosen only where the determinant is negative.
        result.positive += 1
        result.negative += 1
        k += 2
      }
    }
    return result
  }

  private static func factorize(_ n: Int, _ a: inout [Double], _ pivots: inout [Int32]) {
    let alpha = (1 + 17.0.squareRoot()) / 8
    var k = 0
    while k < n {
      let (other, order) = choose(n, a, k, alpha)
      let own = k + order - 1
      if other != own { interchange(n, &a, k, own, other, order) }
      if order == 1 {
        pivots[k] = Int32(other + 1)
        let d = a[k + k * n]
        if d != 0 {
          for j in k + 1..<max(n, k + 1) {
            let s = a[j + k * n] / d
            for i in j..<n { a[i + j * n] -= a[i + k * n] * s }
          }
          for i in k + 1..<max(n, k + 1) { a[i + k * n] /= d }
        }
      } else {
        (pivots[k], pivots[k + 1]) = (-Int32(other + 1), -Int32(other + 1))
        for j in k + 2..<max(n, k + 2) {
          let (u, v) = solveBlock(a, n, k, a[j + k * n], a[j + (k + 1) * n])
          for i in j..<n { a[i + j * n] -= a[i + k * n] * u + a[i + (k + 1) * n] * v }
          a[j + k * n] = u
          a[j + (k + 1) * n] = v
        }
      }
      k += order
    }
  }

  /// The row to exchange with and the order of the block at k.
  private static func choose(_ n: Int, _ a: [Double], _ k: Int, _ alpha: Double) -> (Int, Int) {
    let diagonal = abs(a[k + k * n])
    var (row, largest) = (k, 0.0)
    for i in k + 1..<max(n, k + 1) where abs(a[i + k * n]) > largest { (row, largest) = (i, abs(a[i + k * n])) }
    if largest == 0 || diagonal >= alpha * largest { return (k, 1) }
    var second = 0.0
    for j in k..<row { second = max(second, abs(a[row + j * n])) }
    for i in row + 1..<max(n, row + 1) { second = max(second, abs(a[i + row * n])) }
    if diagonal * second >= alpha * largest * largest { return (k, 1) }
    if abs(a[row + row * n]) >= alpha * second { return (row, 1) }
    return (row, 2)
  }

  /// Exchanges rows and columns `p` < `q` of the trailing matrix that begins at k.
  private static func interchange(_ n: Int, _ a: inout [Double], _ k: Int, _ p: Int, _ q: Int, _ order: Int) {
    for i in q + 1..<max(n, q + 1) { a.swapAt(i + p * n, i + q * n) }
    for i in p + 1..<max(q, p + 1) { a.swapAt(i + p * n, q + i * n) }
    a.swapAt(p + p * n, q + q * n)
    if order == 2 { a.swapAt(p + k * n, q + k * n) }
  }
}
