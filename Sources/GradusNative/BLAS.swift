// SPDX-License-Identifier: Apache-2.0

/// The BLAS routines Gradus uses, as found in one native library (Fortran interface, 32-bit integers).
///
/// The table is complete or absent: a library that lacks one routine is refused. Reference: Dongarra, Du Croz, Hammarling
/// and Duff, ACM TOMS 16 (1990).
public struct BLAS: Sendable {
  /// A letter such as N, T or C, of which only the first byte counts.
  public typealias Flag = UnsafePointer<UInt8>
  /// A dimension, leading dimension or stride, by reference as Fortran takes it.
  public typealias Size = UnsafePointer<Int32>
  /// Scalars and arrays that are read.
  public typealias Numbers = UnsafePointer<Double>
  /// Arrays that are written.
  public typealias MutableNumbers = UnsafeMutablePointer<Double>

  /// C ← α·op(A)·op(B) + β·C: transA, transB, m, n, k, α, A, lda, B, ldb, β, C, ldc.
  public typealias GEMM =
    @Sendable @convention(c) (
      Flag, Flag, Size, Size, Size, Numbers, Numbers, Size, Numbers, Size, Numbers, MutableNumbers, Size
    ) -> Void
  /// y ← α·op(A)·x + β·y: trans, m, n, α, A, lda, x, incx, β, y, incy.
  public typealias GEMV =
    @Sendable @convention(c) (
      Flag, Size, Size, Numbers, Numbers, Size, Numbers, Size, Numbers, MutableNumbers, Size
    ) -> Void
  /// C ← α·A·Aᵀ + β·C in one triangle: uplo, trans, n, k, α, A, lda, β, C, ldc.
  public typealias SYRK =
    @Sendable @convention(c) (Flag, Flag, Size, Size, Numbers, Numbers, Size, Numbers, MutableNumbers, Size) -> Void
  /// B ← α·op(A)⁻¹·B or α·B·op(A)⁻¹: side, uplo, trans, diag, m, n, α, A, lda, B, ldb.
  public typealias TRSM =
    @Sendable @convention(c) (
      Flag, Flag, Flag, Flag, Size, Size, Numbers, Numbers, Size, MutableNumbers, Size
    ) -> Void
  /// x ← op(A)⁻¹·x: uplo, trans, diag, n, A, lda, x, incx.
  public typealias TRSV = @Sendable @convention(c) (Flag, Flag, Flag, Size, Numbers, Size, MutableNumbers, Size) -> Void

  public let dgemm: GEMM
  public let dgemv: GEMV
  public let dsyrk: SYRK
  public let dtrsm: TRSM
  public let dtrsv: TRSV
  /// The file the routines come from.
  public let path: String

  /// Takes the whole table from `library`; nil when a routine is missing.
  ///
  /// OpenBLAS is told to use one thread: questions are answered in parallel above it, and its results then do not depend
  /// on the number of cores.
  public init?(_ library: NativeLibrary) {
    guard let dgemm = library.function("dgemm_", as: GEMM.self),
      let dgemv = library.function("dgemv_", as: GEMV.self),
      let dsyrk = library.function("dsyrk_", as: SYRK.self),
      let dtrsm = library.function("dtrsm_", as: TRSM.self),
      let dtrsv = library.function("dtrsv_", as: TRSV.self)
    else { return nil }
    self.dgemm = dgemm
    self.dgemv = dgemv
    self.dsyrk = dsyrk
    self.dtrsm = dtrsm
    self.dtrsv = dtrsv
    path = library.path
    typealias SetThreads = @convention(c) (Int32) -> Void
    library.function("openblas_set_num_threads", as: SetThreads.self)?(1)
  }

  /// The version the library states, such as "OpenBLAS 0.3.21"; nil when it states none.
  public static func version(of library: NativeLibrary) -> String? {
    typealias Config = @convention(c) () -> UnsafePointer<CChar>?
    guard let config = library.function("openblas_get_config", as: Config.self), let text = config() else { return nil }
    // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …": the first two words.
    let words = String(cString: text).split(separator: " ").prefix(2)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
