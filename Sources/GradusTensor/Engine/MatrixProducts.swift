// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNative

/// Matrix products C ← op(A)·op(B) (+ C) of row-major matrices, by the library's routines or by loops of our own.
struct MatrixProducts: Sendable {
  let backend: LinearAlgebraBackend
  private let single: SinglePrecisionBLAS?

  init(_ backend: LinearAlgebraBackend) {
    self.backend = backend
    single = backend.blas.flatMap { NativeLibrary.open([$0.path]) }.flatMap { SinglePrecisionBLAS($0) }
  }

  /// One factor as it lies in memory: its elements, the distance of its rows, and whether it enters transposed.
  struct Factor {
    let elements: UnsafeMutableRawPointer
    let stride: Int
    let isTransposed: Bool

    /// The same factor from row `row` of op(X) on.
    func rows<T: TensorElement>(from row: Int, _ type: T.Type) -> Factor {
      let step = isTransposed ? row : row * stride
      return Factor(elements: elements + step * MemoryLayout<T>.stride, stride: stride, isTransposed: isTransposed)
    }

    /// The same factor from column `column` of op(X) on.
    func columns<T: TensorElement>(from column: Int, _ type: T.Type) -> Factor {
      let step = isTransposed ? column * stride : column
      return Factor(elements: elements + step * MemoryLayout<T>.stride, stride: stride, isTransposed: isTransposed)
    }
  }

  /// C (m × n, rows `ldc` apart) ← op(A)·op(B), plus C when `accumulates`. One thread.
  func multiply<T: TensorElement>(
    _ m: Int, _ n: Int, _ k: Int, _ a: Factor, _ b: Factor, _ c: UnsafeMutablePointer<T>, _ ldc: Int,
    accumulates: Bool
  ) {
    guard m > 0, n > 0 else { return }
    if k == 0 {
      if !accumulates { for i in 0..<m { (c + i * ldc).update(repeating: 0, count: n) } }
      return
    }
    let left = a.elements.assumingMemoryBound(to: T.self), right = b.elements.assumingMemoryBound(to: T.self)
    // Row-major C = A·B is column-major Cᵀ = Bᵀ·Aᵀ, for which nothing is moved.
    var formB: UInt8 = b.isTransposed ? UInt8(ascii: "T") : UInt8(ascii: "N")
    var formA: UInt8 = a.isTransposed ? UInt8(ascii: "T") : UInt8(ascii: "N")
    var (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    var (la, lb, lc) = (Int32(max(1, a.stride)), Int32(max(1, b.stride)), Int32(max(1, ldc)))
    if let single, let c = c as? UnsafeMutablePointer<Float>, let left = left as? UnsafeMutablePointer<Float>,
      let right = right as? UnsafeMutablePointer<Float>
    {
      var alpha: Float = 1, beta: Float = accumulates ? 1 : 0
      single.sgemm(&formB, &formA, &n32, &m32, &k32, &alpha, right, &lb, left, &la, &beta, c, &lc)
    } else if let blas = backend.blas, let c = c as? UnsafeMutablePointer<Double>,
      let left = left as? UnsafeMutablePointer<Double>, let right = right as? UnsafeMutablePointer<Double>
    {
      var alpha = 1.0, beta = accumulates ? 1.0 : 0
      blas.dgemm(&formB, &formA, &n32, &m32, &k32, &alpha, right, &lb, left, &la, &beta, c, &lc)
    } else {
      Self.portable(m, n, k, left, a.stride, a.isTransposed, right, b.stride, b.isTransposed, c, ldc, accumulates)
    }
  }

  /// The same in Swift: row i of C gathers the rows of op(B), so that the innermost loop runs along memory.
  private static func portable<T: TensorElement>(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<T>, _ lda: Int, _ transA: Bool, _ b: UnsafePointer<T>,
    _ ldb: Int, _ transB: Bool, _ c: UnsafeMutablePointer<T>, _ ldc: Int, _ accumulates: Bool
  ) {
    for i in 0..<m {
      let row = c + i * ldc
      if !accumulates { row.update(repeating: 0, count: n) }
      for p in 0..<k {
        let factor = transA ? a[p * lda + i] : a[i * lda + p]
        if transB {
          for j in 0..<n { row[j] += factor * b[j * ldb + p] }
        } else {
          let line = b + p * ldb
          for j in 0..<n { row[j] += factor * line[j] }
        }
      }
    }
  }
}
