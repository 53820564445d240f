// SPDX-License-Identifier: Apache-2.0

/// Tensors one after the other along an axis.
struct Concatenate: TensorOperation {
  let axis: Int
  var name: String { "concatenate" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let first = inputs[0].shape
    guard let axis = first.axis(axis) else {
      throw .shape(operation: name, first, reason: "there is no axis \(axis)")
    }
    var shape = first, total = 0
    for position in 0..<inputs.count {
      var other = inputs[position].shape
      guard other.rank == first.rank else {
        throw .shapes(operation: name, first, other, reason: "the numbers of axes differ")
      }
      total += other[axis]
      other[axis] = first[axis]
      guard other == first else {
        throw .shapes(
          operation: name, first, inputs[position].shape, reason: "only axis \(axis) may differ")
      }
    }
    shape[axis] = total
    let z = try engine.make(shape, inputs[0].precision, for: name)
    var start = 0
    for position in 0..<inputs.count {
      let x = try engine.contiguous(inputs[position], for: name)
      switch x.precision {
      case .single: copy(x, z, axis, start, Float.self)
      case .double: copy(x, z, axis, start, Double.self)
      }
      start += x.shape[axis]
      engine.recycle(x)
    }
    return z
  }

  private func copy<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ axis: Int, _ start: Int, _ type: T.Type) {
    let outer = x.shape.product(0..<axis), inner = x.shape.product(axis + 1..<x.shape.rank)
    let length = x.shape[axis] * inner, stride = z.shape[axis] * inner
    let from = x.pointer(T.self), to = z.pointer(T.self) + start * inner
    for o in 0..<outer { (to + o * stride).update(from: from + o * length, count: length) }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    var start = 0
    for position in at.inputs.indices {
      let length = at.input(position).shape[axis]
      if at.needs(position) { at.send(g.slice(axis: axis, from: start, count: length), to: position) }
      start += length
    }
  }
}

extension TracedTensor {
  /// The same elements in row-major order in another shape.
  public func reshaped(_ shape: TensorShape) -> TracedTensor {
    self.shape == shape ? self : tape.apply(Reshape(layout: tape.engine.layout(shape, precision)), self)
  }

  /// The first axis and all others as one: [n, m].
  public func flattened() -> TracedTensor { reshaped([shape[0], shape.count / max(1, shape[0])]) }

  /// Axis i of the result is axis order[i] of this tensor. Copies nothing.
  public func permuted(_ order: [Int]) -> TracedTensor {
    precondition(
      order.count == shape.rank && Set(order) == Set(0..<shape.rank),
      "an order of \(shape.rank) axes names each once, unlike \(order)")
    var axes = SIMD8<UInt8>(0, 1, 2, 3, 4, 5, 6, 7)
    for (axis, source) in order.enumerated() { axes[axis] = UInt8(source) }
    return tape.apply(Permute(order: axes), self)
  }

  /// Two axes exchanged, by default the last two: the transposed matrix. Copies nothing.
  public func transposed(_ a: Int = -2, _ b: Int = -1) -> TracedTensor {
    guard let a = shape.axis(a), let b = shape.axis(b) else { return self }
    var axes = SIMD8<UInt8>(0, 1, 2, 3, 4, 5, 6, 7)
    axes[a] = UInt8(b)
    axes[b] = UInt8(a)
    return tape.apply(Permute(order: axes), self)
  }

  /// Stretched to a larger shape. Copies nothing.
  public func broadcast(to shape: TensorShape) -> TracedTensor {
    self.shape == shape ? self : tape.apply(Broadcast(layout: tape.engine.layout(shape, precision)), self)
  }

  /// `count` elements of an axis, every `step`th, from `start` on. Copies nothing.
  public func slice(axis: Int, from start: Int, count: Int, by step: Int = 1) -> TracedTensor {
    tape.apply(
      Slice(
        axis: Int32(truncatingIfNeeded: axis), start: Int32(truncatingIfNeeded: start),
        length: Int32(truncatingIfNeeded: count), step: Int32(truncatingIfNeeded: step)), self)
  }

  /// Zeros around this tensor along an axis.
  public func padded(axis: Int, before: Int, after: Int) -> TracedTensor {
    guard let axis = shape.axis(axis), before + after > 0 else { return self }
    return tape.apply(
      Place(
        axis: Int32(axis), start: Int32(truncatingIfNeeded: before), step: 1,
        extent: Int32(truncatingIfNeeded: shape[axis] + before + after)), self)
  }

  /// Tensors one after the other along an axis.
  public static func concatenate(_ tensors: [TracedTensor], axis: Int) -> TracedTensor {
    precondition(!tensors.isEmpty, "nothing to concatenate")
    return tensors[0].tape.apply(Concatenate(axis: axis), all: tensors)
  }
}
