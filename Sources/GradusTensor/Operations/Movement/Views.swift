// SPDX-License-Identifier: Apache-2.0

/// The same elements in another shape.
struct Reshape: TensorOperation {
  let layout: TensorLayout
  var name: String { "reshape" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    guard inputs[0].count == layout.count else {
      throw .shapes(operation: name, inputs[0].shape, layout.shape, reason: "the numbers of elements differ")
    }
    return engine.reshaped(try engine.contiguous(inputs[0], for: name), layout.shape)
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(g.reshaped(at.input(0).shape), to: 0) }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0]?.reshaped(layout.shape)
  }
}

/// Axes in another order: axis i of the result is axis order[i] of the input. Copies nothing.
struct Permute: TensorOperation {
  let order: SIMD8<UInt8>
  var name: String { "permute" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = inputs[0]
    var shape = TensorShape(rank: x.shape.rank), strides = SIMD8<Int>(repeating: 0)
    for axis in 0..<x.shape.rank {
      guard Int(order[axis]) < x.shape.rank else {
        throw .shape(operation: name, x.shape, reason: "there is no axis \(order[axis])")
      }
      shape[axis] = x.shape[Int(order[axis])]
      strides[axis] = x.layout.strides[Int(order[axis])]
    }
    return engine.view(x, shape, strides)
  }

  var inverse: Permute {
    var inverse = SIMD8<UInt8>(0, 1, 2, 3, 4, 5, 6, 7)
    for axis in 0..<8 where order[axis] < 8 { inverse[Int(order[axis])] = UInt8(axis) }
    return Permute(order: inverse)
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(at.tape.apply(inverse, g), to: 0) }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// Stretched to a larger shape without copying: strides of 0.
struct Broadcast: TensorOperation {
  let layout: TensorLayout
  var name: String { "broadcast" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    guard inputs[0].shape.broadcast(with: layout.shape) == layout.shape else {
      throw .shapes(operation: name, inputs[0].shape, layout.shape, reason: "only axes of 1 are stretched")
    }
    return engine.broadcast(inputs[0], to: layout.shape)
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) { at.send(g.summed(to: at.input(0).shape), to: 0) }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// Every `step`th element of an axis from `start` on. Copies nothing.
struct Slice: TensorOperation {
  let axis: Int32
  let start: Int32
  let length: Int32
  let step: Int32
  var name: String { "slice" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = inputs[0]
    guard let axis = x.shape.axis(Int(axis)) else {
      throw .shape(operation: name, x.shape, reason: "there is no axis \(axis)")
    }
    guard start >= 0, length >= 0, step >= 1, length == 0 || Int(start + (length - 1) * step) < x.shape[axis] else {
      throw .shape(
        operation: name, x.shape, reason: "\(length) elements from \(start) by \(step) leave axis \(axis)")
    }
    var shape = x.shape, strides = x.layout.strides
    shape[axis] = Int(length)
    let offset = Int(start) * strides[axis]
    strides[axis] *= Int(step)
    return engine.view(x, shape, strides, offset: offset)
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let axis = at.input(0).shape.axis(Int(axis)) ?? 0
    let rule = Place(
      axis: Int32(axis), start: start, step: step, extent: Int32(truncatingIfNeeded: at.input(0).shape[axis]))
    at.send(at.tape.apply(rule, g), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// The transpose of a slice: its elements in zeros, along an axis of `extent`.
struct Place: TensorOperation {
  let axis: Int32
  let start: Int32
  let step: Int32
  let extent: Int32
  var name: String { "place" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = inputs[0], axis = Int(axis)
    guard axis < x.shape.rank, start >= 0, step >= 1,
      x.shape[axis] == 0 || Int(start) + (x.shape[axis] - 1) * Int(step) < Int(extent)
    else {
      throw .shape(operation: name, x.shape, reason: "does not fit an axis of \(extent) from \(start) by \(step)")
    }
    let source = try engine.contiguous(x, for: name)
    var shape = x.shape
    shape[axis] = Int(extent)
    let z = try engine.filled(0, shape, x.precision, for: name)
    switch x.precision {
    case .single: copy(source, z, Float.self)
    case .double: copy(source, z, Double.self)
    }
    engine.recycle(source)
    return z
  }

  private func copy<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ type: T.Type) {
    let axis = Int(axis), length = x.shape[axis]
    let outer = x.shape.product(0..<axis), inner = x.shape.product(axis + 1..<x.shape.rank)
    let from = x.pointer(T.self), to = z.pointer(T.self)
    for o in 0..<outer {
      for i in 0..<length {
        let row = to + (o * Int(extent) + Int(start) + i * Int(step)) * inner
        row.update(from: from + (o * length + i) * inner, count: inner)
      }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let length = Int32(truncatingIfNeeded: at.input(0).shape[Int(axis)])
    at.send(at.tape.apply(Slice(axis: axis, start: start, length: length, step: step), g), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

extension TensorEngine {
  /// A view that repeats axes of extent 1.
  func broadcast(_ x: Tensor, to shape: TensorShape) -> Tensor {
    if x.shape == shape { return x }
    var strides = SIMD8<Int>(repeating: 0)
    for axis in 0..<shape.rank {
      let back = axis - shape.rank
      strides[axis] = x.shape[back] == 1 ? 0 : x.layout.stride(back)
    }
    return view(x, shape, strides)
  }
}
