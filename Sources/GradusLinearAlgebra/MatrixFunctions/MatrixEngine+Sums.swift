// SPDX-License-Identifier: Apache-2.0

/// Passes over the elements of matrices, in one fixed order.
extension MatrixEngine {
  /// Σ xᵢ² in double precision.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package static func squares<T: MatrixScalar>(_ x: UnsafePointer<T>, _ n: Int) -> Double {
    var lanes = SIMD8<Double>.zero
    var i = 0
    while i + 8 <= n {
      var y = SIMD8<Double>.zero
      for k in 0..<8 { y[k] = Double(x[i + k]) }
      lanes += y * y
      i += 8
    }
    var rest = 0.0
    while i < n {
      rest += Double(x[i]) * Double(x[i])
      i += 1
    }
    return lanes.sum() + rest
  }

  /// Σ xᵢyᵢ in double precision.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package static func dot<T: MatrixScalar>(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ n: Int) -> Double {
    var lanes = SIMD8<Double>.zero
    var i = 0
    while i + 8 <= n {
      var (u, v) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      for k in 0..<8 {
        u[k] = Double(x[i + k])
        v[k] = Double(y[i + k])
      }
      lanes += u * v
      i += 8
    }
    var rest = 0.0
    while i < n {
      rest += Double(x[i]) * Double(y[i])
      i += 1
    }
    return lanes.sum() + rest
  }

  /// Σ xᵢ in double precision.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package static func sum<T: MatrixScalar>(_ x: UnsafePointer<T>, _ n: Int) -> Double {
    var lanes = SIMD8<Double>.zero
    var i = 0
    while i + 8 <= n {
      var y = SIMD8<Double>.zero
      for k in 0..<8 { y[k] = Double(x[i + k]) }
      lanes += y
      i += 8
    }
    var rest = 0.0
    while i < n {
      rest += Double(x[i])
      i += 1
    }
    return lanes.sum() + rest
  }

  /// x ← s·x.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package static func scale<T: MatrixScalar>(_ x: UnsafeMutablePointer<T>, _ n: Int, _ s: T) {
    for i in 0..<n { x[i] *= s }
  }
}
