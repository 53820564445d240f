// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// What kernels ask of a scalar: Float and Double. Everything is inlined, so that a loop of these is vector code.
protocol TensorElement: BinaryFloatingPoint, SIMDScalar, BitwiseCopyable, Codable, Sendable {
  static var precision: Precision { get }
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  /// The larger ones, lane by lane.
  static func larger(_ x: SIMD16<Self>, _ y: SIMD16<Self>) -> SIMD16<Self>
  /// max(x, 0), lane by lane; NaN stays.
  static func rectified(_ x: SIMD16<Self>) -> SIMD16<Self>
  /// y ← √x for `n` numbers, in whole registers.
  static func squareRoots(_ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ n: Int)
}

extension Float: TensorElement {
  static var precision: Precision { .single }
  @inline(__always) static func exp(_ x: Float) -> Float { VectorMath.exp(x) }
  @inline(__always) static func log(_ x: Float) -> Float { VectorMath.log(x) }
  @inline(__always) static func tanh(_ x: Float) -> Float { VectorMath.tanh(x) }
  @inline(__always) static func erf(_ x: Float) -> Float { VectorMath.erf(x) }
  @inline(__always) static func rectified(_ x: SIMD16<Float>) -> SIMD16<Float> {
    x.replacing(with: SIMD16<Float>(repeating: 0), where: x .<= SIMD16<Float>(repeating: 0))
  }
  @inline(__always) static func squareRoots(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    var i = 0
    while i &+ 16 <= n {
      let lanes = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
      UnsafeMutableRawPointer(y + i).storeBytes(of: GradusNumerics.squareRoot(lanes), as: SIMD16<Float>.self)
      i &+= 16
    }
    while i < n {
      y[i] = x[i].squareRoot()
      i &+= 1
    }
  }
  @inline(__always) static func larger(_ x: SIMD16<Float>, _ y: SIMD16<Float>) -> SIMD16<Float> {
    x.replacing(with: y, where: y .> x)
  }
}

extension Double: TensorElement {
  static var precision: Precision { .double }
  @inline(__always) static func exp(_ x: Double) -> Double { VectorMath.exp(x) }
  @inline(__always) static func log(_ x: Double) -> Double { VectorMath.log(x) }
  @inline(__always) static func tanh(_ x: Double) -> Double { VectorMath.tanh(x) }
  @inline(__always) static func erf(_ x: Double) -> Double { VectorMath.erf(x) }
  @inline(__always) static func rectified(_ x: SIMD16<Double>) -> SIMD16<Double> {
    x.replacing(with: SIMD16<Double>(repeating: 0), where: x .<= SIMD16<Double>(repeating: 0))
  }
  @inline(__always) static func squareRoots(_ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ n: Int) {
    var i = 0
    while i &+ 4 <= n {
      let lanes = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD4<Double>.self)
      UnsafeMutableRawPointer(y + i).storeBytes(of: GradusNumerics.squareRoot(lanes), as: SIMD4<Double>.self)
      i &+= 4
    }
    while i < n {
      y[i] = x[i].squareRoot()
      i &+= 1
    }
  }
  @inline(__always) static func larger(_ x: SIMD16<Double>, _ y: SIMD16<Double>) -> SIMD16<Double> {
    x.replacing(with: y, where: y .> x)
  }
}

/// Sixteen running lanes: how every sum of a row is formed, whatever the alignment and the number of threads.
enum Lanes {
  @inline(__always)
  static func load<T: TensorElement>(_ x: UnsafePointer<T>) -> SIMD16<T> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD16<T>.self)
  }

  @inline(__always)
  static func store<T: TensorElement>(_ value: SIMD16<T>, _ x: UnsafeMutablePointer<T>) {
    UnsafeMutableRawPointer(x).storeBytes(of: value, as: SIMD16<T>.self)
  }

  /// The sum of the lanes in a fixed tree.
  @inline(__always)
  static func sum<T: TensorElement>(_ lanes: SIMD16<T>) -> T {
    let eight = lanes.lowHalf + lanes.highHalf
    let four = eight.lowHalf + eight.highHalf
    return (four[0] + four[1]) + (four[2] + four[3])
  }

  /// Σ xᵢ over a chunk.
  @inline(__always)
  static func sum<T: TensorElement>(_ x: UnsafePointer<T>, _ n: Int) -> T {
    var lanes = SIMD16<T>(repeating: 0)
    var i = 0
    while i &+ 16 <= n {
      lanes += load(x + i)
      i &+= 16
    }
    var total = sum(lanes)
    while i < n {
      total += x[i]
      i &+= 1
    }
    return total
  }

  /// Σ xᵢyᵢ over a chunk.
  @inline(__always)
  static func dot<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ n: Int) -> T {
    var lanes = SIMD16<T>(repeating: 0)
    var i = 0
    while i &+ 16 <= n {
      lanes.addProduct(load(x + i), load(y + i))
      i &+= 16
    }
    var total = sum(lanes)
    while i < n {
      total += x[i] * y[i]
      i &+= 1
    }
    return total
  }

  /// max xᵢ; −∞ for nothing.
  @inline(__always)
  static func maximum<T: TensorElement>(_ x: UnsafePointer<T>, _ n: Int) -> T {
    var lanes = SIMD16<T>(repeating: -.infinity)
    var i = 0
    while i &+ 16 <= n {
      lanes = T.larger(lanes, load(x + i))
      i &+= 16
    }
    var best = -T.infinity
    for k in 0..<16 where lanes[k] > best { best = lanes[k] }
    while i < n {
      if x[i] > best { best = x[i] }
      i &+= 1
    }
    return best
  }
}
