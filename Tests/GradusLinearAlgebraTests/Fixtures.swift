// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Repeatable test data.
struct Fixtures {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// Uniform on [−1, 1).
  mutating func number() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(Int64(bitPattern: state)) * 0x1p-63
  }

  mutating func index(below n: Int) -> Int { min(n - 1, Int((number() + 1) / 2 * Double(n))) }

  mutating func vector(_ n: Int) -> Vector { Vector((0..<n).map { _ in number() }) }

  mutating func matrix(_ m: Int, _ n: Int) -> Matrix {
    Matrix(rowCount: m, columnCount: n, elements: (0..<m * n).map { _ in number() })
  }

  mutating func symmetric(_ n: Int) -> Matrix {
    let a = matrix(n, n)
    return 0.5 * (a + a.transposed)
  }

  /// BᵀB + εI.
  mutating func positiveDefinite(_ n: Int, floor: Double = 1e-3) -> Matrix {
    let b = matrix(n, n)
    return b.transposed.times(b) + floor * .identity(n)
  }
}

/// Every way dense kernels may be computed on this machine.
enum Backends: String, CaseIterable, Sendable {
  case portable, native

  var backend: LinearAlgebraBackend { self == .portable ? .portable : .best() }
}

/// ‖A − B‖ in the largest entry.
func distance(_ a: Matrix, _ b: Matrix) -> Double { (a - b).maximumMagnitude }
