// SPDX-License-Identifier: Apache-2.0

struct Negate: UnaryOperation {
  var name: String { "negate" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { -x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { -1 }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.tape.constant(-1, like: x) }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(-g, to: 0) }
}

/// y = p·x.
struct Scale: UnaryOperation {
  let parameter: Double
  var name: String { "scale" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { p * x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { p }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.tape.constant(parameter, like: x) }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(g * parameter, to: 0) }
}

/// y = x + p.
struct Shift: UnaryOperation {
  let parameter: Double
  var name: String { "shift" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x + p }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 1 }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.tape.constant(1, like: x) }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(g, to: 0) }
}

struct Square: UnaryOperation {
  var name: String { "square" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x * x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 2 * x }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x * 2 }
}

struct SquareRoot: UnaryOperation {
  var name: String { "sqrt" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x.squareRoot() }
  @inline(__always)
  static func run<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ parameter: T) {
    T.squareRoots(x, y, n)
  }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 0.5 / y }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { y.reciprocal() * 0.5 }
}

struct Reciprocal: UnaryOperation {
  var name: String { "reciprocal" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { 1 / x }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { -(y * y) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { -y.squared() }
}

/// y = |x|, with slope 0 at 0.
struct Absolute: UnaryOperation {
  var name: String { "abs" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x.magnitude }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { Sign.value(x, p) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.sign() }
}

/// −1, 0 or 1; its derivative is 0.
struct Sign: UnaryOperation {
  var name: String { "sign" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x > 0 ? 1 : (x < 0 ? -1 : 0) }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 0 }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { nil }
}

/// 1 where x > p, otherwise 0; its derivative is 0.
struct Step: UnaryOperation {
  let parameter: Double
  var name: String { "step" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T { x > p ? 1 : 0 }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { 0 }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { nil }
}

/// y = xᵖ for x > 0, by exp(p·ln x); whole p up to 4 in magnitude are products and take every x.
struct Power: UnaryOperation {
  let parameter: Double
  var name: String { "power" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ p: T) -> T {
    if p == 1 { return x }
    if p == 2 { return x * x }
    if p == 3 { return x * x * x }
    if p == 4 { return (x * x) * (x * x) }
    return x == 0 && p > 0 ? 0 : T.exp(p * T.log(x))
  }
  @inline(__always) static func slope<T: TensorElement>(_ x: T, _ y: T, _ p: T) -> T { p * value(x, p - 1) }
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor? { x.power(parameter - 1) * parameter }
}
