// SPDX-License-Identifier: Apache-2.0

/// Dense kernels in Swift, for machines without a BLAS and for blocks too small to be worth a call.
///
/// Columns are unit-stride, so the inner loops run down columns and are vectorised by the compiler; `gemm` keeps four
/// columns of C in flight per pass over A.
package enum PortableKernels {
  package typealias Form = LinearAlgebraBackend.Form
  package typealias Numbers = UnsafePointer<Double>
  package typealias MutableNumbers = UnsafeMutablePointer<Double>

  /// C ← α·op(A)·op(B) + β·C.
  package static func gemm(
    _ formA: Form, _ formB: Form, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ b: Numbers,
    _ ldb: Int, _ beta: Double, _ c: MutableNumbers, _ ldc: Int
  ) {
    for j in 0..<n { scale(m, beta, c + j * ldc) }
    let (bRow, bColumn) = formB == .plain ? (1, ldb) : (ldb, 1)
    if formA == .plain {
      var j = 0
      while j + 4 <= n {
        let (c0, c1, c2, c3) = (c + j * ldc, c + (j + 1) * ldc, c + (j + 2) * ldc, c + (j + 3) * ldc)
        for l in 0..<k {
          let pb = b + l * bRow + j * bColumn
          let (b0, b1) = (alpha * pb[0], alpha * pb[bColumn])
          let (b2, b3) = (alpha * pb[2 * bColumn], alpha * pb[3 * bColumn])
          let pa = a + l * lda
          for i in 0..<m {
            let x = pa[i]
            c0[i] += x * b0
            c1[i] += x * b1
            c2[i] += x * b2
            c3[i] += x * b3
          }
        }
        j += 4
      }
      while j < n {
        let pc = c + j * ldc
        for l in 0..<k {
          let s = alpha * b[l * bRow + j * bColumn]
          let pa = a + l * lda
          for i in 0..<m { pc[i] += pa[i] * s }
        }
        j += 1
      }
    } else {
      for j in 0..<n {
        for i in 0..<m {
          let pa = a + i * lda
          var sum = 0.0
          if bRow == 1 {
            sum = dot(k, pa, b + j * ldb)
          } else {
            for l in 0..<k { sum += pa[l] * b[l * bRow + j * bColumn] }
          }
          c[i + j * ldc] += alpha * sum
        }
      }
    }
  }

  /// y ← α·op(A)·x + β·y.
  package static func gemv(
    _ form: Form, _ m: Int, _ n: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ x: Numbers, _ beta: Double,
    _ y: MutableNumbers
  ) {
    if form == .plain {
      scale(m, beta, y)
      for j in 0..<n {
        let s = alpha * x[j]
        let pa = a + j * lda
        for i in 0..<m { y[i] += pa[i] * s }
      }
    } else {
      scale(n, beta, y)
      for j in 0..<n { y[j] += alpha * dot(m, a + j * lda, x) }
    }
  }

  /// Lower triangle of C ← α·A·Aᵀ + β·C, or α·AᵀA + β·C when transposed.
  package static func syrk(
    _ form: Form, _ n: Int, _ k: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ beta: Double, _ c: MutableNumbers,
    _ ldc: Int
  ) {
    for j in 0..<n {
      let pc = c + j * ldc
      scale(n - j, beta, pc + j)
      if form == .plain {
        for l in 0..<k {
          let pa = a + l * lda
          let s = alpha * pa[j]
          for i in j..<n { pc[i] += pa[i] * s }
        }
      } else {
        for i in j..<n { pc[i] += alpha * dot(k, a + i * lda, a + j * lda) }
      }
    }
  }

  /// B ← op(L)⁻¹·B.
  package static func solveLowerLeft(
    _ form: Form, unit: Bool, _ m: Int, _ n: Int, _ l: Numbers, _ ldl: Int, _ b: MutableNumbers, _ ldb: Int
  ) {
    for j in 0..<n {
      let x = b + j * ldb
      if form == .plain {
        for i in 0..<m {
          let column = l + i * ldl
          if !unit { x[i] /= column[i] }
          let s = x[i]
          for r in i + 1..<max(m, i + 1) { x[r] -= column[r] * s }
        }
      } else {
        for i in stride(from: m - 1, through: 0, by: -1) {
          let column = l + i * ldl
          var s = x[i]
          for r in i + 1..<max(m, i + 1) { s -= column[r] * x[r] }
          x[i] = unit ? s : s / column[i]
        }
      }
    }
  }

  /// B ← B·L⁻ᵀ.
  package static func solveLowerTransposedRight(
    unit: Bool, _ m: Int, _ n: Int, _ l: Numbers, _ ldl: Int, _ b: MutableNumbers, _ ldb: Int
  ) {
    for j in 0..<n {
      let x = b + j * ldb
      if !unit { scale(m, 1 / l[j + j * ldl], x) }
      for r in j + 1..<max(n, j + 1) {
        let s = l[r + j * ldl]
        if s == 0 { continue }
        let y = b + r * ldb
        for i in 0..<m { y[i] -= x[i] * s }
      }
    }
  }

  /// x ← s·x; zero is assigned, so that x need not hold numbers.
  static func scale(_ n: Int, _ s: Double, _ x: MutableNumbers) {
    if s == 1 { return }
    if s == 0 {
      x.update(repeating: 0, count: n)
    } else {
      for i in 0..<n { x[i] *= s }
    }
  }

  /// xᵀy with eight partial sums.
  static func dot(_ n: Int, _ x: Numbers, _ y: Numbers) -> Double {
    var sum = SIMD8<Double>.zero
    var i = 0
    while i + 8 <= n {
      let u = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Double>.self)
      let v = UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Double>.self)
      sum += u * v
      i += 8
    }
    var tail = 0.0
    while i < n {
      tail += x[i] * y[i]
      i += 1
    }
    return sum.sum() + tail
  }
}
