// SPDX-License-Identifier: Apache-2.0

/// An operation on each row of a tensor, a row being its last axis.
protocol RowOperation: TensorOperation {
  /// y from x, both of `n` elements.
  static func row<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int)
  /// dx from y and the cotangent g.
  static func rowGradient<T: TensorElement>(
    _ y: UnsafePointer<T>, _ g: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ n: Int)
}

extension RowOperation {
  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    guard x.shape.rank >= 1 else { throw .shape(operation: name, x.shape, reason: "a scalar has no rows") }
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: Self.run(x, y, engine, Float.self)
    case .double: Self.run(x, y, engine, Double.self)
    }
    engine.recycle(x)
    return y
  }

  @inline(__always)
  private static func run<T: TensorElement>(_ x: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type) {
    let width = x.shape[-1]
    guard x.count > 0 else { return }
    let job = RowsJob<T>(
      x: x.pointer(T.self), y: y.pointer(T.self), z: y.pointer(T.self), rows: x.count / width, width: width,
      step: max(1, Parallel.block / 4 / width), scale: 0)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      for row in job.range(index) { Self.row(job.x + row * job.width, job.y + row * job.width, job.width) }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    guard at.needs(0) else { return true }
    let y = try at.output, engine = at.engine
    let g = try engine.contiguous(g, for: name)
    let dx = try engine.make(y.shape, y.precision, for: name)
    switch y.precision {
    case .single: Self.runGradient(y, g, dx, engine, Float.self)
    case .double: Self.runGradient(y, g, dx, engine, Double.self)
    }
    engine.recycle(g)
    at.send(dx, to: 0)
    return true
  }

  @inline(__always)
  private static func runGradient<T: TensorElement>(
    _ y: Tensor, _ g: Tensor, _ dx: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let width = y.shape[-1]
    guard y.count > 0 else { return }
    let job = RowsJob<T>(
      x: y.pointer(T.self), y: g.pointer(T.self), z: dx.pointer(T.self), rows: y.count / width, width: width,
      step: max(1, Parallel.block / 4 / width), scale: 0)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      for row in job.range(index) {
        let start = row * job.width
        Self.rowGradient(job.x + start, job.y + start, job.z + start, job.width)
      }
    }
  }
}

/// eˣⁱ / Σ eˣʲ along the last axis.
struct Softmax: RowOperation {
  var name: String { "softmax" }

  @inline(__always)
  static func row<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int) {
    let top = Lanes.maximum(x, n)
    // A row of −∞ alone has no distribution; it gives zeros, as fully masked attention expects. NaN stays NaN.
    guard top > -.infinity else {
      for i in 0..<n { y[i] = x[i] == -.infinity ? 0 : x[i] }
      return
    }
    for i in 0..<n { y[i] = T.exp(x[i] - top) }
    let scale = 1 / Lanes.sum(y, n)
    for i in 0..<n { y[i] *= scale }
  }

  @inline(__always)
  static func rowGradient<T: TensorElement>(
    _ y: UnsafePointer<T>, _ g: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ n: Int
  ) {
    let mean = Lanes.dot(y, g, n)
    for i in 0..<n { dx[i] = y[i] * (g[i] - mean) }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let y = at.output
    at.send(y * (g - (g * y).sum(over: [-1], keepingAxes: true)), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    let y = at.output
    return tangents[0].map { y * ($0 - ($0 * y).sum(over: [-1], keepingAxes: true)) }
  }
}

/// xᵢ − ln Σ eˣʲ along the last axis.
struct LogSoftmax: RowOperation {
  var name: String { "log softmax" }

  @inline(__always)
  static func row<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int) {
    let top = Lanes.maximum(x, n)
    for i in 0..<n { y[i] = T.exp(x[i] - top) }
    let shift = top + T.log(Lanes.sum(y, n))
    for i in 0..<n { y[i] = x[i] - shift }
  }

  @inline(__always)
  static func rowGradient<T: TensorElement>(
    _ y: UnsafePointer<T>, _ g: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ n: Int
  ) {
    let total = Lanes.sum(g, n)
    for i in 0..<n { dx[i] = g[i] - T.exp(y[i]) * total }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    at.send(g - at.output.exp() * g.sum(over: [-1], keepingAxes: true), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { $0 - ($0 * at.output.exp()).sum(over: [-1], keepingAxes: true) }
  }
}

extension TracedTensor {
  /// eˣⁱ / Σ eˣʲ along `axis`.
  public func softmax(axis: Int = -1) -> TracedTensor { alongLast(axis) { $0.tape.apply(Softmax(), $0) } }

  /// xᵢ − ln Σ eˣʲ along `axis`.
  public func logSoftmax(axis: Int = -1) -> TracedTensor { alongLast(axis) { $0.tape.apply(LogSoftmax(), $0) } }

  /// ln Σ eˣʲ along `axis`, which is left out.
  public func logSumExp(axis: Int = -1) -> TracedTensor {
    alongLast(axis) { x in
      let top = x.maximum(over: -1, keepingAxis: true).stopGradient()
      return (x - top).exp().sum(over: [-1], keepingAxes: true).log() + top
    }.sum(over: [axis])
  }

  private func alongLast(_ axis: Int, _ body: (TracedTensor) -> TracedTensor) -> TracedTensor {
    guard let positive = shape.axis(axis), positive != shape.rank - 1 else { return body(self) }
    return body(transposed(positive, -1)).transposed(positive, -1)
  }
}

/// The largest element along the last axis, which stays as 1; equal ones share a cotangent.
struct RowMaximum: TensorOperation {
  var name: String { "maximum over" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    guard x.shape.rank >= 1, x.shape[-1] > 0 else {
      throw .shape(operation: name, x.shape, reason: "nothing to take the largest of")
    }
    var shape = x.shape
    shape[-1] = 1
    let z = try engine.make(shape, x.precision, for: name)
    switch x.precision {
    case .single: Self.run(x, z, Float.self)
    case .double: Self.run(x, z, Double.self)
    }
    engine.recycle(x)
    return z
  }

  private static func run<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ type: T.Type) {
    let width = x.shape[-1], from = x.pointer(T.self), to = z.pointer(T.self)
    for row in 0..<z.count { to[row] = Lanes.maximum(from + row * width, width) }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let mask = at.input(0).equal(at.output)
    at.send(g * (mask / mask.sum(over: [-1], keepingAxes: true)), to: 0)
  }
}

extension TracedTensor {
  /// The largest element along `axis`.
  public func maximum(over axis: Int, keepingAxis: Bool = false) -> TracedTensor {
    guard let positive = shape.axis(axis) else { return tape.apply(RowMaximum(), self) }
    let moved = positive == shape.rank - 1 ? self : transposed(positive, -1)
    let top = tape.apply(RowMaximum(), moved)
    let kept = positive == shape.rank - 1 ? top : top.transposed(positive, -1)
    if keepingAxis { return kept }
    return kept.reshaped(TensorShape((0..<shape.rank).filter { $0 != positive }.map { shape[$0] }))
  }
}
