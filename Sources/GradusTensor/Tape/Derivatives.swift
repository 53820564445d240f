// SPDX-License-Identifier: Apache-2.0

/// Derivatives of functions of tensors, for callers who do not hold a tape: implicit differentiation, attacks, tests.
extension TensorEngine {
  /// A function of tensors, written in operations on the tape of its arguments.
  public typealias Function = ([TracedTensor]) throws -> TracedTensor

  /// f(x).
  public func value(of function: Function, at xs: [Tensor]) throws -> Tensor {
    let tape = TensorTape(engine: self, isRecording: false)
    return try function(xs.map { tape.constant($0) }).value
  }

  /// f(x) and ∇f(x) for a scalar f.
  public func gradient(of function: Function, at xs: [Tensor]) throws -> (value: Double, gradient: [Tensor]) {
    let (tape, nodes) = begin(xs)
    let y = try function(nodes)
    let value = try y.scalar
    return (value, try collect(tape.backward(from: y), nodes, xs))
  }

  /// f(x) and Jᵀu.
  public func vjp(of function: Function, at xs: [Tensor], _ u: Tensor) throws -> (value: Tensor, product: [Tensor]) {
    let (tape, nodes) = begin(xs)
    let y = try function(nodes)
    let value = try y.value
    return (value, try collect(tape.backward(from: y, cotangent: u), nodes, xs))
  }

  /// f(x) and J·v.
  public func jvp(of function: Function, at xs: [Tensor], along v: [Tensor]) throws -> (value: Tensor, product: Tensor)
  {
    let (tape, nodes) = begin(xs)
    let y = try function(nodes)
    let tangent = tape.tangents(of: [y], along: try directions(tape, nodes, v))[0]
    return (try y.value, try tangent.value)
  }

  /// ∇f(x) and ∇²f(x)·v for a scalar f, forward over reverse. Cost: a few times that of the gradient, no matrix.
  public func hvp(
    of function: Function, at xs: [Tensor], along v: [Tensor]
  ) throws -> (gradient: [Tensor], product: [Tensor]) {
    let (tape, nodes) = begin(xs)
    let y = try function(nodes)
    let value = try y.value
    guard value.count == 1 else { throw TensorError.notScalar(value.shape) }
    let gradient = tape.gradients(of: y, for: nodes)
    let product = tape.tangents(of: gradient, along: try directions(tape, nodes, v))
    return (try gradient.map { try $0.value }, try product.map { try $0.value })
  }

  func begin(_ xs: [Tensor]) -> (TensorTape, [TracedTensor]) {
    let tape = TensorTape(engine: self)
    return (tape, xs.enumerated().map { tape.parameter("x\($0.offset)", $0.element) })
  }

  private func collect(_ gradients: TensorGradients, _ nodes: [TracedTensor], _ xs: [Tensor]) -> [Tensor] {
    zip(nodes, xs).map { node, x in gradients[node] ?? Tensor(repeating: 0, x.shape, x.precision) }
  }

  func directions(
    _ tape: TensorTape, _ nodes: [TracedTensor], _ v: [Tensor]
  ) throws -> [(node: TracedTensor, tangent: TracedTensor)] {
    precondition(v.count == nodes.count, "one direction for each argument")
    return try zip(nodes, v).map { node, v in
      guard node.shape == v.shape else {
        throw TensorError.shapes(
          operation: "direction", node.shape, v.shape, reason: "a direction has the shape of its argument")
      }
      return (node, tape.constant(v))
    }
  }
}
