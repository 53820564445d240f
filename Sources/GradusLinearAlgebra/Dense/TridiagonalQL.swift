// SPDX-License-Identifier: Apache-2.0

/// Eigenvalues and vectors of a symmetric matrix without LAPACK: Householder reduction to a tridiagonal T = QᵀAQ, then
/// QL steps with Wilkinson's shift on T, whose plane rotations are applied to Q.
///
/// Reference: Golub & Van Loan, *Matrix Computations*, 4th ed., Algorithms 8.3.1 and 8.3.3 (there as QR; here the sweep
/// runs upwards, so that graded matrices with large entries below keep their small eigenvalues).
struct TridiagonalQL {
  private let n: Int
  private var a: [Double]
  private var e: [Double]
  /// After `run`, the eigenvalues, ascending.
  private(set) var diagonal: [Double]
  /// After `run`, the eigenvectors by columns.
  private(set) var vectors: [Double]

  init(_ n: Int, _ lower: [Double]) {
    self.n = n
    a = lower
    e = [Double](repeating: 0, count: n)
    diagonal = [Double](repeating: 0, count: n)
    vectors = [Double](repeating: 0, count: n * n)
    for i in 0..<n { vectors[i + i * n] = 1 }
  }

  /// False when an eigenvalue needs more than 60 sweeps.
  mutating func run() -> Bool {
    reduce()
    guard iterate() else { return false }
    sort()
    return true
  }

  /// A ← HAH for the reflectors H = I − βvvᵀ that clear column k below the subdiagonal.
  private mutating func reduce() {
    var reflectors: [(first: Int, v: [Double], beta: Double)] = []
    for k in 0..<max(0, n - 2) {
      let first = k + 1
      var v = Array(a[first + k * n..<n + k * n])
      let largest = v.reduce(0) { max($0, abs($1)) }
      var norm = 0.0
      if largest > 0 {
        for x in v { norm += (x / largest) * (x / largest) }
        norm = largest * norm.squareRoot()
      }
      let tail = v.dropFirst().contains { $0 != 0 }
      guard tail else {
        e[k] = v[0]
        continue
      }
      let alpha = v[0] > 0 ? -norm : norm
      e[k] = alpha
      v[0] -= alpha
      // βvvᵀ does not change when v is scaled; unit first entry keeps β in [1, 2].
      let head = v[0]
      for i in v.indices { v[i] /= head }
      let beta = -head / alpha
      // w = βAv − ½β²(vᵀAv)·v,   A ← A − vwᵀ − wvᵀ
      let m = n - first
      var w = [Double](repeating: 0, count: m)
      a.withUnsafeBufferPointer { a in
        guard let a = a.baseAddress else { return }
        for j in 0..<m {
          let column = a + (first + j) * n + first
          let vj = v[j]
          var sum = column[j] * vj
          w.withUnsafeMutableBufferPointer { w in
            v.withUnsafeBufferPointer { v in
              for i in j + 1..<max(m, j + 1) {
                w[i] += column[i] * vj
                sum += column[i] * v[i]
              }
            }
          }
          w[j] += sum
        }
      }
      var inner = 0.0
      for i in 0..<m {
        w[i] *= beta
        inner += w[i] * v[i]
      }
      for i in 0..<m { w[i] -= 0.5 * beta * inner * v[i] }
      a.withUnsafeMutableBufferPointer { a in
        guard let a = a.baseAddress else { return }
        for j in 0..<m {
          let column = a + (first + j) * n + first
          let (vj, wj) = (v[j], w[j])
          v.withUnsafeBufferPointer { v in
            w.withUnsafeBufferPointer { w in
              for i in j..<m { column[i] -= v[i] * wj + w[i] * vj }
            }
          }
        }
      }
      reflectors.append((first, v, beta))
    }
    if n >= 2 { e[n - 2] = a[n - 1 + (n - 2) * n] }
    for i in 0..<n { diagonal[i] = a[i + i * n] }
    // Q = H₁H₂…, accumulated from the last so that only the trailing block is touched.
    for (first, v, beta) in reflectors.reversed() {
      for j in first..<n {
        var s = 0.0
        for i in v.indices { s += v[i] * vectors[first + i + j * n] }
        s *= beta
        for i in v.indices { vectors[first + i + j * n] -= s * v[i] }
      }
    }
  }

  private mutating func iterate() -> Bool {
    for l in 0..<n {
      var sweeps = 0
      while true {
        var m = l
        while m < n - 1 {
          let scale = abs(diagonal[m]) + abs(diagonal[m + 1])
          if abs(e[m]) <= 0x1p-53 * scale || abs(e[m]) < Double.leastNormalMagnitude { break }
          m += 1
        }
        if m == l { break }
        guard sweeps < 60 else { return false }
        sweeps += 1
        sweep(l, m)
      }
    }
    return true
  }

  /// One implicit QL step on rows l…m.
  private mutating func sweep(_ l: Int, _ m: Int) {
    let half = (diagonal[l + 1] - diagonal[l]) / (2 * e[l])
    let root = (half * half + 1).squareRoot()
    var g = diagonal[m] - diagonal[l] + e[l] / (half + (half < 0 ? -root : root))
    var (s, c, p) = (1.0, 1.0, 0.0)
    var i = m - 1
    while i >= l {
      let f = s * e[i]
      let b = c * e[i]
      let r = Self.hypotenuse(f, g)
      if i + 1 < n { e[i + 1] = r }
      if r == 0 {
        // The rotation is undefined: the matrix splits here.
        diagonal[i + 1] -= p
        e[m] = 0
        return
      }
      s = f / r
      c = g / r
      let h = diagonal[i + 1] - p
      let t = (diagonal[i] - h) * s + 2 * c * b
      p = s * t
      diagonal[i + 1] = h + p
      g = c * t - b
      vectors.withUnsafeMutableBufferPointer { v in
        guard let left = v.baseAddress.map({ $0 + i * n }) else { return }
        let right = left + n
        for k in 0..<n {
          let (x, y) = (left[k], right[k])
          right[k] = s * x + c * y
          left[k] = c * x - s * y
        }
      }
      i -= 1
    }
    diagonal[l] -= p
    e[l] = g
    e[m] = 0
  }

  private mutating func sort() {
    let order = (0..<n).sorted { (diagonal[$0], $0) < (diagonal[$1], $1) }
    let (d, v) = (diagonal, vectors)
    for (new, old) in order.enumerated() {
      diagonal[new] = d[old]
      for i in 0..<n { vectors[i + new * n] = v[i + old * n] }
    }
  }

  /// (x² + y²)^½ without overflow.
  private static func hypotenuse(_ x: Double, _ y: Double) -> Double {
    let (large, small) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
    if large == 0 { return 0 }
    let q = small / large
    return large * (1 + q * q).squareRoot()
  }
}
