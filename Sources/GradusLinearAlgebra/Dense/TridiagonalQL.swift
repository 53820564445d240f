// SPDX-License-Identifier: Apache-2.0

/// Eigenvalues and vectors of a symmetric matrix without LAPACK: Householder reduction to a tridiagonal T = QᵀAQ, then
/// QL steps with Wilkinson's shift on T, whose plane rotations are applied to Q.
///
/// Reference: Golub & Van Loan, *Matrix Computations*, 4th ed., Algorithms 8.3.1 and 8.3.3 (there as QR; here the sweep
/// runs upwards, so that graded matrices with large entries below keep their small eigenvalues).
struct TridiagonalQL {
  private let n: Int
  /// Columns start every `stride` numbers, a multiple of eight; the padding is zero and stays zero.
  private let stride: Int
  private var a: [Double]
  private var q: [Double]
  private var e: [Double]
  private var d: [Double]
  /// Ascending places of the eigenvalues in `d`.
  private var order: [Int] = []

  private typealias Lanes = SIMD8<Double>
  private typealias Pointer = UnsafeMutablePointer<Double>

  /// `lower` holds the lower triangle of a matrix of finite numbers, by columns of length n.
  init(_ n: Int, _ lower: [Double]) {
    self.n = n
    let stride = (n + 7) & ~7
    self.stride = stride
    a = [Double](repeating: 0, count: n * stride)
    q = a
    e = [Double](repeating: 0, count: stride)
    d = e
    a.withUnsafeMutableBufferPointer { a in
      lower.withUnsafeBufferPointer { lower in
        for j in 0..<n {
          for i in j..<n {
            a[i + j * stride] = lower[i + j * n]
            a[j + i * stride] = lower[i + j * n]
          }
        }
      }
    }
    for i in 0..<n { q[i + i * stride] = 1 }
  }

  /// The eigenvalues, ascending. Meaningful after `run`.
  var values: [Double] { order.map { d[$0] } }

  /// The eigenvectors by columns of length n. Meaningful after `run`.
  var vectors: [Double] {
    [Double](unsafeUninitializedCapacity: n * n) { target, count in
      for (new, old) in order.enumerated() {
        for i in 0..<n { target[i + new * n] = q[i + old * stride] }
      }
      count = n * n
    }
  }

  /// False when an eigenvalue needs more than 60 sweeps.
  mutating func run() -> Bool {
    guard n > 0 else { return true }
    let (n, stride) = (n, stride)
    let converged = a.withUnsafeMutableBufferPointer { a in
      q.withUnsafeMutableBufferPointer { q in
        e.withUnsafeMutableBufferPointer { e in
          d.withUnsafeMutableBufferPointer { d in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * stride) { scratch in
              guard let a = a.baseAddress, let q = q.baseAddress, let e = e.baseAddress, let d = d.baseAddress,
                let scratch = scratch.baseAddress
              else { return false }
              scratch.initialize(repeating: 0, count: 3 * stride)
              Self.reduce(n, stride, a, scratch, d, e)
              Self.accumulate(n, stride, a, scratch + 2 * stride, q)
              return Self.iterate(n, stride, d, e, q, scratch)
            }
          }
        }
      }
    }
    order = (0..<n).sorted { (d[$0], $0) < (d[$1], $1) }
    return converged
  }

  /// A ← HAH for the reflectors H = I − βvvᵀ that clear column k below the subdiagonal.
  ///
  /// Both triangles of A are kept, so that every loop runs down columns. v stays in column k of A with its leading 1; β is
  /// left in `scratch` from 2·stride on.
  private static func reduce(
    _ n: Int, _ stride: Int, _ a: Pointer, _ scratch: Pointer, _ d: Pointer, _ e: Pointer
  ) {
    let (v, w, betas) = (scratch, scratch + stride, scratch + 2 * stride)
    for k in 0..<max(0, n - 2) {
      let first = k + 1
      let block = first & ~7
      let own = a + k * stride
      d[k] = own[k]
      for i in block..<first { v[i] = 0 }
      for i in first..<n { v[i] = own[i] }
      guard (first + 1..<n).contains(where: { v[$0] != 0 }) else {
        e[k] = v[first]
        betas[k] = 0
        continue
      }
      let norm = norm(v + block, stride - block)
      let alpha = v[first] > 0 ? -norm : norm
      e[k] = alpha
      // βvvᵀ does not change when v is scaled; unit first entry keeps β in [1, 2].
      let head = v[first] - alpha
      v[first] = head
      for i in Swift.stride(from: block, to: stride, by: 8) { store(load(v + i) / head, v + i) }
      v[first] = 1
      let beta = -head / alpha
      betas[k] = beta
      // w = βAv − ½β²(vᵀAv)·v,   A ← A − vwᵀ − wvᵀ
      for i in Swift.stride(from: block, to: stride, by: 8) {
        var sum = Lanes.zero
        for j in first..<n { sum += load(a + j * stride + i) * v[j] }
        store(sum * beta, w + i)
      }
      for i in block..<first { w[i] = 0 }
      let inner = 0.5 * beta * dot(v + block, w + block, stride - block)
      for i in Swift.stride(from: block, to: stride, by: 8) { store(load(w + i) - load(v + i) * inner, w + i) }
      for j in first..<n {
        let column = a + j * stride
        let (vj, wj) = (v[j], w[j])
        for i in Swift.stride(from: block, to: stride, by: 8) {
          store(load(column + i) - (load(v + i) * wj + load(w + i) * vj), column + i)
        }
      }
      for i in first..<n { own[i] = v[i] }
    }
    if n >= 2 {
      e[n - 2] = a[n - 1 + (n - 2) * stride]
      d[n - 2] = a[n - 2 + (n - 2) * stride]
    }
    d[n - 1] = a[n - 1 + (n - 1) * stride]
  }

  /// Q = H₁H₂…, accumulated from the last so that only the trailing block is touched.
  private static func accumulate(_ n: Int, _ stride: Int, _ a: Pointer, _ betas: Pointer, _ q: Pointer) {
    for k in Swift.stride(from: n - 3, through: 0, by: -1) where betas[k] != 0 {
      let first = k + 1
      let block = first & ~7
      let v = a + k * stride
      for i in block..<first { v[i] = 0 }
      for j in first..<n {
        let column = q + j * stride
        let s = betas[k] * dot(v + block, column + block, stride - block)
        for i in Swift.stride(from: block, to: stride, by: 8) { store(load(column + i) - load(v + i) * s, column + i) }
      }
    }
  }

  private static func iterate(
    _ n: Int, _ stride: Int, _ d: Pointer, _ e: Pointer, _ q: Pointer, _ scratch: Pointer
  ) -> Bool {
    for l in 0..<n {
      var sweeps = 0
      while true {
        var m = l
        while m < n - 1 {
          let scale = abs(d[m]) + abs(d[m + 1])
          if abs(e[m]) <= 0x1p-53 * scale || abs(e[m]) < Double.leastNormalMagnitude { break }
          m += 1
        }
        if m == l { break }
        guard sweeps < 60 else { return false }
        sweeps += 1
        let (sines, cosines) = (scratch, scratch + stride)
        let end = sweep(l, m, d, e, sines, cosines)
        rotate(from: m, to: end, stride, q, sines, cosines)
      }
    }
    return true
  }

  /// One implicit QL step on rows l…m. Leaves the rotation of columns i and i + 1 in `sines[i]` and `cosines[i]` and returns
  /// the last i, or m where there is none.
  private static func sweep(_ l: Int, _ m: Int, _ d: Pointer, _ e: Pointer, _ sines: Pointer, _ cosines: Pointer) -> Int
  {
    let half = (d[l + 1] - d[l]) / (2 * e[l])
    let root = (half * half + 1).squareRoot()
    var g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root))
    var (s, c, p) = (1.0, 1.0, 0.0)
    var i = m - 1
    while i >= l {
      let f = s * e[i]
      let b = c * e[i]
      let r = hypotenuse(f, g)
      e[i + 1] = r
      if r == 0 {
        // The rotation is undefined: the matrix splits here.
        d[i + 1] -= p
        e[m] = 0
        return i + 1
      }
      s = f / r
      c = g / r
      let h = d[i + 1] - p
      let t = (d[i] - h) * s + 2 * c * b
      p = s * t
      d[i + 1] = h + p
      g = c * t - b
      sines[i] = s
      cosines[i] = c
      i -= 1
    }
    d[l] -= p
    e[l] = g
    e[m] = 0
    return l
  }

  /// Applies the rotations of a sweep to the columns of Q, eight rows at a time, so that each column is touched once.
  private static func rotate(
    from m: Int, to end: Int, _ stride: Int, _ q: Pointer, _ sines: Pointer, _ cosines: Pointer
  ) {
    for k in Swift.stride(from: 0, to: stride, by: 8) {
      var right = q + m * stride + k
      var y = load(right)
      for i in Swift.stride(from: m - 1, through: end, by: -1) {
        let left = right - stride
        let x = load(left)
        store(x * sines[i] + y * cosines[i], right)
        y = x * cosines[i] - y * sines[i]
        right = left
      }
      store(y, right)
    }
  }

  @inline(__always)
  private static func load(_ p: Pointer) -> Lanes { UnsafeRawPointer(p).loadUnaligned(as: Lanes.self) }

  @inline(__always)
  private static func store(_ x: Lanes, _ p: Pointer) { UnsafeMutableRawPointer(p).storeBytes(of: x, as: Lanes.self) }

  /// xᵀy over a multiple of eight numbers, in eight running sums.
  @inline(__always)
  private static func dot(_ x: Pointer, _ y: Pointer, _ count: Int) -> Double {
    var sum = Lanes.zero
    for i in Swift.stride(from: 0, to: count, by: 8) { sum += load(x + i) * load(y + i) }
    let four = sum.lowHalf + sum.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  private static func norm(_ x: Pointer, _ count: Int) -> Double {
    let square = dot(x, x, count)
    if square > 1e-280, square < 1e280 { return square.squareRoot() }
    var largest = 0.0
    for i in 0..<count { largest = max(largest, abs(x[i])) }
    var sum = 0.0
    for i in 0..<count { sum += (x[i] / largest) * (x[i] / largest) }
    return largest * sum.squareRoot()
  }

  /// (x² + y²)^½ without overflow.
  @inline(__always)
  private static func hypotenuse(_ x: Double, _ y: Double) -> Double {
    let square = x * x + y * y
    if square > 1e-280, square < 1e280 { return square.squareRoot() }
    let (large, small) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
    if large == 0 { return 0 }
    let q = small / large
    return large * (1 + q * q).squareRoot()
  }
}
