// SPDX-License-Identifier: Apache-2.0

/// Which sign each pivot ought to have and what is done about one that is wrong or too small.
///
/// Of a quasi-definite matrix every symmetric permutation has a factorization with the signs of its diagonal blocks, so a
/// pivot of the other sign is rounding error and is replaced. Reference: Vanderbei, *SIAM J. Optim.* 5 (1995) 100–113.
public struct PivotRule: Sendable, Hashable, Codable {
  /// Pivots with sign·d below this are replaced; 0 replaces only pivots of the wrong sign or zero ones.
  public var threshold: Double
  /// The magnitude of the replacement; 0 means that such a pivot is an error.
  public var replacement: Double

  public init(threshold: Double = 0, replacement: Double = 0) {
    self.threshold = threshold
    self.replacement = replacement
  }
}

/// Dense work on one supernode.
struct PanelKernels {
  typealias Numbers = UnsafePointer<Double>
  typealias MutableNumbers = UnsafeMutablePointer<Double>
  let backend: LinearAlgebraBackend
  let rule: PivotRule
  /// Pivots that were replaced.
  var replaced = 0
  /// The first pivot (within the panel) that could not be used.
  var failure: Int?

  init(_ backend: LinearAlgebraBackend, _ rule: PivotRule) {
    self.backend = backend
    self.rule = rule
  }

  /// Factorizes the leading `width` columns of a panel of `height` rows: A = L·D·Lᵀ with unit L stored below the diagonal
  /// and D in `d`. `signs` holds the expected sign of each pivot, or is nil.
  mutating func factorize(
    _ a: MutableNumbers, _ height: Int, _ width: Int, _ d: MutableNumbers, _ signs: UnsafePointer<Int8>?,
    _ work: MutableNumbers
  ) {
    let block = 32
    var first = 0
    while first < width {
      let end = min(width, first + block)
      for j in first..<end {
        let column = a + j * height
        let pivot = usable(column[j], signs.map { $0[j] }, j)
        d[j] = pivot
        let inverse = 1 / pivot
        var k = j + 1
        while k + 1 < end {
          let (s, t) = (column[k] * inverse, column[k + 1] * inverse)
          let (p, q) = (a + k * height, a + (k + 1) * height)
          p[k] -= column[k] * s
          for i in k + 1..<height {
            p[i] -= column[i] * s
            q[i] -= column[i] * t
          }
          k += 2
        }
        if k < end {
          let s = column[k] * inverse
          let p = a + k * height
          for i in k..<height { p[i] -= column[i] * s }
        }
        for i in j + 1..<max(height, j + 1) { column[i] *= inverse }
      }
      let rest = width - end
      if rest > 0 {
        let l = a + first * height + end
        scaleColumns(rest, end - first, l, height, d + first, into: work)
        subtract(height - end, rest, end - first, l, height, work, rest, from: a + end * height + end, height)
      }
      first = end
    }
  }

  private mutating func usable(_ pivot: Double, _ sign: Int8?, _ j: Int) -> Double {
    let s: Double = sign.map { Double($0) } ?? (pivot < 0 ? -1 : 1)
    if pivot * s > rule.threshold { return pivot }
    if rule.replacement > 0 && !pivot.isNaN {
      replaced += 1
      return s * rule.replacement
    }
    // Without a replacement, a nonzero pivot of an unexpected sign is kept: the caller reads the inertia.
    if pivot != 0 && abs(pivot) > rule.threshold { return pivot }
    if failure == nil { failure = j }
    return s
  }

  /// W ← L·diag(d), m×k.
  func scaleColumns(_ m: Int, _ k: Int, _ l: Numbers, _ ldl: Int, _ d: Numbers, into w: MutableNumbers) {
    for c in 0..<k {
      let (p, q, s) = (l + c * ldl, w + c * m, d[c])
      for i in 0..<m { q[i] = p[i] * s }
    }
  }

  /// C ← C − L·Wᵀ on and below the diagonal: C is m×n, L m×k, W n×k, and row j of W belongs to row j of L.
  func subtract(
    _ m: Int, _ n: Int, _ k: Int, _ l: Numbers, _ ldl: Int, _ w: Numbers, _ ldw: Int, from c: MutableNumbers, _ ldc: Int
  ) {
    if backend.blas != nil && k >= 4 && m * n * k > 4096 {
      let chunk = 64
      var j = 0
      while j < n {
        let width = min(chunk, n - j)
        backend.gemm(.plain, .transposed, m - j, width, k, -1, l + j, ldl, w + j, ldw, 1, c + j + j * ldc, ldc)
        j += width
      }
      return
    }
    for j in 0..<n {
      let out = c + j * ldc
      var t = 0
      while t + 4 <= k {
        let (l0, l1, l2, l3) = (l + t * ldl, l + (t + 1) * ldl, l + (t + 2) * ldl, l + (t + 3) * ldl)
        let s = w + j + t * ldw
        let (s0, s1, s2, s3) = (s[0], s[ldw], s[2 * ldw], s[3 * ldw])
        for i in j..<m { out[i] -= (l0[i] * s0 + l1[i] * s1) + (l2[i] * s2 + l3[i] * s3) }
        t += 4
      }
      while t < k {
        let column = l + t * ldl
        let s = w[j + t * ldw]
        for i in j..<m { out[i] -= column[i] * s }
        t += 1
      }
    }
  }
}
