// SPDX-License-Identifier: Apache-2.0

/// The LAPACK routines Gradus uses, as found in one native library (Fortran interface, 32-bit integers).
///
/// The lengths of character arguments, which Fortran compilers pass behind the visible ones, are passed too: omitting them
/// is undefined for libraries built by recent compilers. The table is complete or absent. Reference: Anderson et al.,
/// *LAPACK Users' Guide*, 3rd ed., SIAM 1999.
public struct LAPACK: Sendable {
  /// A letter such as U, L or N, of which only the first byte counts.
  public typealias Flag = UnsafePointer<UInt8>
  /// A dimension or leading dimension, by reference as Fortran takes it.
  public typealias Size = UnsafePointer<Int32>
  /// Pivots and the error code, which are written.
  public typealias MutableSize = UnsafeMutablePointer<Int32>
  /// Arrays that are read or written.
  public typealias Numbers = UnsafeMutablePointer<Double>
  /// The hidden length of one character argument.
  public typealias Length = Int

  /// Cholesky: uplo, n, A, lda, info.
  public typealias POTRF = @Sendable @convention(c) (Flag, Size, Numbers, Size, MutableSize, Length) -> Void
  /// LU with partial pivoting: m, n, A, lda, ipiv, info.
  public typealias GETRF = @Sendable @convention(c) (Size, Size, Numbers, Size, MutableSize, MutableSize) -> Void
  /// Householder QR: m, n, A, lda, τ, work, lwork, info.
  public typealias GEQRF =
    @Sendable @convention(c) (Size, Size, Numbers, Size, Numbers, Numbers, Size, MutableSize) -> Void
  /// The columns of Q from the reflectors of a QR: m, n, k, A, lda, τ, work, lwork, info.
  public typealias ORGQR =
    @Sendable @convention(c) (Size, Size, Size, Numbers, Size, Numbers, Numbers, Size, MutableSize) -> Void
  /// Bunch–Kaufman LDLᵀ: uplo, n, A, lda, ipiv, work, lwork, info.
  public typealias SYTRF =
    @Sendable @convention(c) (Flag, Size, Numbers, Size, MutableSize, Numbers, Size, MutableSize, Length) -> Void
  /// Symmetric eigen, divide and conquer: jobz, uplo, n, A, lda, w, work, lwork, iwork, liwork, info.
  public typealias SYEVD =
    @Sendable @convention(c) (
      Flag, Flag, Size, Numbers, Size, Numbers, Numbers, Size, MutableSize, Size, MutableSize, Length, Length
    ) -> Void
  /// Singular values, divide and conquer: jobz, m, n, A, lda, s, U, ldu, Vᵀ, ldvt, work, lwork, iwork, info.
  public typealias GESDD =
    @Sendable @convention(c) (
      Flag, Size, Size, Numbers, Size, Numbers, Numbers, Size, Numbers, Size, Numbers, Size, MutableSize, MutableSize,
      Length
    ) -> Void

  public let dpotrf: POTRF
  public let dgetrf: GETRF
  public let dgeqrf: GEQRF
  public let dorgqr: ORGQR
  public let dsytrf: SYTRF
  public let dsyevd: SYEVD
  public let dgesdd: GESDD
  /// The file the routines come from.
  public let path: String

  /// Takes the whole table from `library`; nil when a routine is missing.
  public init?(_ library: NativeLibrary) {
    guard let dpotrf = library.function("dpotrf_", as: POTRF.self),
      let dgetrf = library.function("dgetrf_", as: GETRF.self),
      let dgeqrf = library.function("dgeqrf_", as: GEQRF.self),
      let dorgqr = library.function("dorgqr_", as: ORGQR.self),
      let dsytrf = library.function("dsytrf_", as: SYTRF.self),
      let dsyevd = library.function("dsyevd_", as: SYEVD.self),
      let dgesdd = library.function("dgesdd_", as: GESDD.self)
    else { return nil }
    self.dpotrf = dpotrf
    self.dgetrf = dgetrf
    self.dgeqrf = dgeqrf
    self.dorgqr = dorgqr
    self.dsytrf = dsytrf
    self.dsyevd = dsyevd
    self.dgesdd = dgesdd
    path = library.path
  }
}
