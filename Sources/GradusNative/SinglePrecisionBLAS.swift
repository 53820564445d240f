// SPDX-License-Identifier: Apache-2.0

/// The matrix product in single precision, as found in one native library (Fortran interface, 32-bit integers).
///
/// Kept apart from `BLAS`: optimization computes in double precision, training in single.
public struct SinglePrecisionBLAS: Sendable {
  /// C ← α·op(A)·op(B) + β·C: transA, transB, m, n, k, α, A, lda, B, ldb, β, C, ldc.
  public typealias GEMM =
    @Sendable @convention(c) (
      BLAS.Flag, BLAS.Flag, BLAS.Size, BLAS.Size, BLAS.Size, UnsafePointer<Float>, UnsafePointer<Float>, BLAS.Size,
      UnsafePointer<Float>, BLAS.Size, UnsafePointer<Float>, UnsafeMutablePointer<Float>, BLAS.Size
    ) -> Void

  public let sgemm: GEMM

  /// The routine of `library`; nil when it is missing. The library is set to one thread when `BLAS` is opened from it.
  public init?(_ library: NativeLibrary) {
    guard let sgemm = library.function("sgemm_", as: GEMM.self) else { return nil }
    self.sgemm = sgemm
  }
}
