// SPDX-License-Identifier: Apache-2.0

/// C = A·B of the last two axes, [.., m, k]·[.., k, n] → [.., m, n]; leading axes are stretched to fit.
///
/// Transposed views enter without a copy. Cost: 2·m·n·k operations a matrix, by the BLAS in panels of fixed size.
struct MatrixProduct: TensorOperation {
  var name: String { "matmul" }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let a = inputs[0], b = inputs[1]
    guard a.shape.rank >= 2, b.shape.rank >= 2 else {
      throw .shapes(operation: name, a.shape, b.shape, reason: "both need two axes at least")
    }
    guard a.shape[-1] == b.shape[-2] else {
      throw .shapes(operation: name, a.shape, b.shape, reason: "inner extents \(a.shape[-1]) and \(b.shape[-2]) differ")
    }
    guard let shape = Self.shape(a.shape, b.shape) else {
      throw .shapes(operation: name, a.shape, b.shape, reason: "leading axes are equal or 1")
    }
    let c = try engine.make(shape, a.precision, for: name)
    let left = try engine.factor(a, for: name), right = try engine.factor(b, for: name)
    switch a.precision {
    case .single: Self.multiply(left, right, c, engine, Float.self)
    case .double: Self.multiply(left, right, c, engine, Double.self)
    }
    engine.recycle(left)
    engine.recycle(right)
    return c
  }

  private static func shape(_ a: TensorShape, _ b: TensorShape) -> TensorShape? {
    if b.rank == 2 {
      var shape = a
      shape[-1] = b[-1]
      return shape
    }
    var left = a, right = b
    left[-1] = 1
    left[-2] = 1
    right[-1] = 1
    right[-2] = 1
    guard var shape = left.broadcast(with: right) else { return nil }
    shape[-2] = a[-2]
    shape[-1] = b[-1]
    return shape
  }

  private static func multiply<T: TensorElement>(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let m = a.shape[-2], n = b.shape[-1], k = a.shape[-1]
    let left = a.factor(T.self), right = b.factor(T.self), to = c.pointer(T.self)
    if b.shape.rank == 2, a.layout.isContiguous {
      // One matrix for all: the leading axes are rows. They are counted by C, which has rows where k is 0, too.
      return engine.multiply(
        T.self, batch: 1, c.count / max(1, n), n, k, left, right, to, n, strides: (0, 0, 0))
    }
    let plan = BroadcastPlan(
      c.shape.leading, (a.shape.leading, a.layout.strides), (b.shape.leading, b.layout.strides))
    let batch = m * n == 0 ? 0 : c.count / (m * n)
    if plan.rank == 1 {
      return engine.multiply(
        T.self, batch: batch, m, n, k, left, right, to, n,
        strides: (plan.stridesA[0], plan.stridesB[0], m * n))
    }
    let width = plan.width
    for row in 0..<batch / max(1, width) {
      let (offsetA, offsetB) = plan.offsets(row)
      engine.multiply(
        T.self, batch: width, m, n, k, TensorEngine.shifted(left, offsetA, T.self),
        TensorEngine.shifted(right, offsetB, T.self), to + row * width * m * n, n,
        strides: (plan.stridesA[plan.rank - 1], plan.stridesB[plan.rank - 1], m * n))
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let a = at.input(0), b = at.input(1)
    if at.needs(0) { at.send(g.matmul(b.transposed()).summed(to: a.shape), to: 0) }
    guard at.needs(1) else { return }
    if b.shape.rank == 2, a.shape.rank > 2 {
      let rows = a.shape.count / max(1, a.shape[-1])
      let x = a.reshaped([rows, a.shape[-1]]), y = g.reshaped([rows, g.shape[-1]])
      at.send(x.transposed().matmul(y), to: 1)
    } else {
      at.send(a.transposed().matmul(g).summed(to: b.shape), to: 1)
    }
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    let a = tangents[0].map { $0.matmul(at.input(1)) }, b = tangents[1].map { at.input(0).matmul($0) }
    guard let a else { return b }
    return b.map { a + $0 } ?? a
  }
}

extension TensorShape {
  /// Without the last two axes.
  var leading: TensorShape {
    var result = TensorShape(rank: max(0, rank - 2))
    for axis in 0..<result.rank { result[axis] = self[axis] }
    return result
  }
}

extension TensorLayout {
  /// Whether the last two axes are a matrix as the BLAS takes it, or the transpose of one.
  var isFactor: Bool {
    let rows = shape[-2], columns = shape[-1]
    if stride(-1) == 1 || columns == 1 { return stride(-2) >= max(1, columns) || rows == 1 }
    return (stride(-2) == 1 || rows == 1) && stride(-1) >= max(1, rows)
  }
}

extension Tensor {
  /// The last two axes as a factor of a product; the layout must allow it.
  func factor<T: TensorElement>(_ type: T.Type) -> MatrixProducts.Factor {
    let rows = shape[-2], columns = shape[-1]
    let plain = (layout.stride(-1) == 1 || columns == 1) && (layout.stride(-2) >= max(1, columns) || rows == 1)
    let stride = plain ? max(layout.stride(-2), columns) : max(layout.stride(-1), rows)
    return .init(elements: UnsafeMutableRawPointer(pointer(T.self)), stride: stride, isTransposed: !plain)
  }
}

extension TensorEngine {
  /// The tensor itself when the BLAS can take it, otherwise a copy.
  func factor(_ x: Tensor, for operation: String) throws(TensorError) -> Tensor {
    x.layout.isFactor ? x : try contiguous(x, for: operation)
  }
}

extension TracedTensor {
  /// The product of matrices in the last two axes; leading axes are stretched to fit.
  public func matmul(_ other: TracedTensor) -> TracedTensor { tape.apply(MatrixProduct(), self, other) }
}
