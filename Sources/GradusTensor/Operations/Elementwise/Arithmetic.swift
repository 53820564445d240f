// SPDX-License-Identifier: Apache-2.0

struct Add: BinaryOperation {
  var name: String { "add" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T { x + y }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    if at.needs(0) { at.send(g.summed(to: at.input(0).shape), to: 0) }
    if at.needs(1) { at.send(g.summed(to: at.input(1).shape), to: 1) }
  }
  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    let shape = at.output.shape
    guard let a = tangents[0] else { return tangents[1]?.broadcast(to: shape) }
    return (tangents[1].map { a + $0 } ?? a).broadcast(to: shape)
  }
}

struct Subtract: BinaryOperation {
  var name: String { "subtract" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T { x - y }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    if at.needs(0) { at.send(g.summed(to: at.input(0).shape), to: 0) }
    if at.needs(1) { at.send((-g).summed(to: at.input(1).shape), to: 1) }
  }
  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    let shape = at.output.shape
    guard let a = tangents[0] else { return tangents[1].map { (-$0).broadcast(to: shape) } }
    return (tangents[1].map { a - $0 } ?? a).broadcast(to: shape)
  }
}

struct Multiply: BinaryOperation {
  var name: String { "multiply" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T { x * y }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    if at.needs(0) { at.send((g * at.input(1)).summed(to: at.input(0).shape), to: 0) }
    if at.needs(1) { at.send((g * at.input(0)).summed(to: at.input(1).shape), to: 1) }
  }
  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    let a = tangents[0].map { $0 * at.input(1) }, b = tangents[1].map { at.input(0) * $0 }
    guard let a else { return b }
    return b.map { a + $0 } ?? a
  }
}

struct Divide: BinaryOperation {
  var name: String { "divide" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T { x / y }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let scaled = g / at.input(1)
    if at.needs(0) { at.send(scaled.summed(to: at.input(0).shape), to: 0) }
    if at.needs(1) { at.send((-(scaled * at.output)).summed(to: at.input(1).shape), to: 1) }
  }
}

/// The larger one; where both are equal each hears half.
struct Larger: BinaryOperation {
  var name: String { "maximum" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T {
    x > y || x != x ? x : y
  }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let weight = ((at.input(0) - at.input(1)).sign() + 1) * 0.5
    if at.needs(0) { at.send((g * weight).summed(to: at.input(0).shape), to: 0) }
    if at.needs(1) { at.send((g * (1 - weight)).summed(to: at.input(1).shape), to: 1) }
  }
}

/// 1 where equal, otherwise 0; constant for differentiation.
struct Equal: BinaryOperation {
  var name: String { "equal" }
  @inline(__always) static func value<T: TensorElement>(_ x: T, _ y: T) -> T { x == y ? 1 : 0 }
  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {}
}

extension TracedTensor {
  public static func + (a: TracedTensor, b: TracedTensor) -> TracedTensor { a.tape.apply(Add(), a, b) }
  public static func - (a: TracedTensor, b: TracedTensor) -> TracedTensor { a.tape.apply(Subtract(), a, b) }
  public static func * (a: TracedTensor, b: TracedTensor) -> TracedTensor { a.tape.apply(Multiply(), a, b) }
  public static func / (a: TracedTensor, b: TracedTensor) -> TracedTensor { a.tape.apply(Divide(), a, b) }
  /// The larger of two, element by element; where they are equal each hears half of a cotangent.
  public func maximum(_ other: TracedTensor) -> TracedTensor { tape.apply(Larger(), self, other) }
  /// The smaller of two, element by element.
  public func minimum(_ other: TracedTensor) -> TracedTensor { -(-self).maximum(-other) }
  /// 1 where both are equal, otherwise 0; constant for differentiation.
  public func equal(_ other: TracedTensor) -> TracedTensor { tape.apply(Equal(), self, other) }
  /// `other` where `mask` is 1, this tensor where it is 0. What is not chosen may be infinite.
  public func replacing(where mask: TracedTensor, with other: TracedTensor) -> TracedTensor {
    tape.apply(Choose(), mask, other, self)
  }
}

/// b where the mask is not 0, otherwise c.
struct Choose: TensorOperation {
  var name: String { "choose" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    guard let two = inputs[1].shape.broadcast(with: inputs[2].shape), let shape = two.broadcast(with: inputs[0].shape)
    else { throw .shapes(operation: name, inputs[1].shape, inputs[2].shape, reason: "axes are equal or 1") }
    let mask = try engine.contiguous(engine.broadcast(inputs[0], to: shape), for: name)
    let b = try engine.contiguous(engine.broadcast(inputs[1], to: shape), for: name)
    let c = try engine.contiguous(engine.broadcast(inputs[2], to: shape), for: name)
    let z = try engine.make(shape, b.precision, for: name)
    switch b.precision {
    case .single: Self.values(mask, b, c, z, Float.self)
    case .double: Self.values(mask, b, c, z, Double.self)
    }
    engine.recycle(mask)
    engine.recycle(b)
    engine.recycle(c)
    return z
  }

  private static func values<T: TensorElement>(_ m: Tensor, _ b: Tensor, _ c: Tensor, _ z: Tensor, _ type: T.Type) {
    let m = m.pointer(T.self), b = b.pointer(T.self), c = c.pointer(T.self), target = z.pointer(T.self)
    for i in 0..<z.count { target[i] = m[i] != 0 ? b[i] : c[i] }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let zero = at.tape.scratchOrConstant(Tensor(repeating: 0, [], g.precision))
    let mask = at.input(0)
    if at.needs(1) { at.send(zero.replacing(where: mask, with: g).summed(to: at.input(1).shape), to: 1) }
    if at.needs(2) { at.send(g.replacing(where: mask, with: zero).summed(to: at.input(2).shape), to: 2) }
  }
}
