// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

/// The spectral decomposition of a symmetric matrix, read from its lower triangle:
///
///     A = V·diag(λ)·Vᵀ,   λ₁ ≤ … ≤ λₙ,   VᵀV = I
///
/// LAPACK's divide and conquer (`dsyevd`) where there is one; otherwise Householder reduction to tridiagonal form and
/// implicit QL. Cost: about 9n³ operations with vectors. Reference: Golub & Van Loan, *Matrix Computations*, 4th ed., §8.3.
public struct SymmetricEigen: Sendable {
  /// λ, ascending.
  public let values: Vector
  /// V; column i belongs to λᵢ.
  public let vectors: Matrix

  /// Decomposes `matrix`. Throws `notFinite` or `noConvergence`.
  public init(_ matrix: Matrix, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) {
    precondition(matrix.isSquare, "a spectral decomposition needs a square matrix")
    let n = matrix.rowCount
    guard Self.lowerTriangleIsFinite(n, matrix.elements) else { throw .notFinite }
    var a = matrix.elements
    var w = [Double](repeating: 0, count: n)
    if n > 0 {
      let converged: Bool
      if let lapack = backend.lapack {
        converged = Self.divideAndConquer(n, &a, &w, lapack)
      } else {
        var machine = TridiagonalQL(n, a)
        converged = machine.run()
        (a, w) = (machine.vectors, machine.values)
      }
      guard converged else { throw .noConvergence }
    }
    values = Vector(w)
    vectors = Matrix(rowCount: n, columnCount: n, elements: a)
  }

  private static func lowerTriangleIsFinite(_ n: Int, _ elements: [Double]) -> Bool {
    elements.withUnsafeBufferPointer { elements in
      var largest: UInt64 = 0
      for j in 0..<n {
        for i in j..<n { largest = max(largest, elements[i + j * n].bitPattern & 0x7ff0_0000_0000_0000) }
      }
      return largest < 0x7ff0_0000_0000_0000
    }
  }

  /// V·diag(f(λ))·Vᵀ, symmetric to the last bit.
  public func applying(_ f: (Double) -> Double) -> Matrix {
    let n = values.count
    var result = Matrix(rowCount: n, columnCount: n)
    for k in 0..<n {
      let s = f(values[k])
      for j in 0..<n {
        let t = s * vectors.elements[j + k * n]
        for i in j..<n { result.elements[i + j * n] += t * vectors.elements[i + k * n] }
      }
    }
    for j in 0..<n {
      for i in 0..<j { result.elements[i + j * n] = result.elements[j + i * n] }
    }
    return result
  }

  private static func divideAndConquer(_ n: Int, _ a: inout [Double], _ w: inout [Double], _ lapack: LAPACK) -> Bool {
    var job = UInt8(ascii: "V"), lower = UInt8(ascii: "L"), n32 = Int32(n), info: Int32 = 0
    var size = Int32(-1), integerSize = Int32(-1)
    var work = [0.0], integers: [Int32] = [0]
    lapack.dsyevd(&job, &lower, &n32, &a, &n32, &w, &work, &size, &integers, &integerSize, &info, 1, 1)
    guard info == 0 else { return false }
    size = Int32(work[0])
    integerSize = integers[0]
    work = [Double](repeating: 0, count: Int(size))
    integers = [Int32](repeating: 0, count: Int(integerSize))
    lapack.dsyevd(&job, &lower, &n32, &a, &n32, &w, &work, &size, &integers, &integerSize, &info, 1, 1)
    return info == 0
  }
}
