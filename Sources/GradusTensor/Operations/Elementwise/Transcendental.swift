// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct Exponential: UnaryOperation {
  var name: String { "exp" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T.exp(x) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { y }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { y }
}

struct Logarithm: UnaryOperation {
  var name: String { "log" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T.log(x) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 1 / x }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.reciprocal() }
}

struct HyperbolicTangent: UnaryOperation {
  var name: String { "tanh" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T.tanh(x) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 1 - y * y }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { 1 - y.squared() }
}

struct ErrorFunction: UnaryOperation {
  var name: String { "erf" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T.erf(x) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T {
    1.128_379_167_095_512_6 * T.exp(-x * x)
  }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? {
    (-x.squared()).exp() * 1.128_379_167_095_512_6
  }
}

/// sin x, by the C library.
struct Sine: UnaryOperation {
  var name: String { "sin" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T(sin(Double(x))) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { T(cos(Double(x))) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.cos() }
}

/// cos x, by the C library.
struct Cosine: UnaryOperation {
  var name: String { "cos" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { T(cos(Double(x))) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { -T(sin(Double(x))) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { -x.sin() }
}
