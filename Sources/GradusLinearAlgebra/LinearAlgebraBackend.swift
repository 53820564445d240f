// SPDX-License-Identifier: Apache-2.0
public import GradusNative

/// Who computes dense kernels: a native BLAS and LAPACK where they were found, otherwise Swift.
///
/// A value that callers hold and pass on; there is no global one. `best()` opens the libraries, which is cheap to repeat.
public struct LinearAlgebraBackend: Sendable {
  /// The native BLAS; nil means the kernels in Swift.
  public let blas: BLAS?
  /// The native LAPACK; nil means the factorizations in Swift.
  public let lapack: LAPACK?

  /// A backend from tables that are at hand.
  public init(blas: BLAS? = nil, lapack: LAPACK? = nil) {
    self.blas = blas
    self.lapack = lapack
  }

  /// Everything in Swift.
  public static let portable = LinearAlgebraBackend()

  /// The fastest this machine offers; the portable backend when `search` finds no BLAS.
  ///
  /// The first call in a process maps the library (milliseconds); later ones cost some microseconds.
  public static func best(searching search: LibrarySearch = .standard) -> LinearAlgebraBackend {
    let found = search.first(for: names) { path -> LinearAlgebraBackend? in
      guard let library = NativeLibrary.open([path]), let blas = BLAS(library) else { return nil }
      return LinearAlgebraBackend(blas: blas, lapack: LAPACK(library))
    }
    return found ?? .portable
  }

  /// Under which names a BLAS with LAPACK is known, best first.
  public static var names: [String] {
    #if canImport(Darwin)
      ["/System/Library/Frameworks/Accelerate.framework/Accelerate", "libopenblas.dylib"]
    #else
      ["libopenblas.so.0", "libopenblas.so"]
    #endif
  }

  /// Whether a factor enters as it is or transposed.
  public enum Form: UInt8, Sendable {
    case plain = 78  // "N"
    case transposed = 84  // "T"
  }
}

/// Pointers in the manner of BLAS: columns `ld` apart. Below this many multiplications the call costs more than it saves.
extension LinearAlgebraBackend {
  package typealias Numbers = UnsafePointer<Double>
  package typealias MutableNumbers = UnsafeMutablePointer<Double>

  /// C ← α·op(A)·op(B) + β·C with C m×n and the inner dimension k. When β = 0, C need not be initialized to numbers.
  package func gemm(
    _ formA: Form, _ formB: Form, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ b: Numbers,
    _ ldb: Int, _ beta: Double, _ c: MutableNumbers, _ ldc: Int
  ) {
    guard m > 0, n > 0 else { return }
    guard let blas, m * n * k > 512 else {
      return PortableKernels.gemm(formA, formB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
    }
    var ta = formA.rawValue, tb = formB.rawValue, alpha = alpha, beta = beta
    var (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    var (la, lb, lc) = (Int32(max(1, lda)), Int32(max(1, ldb)), Int32(max(1, ldc)))
    blas.dgemm(&ta, &tb, &m32, &n32, &k32, &alpha, a, &la, b, &lb, &beta, c, &lc)
  }

  /// y ← α·op(A)·x + β·y with A m×n and unit strides.
  package func gemv(
    _ form: Form, _ m: Int, _ n: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ x: Numbers, _ beta: Double,
    _ y: MutableNumbers
  ) {
    guard m > 0, n > 0 else { return }
    guard let blas, m * n > 256 else { return PortableKernels.gemv(form, m, n, alpha, a, lda, x, beta, y) }
    var t = form.rawValue, alpha = alpha, beta = beta
    var (m32, n32, la, one) = (Int32(m), Int32(n), Int32(max(1, lda)), Int32(1))
    blas.dgemv(&t, &m32, &n32, &alpha, a, &la, x, &one, &beta, y, &one)
  }

  /// Lower triangle of C ← α·A·Aᵀ + β·C (or AᵀA when transposed), C n×n and the inner dimension k.
  package func syrk(
    _ form: Form, _ n: Int, _ k: Int, _ alpha: Double, _ a: Numbers, _ lda: Int, _ beta: Double, _ c: MutableNumbers,
    _ ldc: Int
  ) {
    guard n > 0 else { return }
    guard let blas, n * n * k > 512 else { return PortableKernels.syrk(form, n, k, alpha, a, lda, beta, c, ldc) }
    var lower = UInt8(ascii: "L"), t = form.rawValue, alpha = alpha, beta = beta
    var (n32, k32, la, lc) = (Int32(n), Int32(k), Int32(max(1, lda)), Int32(max(1, ldc)))
    blas.dsyrk(&lower, &t, &n32, &k32, &alpha, a, &la, &beta, c, &lc)
  }

  /// B ← op(L)⁻¹·B with L m×m lower triangular and B m×n.
  package func solveLowerLeft(
    _ form: Form, unit: Bool, _ m: Int, _ n: Int, _ l: Numbers, _ ldl: Int, _ b: MutableNumbers, _ ldb: Int
  ) {
    guard m > 0, n > 0 else { return }
    guard let blas, m * m * n > 512 else {
      return PortableKernels.solveLowerLeft(form, unit: unit, m, n, l, ldl, b, ldb)
    }
    trsm(blas, UInt8(ascii: "L"), UInt8(ascii: "L"), form, unit: unit, m, n, l, ldl, b, ldb)
  }

  /// B ← B·L⁻ᵀ with L n×n lower triangular and B m×n.
  package func solveLowerTransposedRight(
    unit: Bool, _ m: Int, _ n: Int, _ l: Numbers, _ ldl: Int, _ b: MutableNumbers, _ ldb: Int
  ) {
    guard m > 0, n > 0 else { return }
    guard let blas, m * n * n > 512 else {
      return PortableKernels.solveLowerTransposedRight(unit: unit, m, n, l, ldl, b, ldb)
    }
    trsm(blas, UInt8(ascii: "R"), UInt8(ascii: "L"), .transposed, unit: unit, m, n, l, ldl, b, ldb)
  }

  private func trsm(
    _ blas: BLAS, _ side: UInt8, _ uplo: UInt8, _ form: Form, unit: Bool, _ m: Int, _ n: Int, _ a: Numbers, _ lda: Int,
    _ b: MutableNumbers, _ ldb: Int
  ) {
    var side = side, uplo = uplo, t = form.rawValue, diagonal = unit ? UInt8(ascii: "U") : UInt8(ascii: "N")
    var one = 1.0
    var (m32, n32, la, lb) = (Int32(m), Int32(n), Int32(max(1, lda)), Int32(max(1, ldb)))
    blas.dtrsm(&side, &uplo, &t, &diagonal, &m32, &n32, &one, a, &la, b, &lb)
  }
}
