// SPDX-License-Identifier: Apache-2.0

/// max(x, 0), with slope 0 at 0.
struct Rectify: UnaryOperation {
  var name: String { "relu" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x <= 0 ? 0 : x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { x > 0 ? 1 : 0 }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.step() }
}

/// x where x > 0, otherwise p·x.
struct LeakyRectify: UnaryOperation {
  let parameter: Double
  var name: String { "leaky relu" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x > 0 ? x : p * x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { x > 0 ? 1 : p }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.step() * (1 - parameter) + parameter }
}

/// 1/(1 + e⁻ˣ) as (1 + tanh(x/2))/2, which overflows nowhere.
struct Sigmoid: UnaryOperation {
  var name: String { "sigmoid" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T {
    let e = T.exp(-x.magnitude)
    return (x < 0 ? e : 1) / (1 + e)
  }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { y * (1 - y) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { y * (1 - y) }
}

/// x·σ(x).
struct SigmoidLinear: UnaryOperation {
  var name: String { "silu" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x * Sigmoid.value(x, p) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T {
    let s = Sigmoid.value(x, p)
    return s + y * (1 - s)
  }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? {
    let s = x.sigmoid()
    return s + y * (1 - s)
  }
}

/// ln(1 + eˣ) as max(x, 0) + ln(1 + e^(−|x|)).
struct Softplus: UnaryOperation {
  var name: String { "softplus" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T {
    let u = T.exp(-x.magnitude), w = 1 + u
    // Kahan: ln(1 + u) = u·ln w/(w − 1) with w = 1 + u as rounded.
    let small = w == 1 ? u : T.log(w) * (u / (w - 1))
    return (x > 0 ? x : 0) + small
  }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { Sigmoid.value(x, p) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.sigmoid() }
}

/// ½x(1 + tanh(√(2/π)(x + 0.044715x³))). Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
struct GaussianLinear: UnaryOperation {
  var name: String { "gelu" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T {
    // ½(1 + tanh u) = σ(2u): one exponential and one quotient, and no cancellation for negative x.
    x * Sigmoid.value(x * (1.595_769_121_605_730_7 as T).addingProduct(0.071_354_816_272_600_2, x * x), p)
  }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T {
    let z = x * x
    let s = Sigmoid.value(x * (1.595_769_121_605_730_7 as T).addingProduct(0.071_354_816_272_600_2, z), p)
    let inner = (1.595_769_121_605_730_7 as T).addingProduct(0.214_064_448_817_800_6, z)
    return s.addingProduct(x * inner, s * (1 - s))
  }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? {
    let z = x.squared()
    let s = (x * (z * 0.071_354_816_272_600_2 + 1.595_769_121_605_730_7)).sigmoid()
    return s + x * (z * 0.214_064_448_817_800_6 + 1.595_769_121_605_730_7) * s * (1 - s)
  }
}
