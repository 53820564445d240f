// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// What matrix functions ask of a number: Float and Double.
package protocol MatrixScalar: BinaryFloatingPoint, SIMDScalar, BitwiseCopyable, Codable, Sendable {
  /// The library's C ← α·op(A)·op(B) + β·C, columns `ld` apart; false where there is none.
  static func gemm(
    _ routines: MatrixRoutines, _ formA: UInt8, _ formB: UInt8, _ m: Int, _ n: Int, _ k: Int, _ alpha: Self,
    _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self,
    _ c: UnsafeMutablePointer<Self>, _ ldc: Int
  ) -> Bool
}

/// The products of a library in both precisions.
package struct MatrixRoutines: Sendable {
  let double: BLAS?
  let single: SinglePrecisionBLAS?

  package init(_ backend: LinearAlgebraBackend) {
    double = backend.blas
    single = backend.blas.flatMap { NativeLibrary.open([$0.path]) }.flatMap { SinglePrecisionBLAS($0) }
  }
}

extension Float: MatrixScalar {
  package static func gemm(
    _ routines: MatrixRoutines, _ formA: UInt8, _ formB: UInt8, _ m: Int, _ n: Int, _ k: Int, _ alpha: Float,
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ beta: Float,
    _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) -> Bool {
    guard let blas = routines.single else { return false }
    var (ta, tb, alpha, beta) = (formA, formB, alpha, beta)
    var (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    var (la, lb, lc) = (Int32(max(1, lda)), Int32(max(1, ldb)), Int32(max(1, ldc)))
    blas.sgemm(&ta, &tb, &m32, &n32, &k32, &alpha, a, &la, b, &lb, &beta, c, &lc)
    return true
  }
}

extension Double: MatrixScalar {
  package static func gemm(
    _ routines: MatrixRoutines, _ formA: UInt8, _ formB: UInt8, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) -> Bool {
    guard let blas = routines.double else { return false }
    var (ta, tb, alpha, beta) = (formA, formB, alpha, beta)
    var (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    var (la, lb, lc) = (Int32(max(1, lda)), Int32(max(1, ldb)), Int32(max(1, ldc)))
    blas.dgemm(&ta, &tb, &m32, &n32, &k32, &alpha, a, &la, b, &lb, &beta, c, &lc)
    return true
  }
}
