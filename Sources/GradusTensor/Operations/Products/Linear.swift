// SPDX-License-Identifier: Apache-2.0

/// y = x·W + b with x [.., in], W [in, out], b [out]: product, bias and, if wanted, max(·, 0) in one pass over y.
struct Linear: TensorOperation {
  let rectifies: Bool
  var name: String { rectifies ? "linear relu" : "linear" }
  var keepsOutput: Bool { rectifies }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let w = inputs[1], b = inputs[2]
    guard w.shape.rank == 2, inputs[0].shape.rank >= 1, inputs[0].shape[-1] == w.shape[0] else {
      throw .shapes(operation: name, inputs[0].shape, w.shape, reason: "the last axis of x is the first of W [in, out]")
    }
    guard b.shape == [w.shape[1]] else {
      throw .shapes(operation: name, w.shape, b.shape, reason: "the bias has one element for each output")
    }
    let x = try engine.contiguous(inputs[0], for: name), weights = try engine.factor(w, for: name)
    let bias = try engine.contiguous(b, for: name)
    var shape = x.shape
    shape[-1] = w.shape[1]
    let y = try engine.make(shape, x.precision, for: name)
    switch x.precision {
    case .single: compute(x, weights, bias, y, engine, Float.self)
    case .double: compute(x, weights, bias, y, engine, Double.self)
    }
    engine.recycle(x)
    engine.recycle(weights)
    engine.recycle(bias)
    return y
  }

  private func compute<T: TensorElement>(
    _ x: Tensor, _ w: Tensor, _ b: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let k = w.shape[0], n = w.shape[1], m = x.count / max(1, k)
    let left = MatrixProducts.Factor(
      elements: UnsafeMutableRawPointer(x.pointer(T.self)), stride: k, isTransposed: false)
    engine.multiply(T.self, batch: 1, m, n, k, left, w.factor(T.self), y.pointer(T.self), n, strides: (0, 0, 0))
    let step = max(1, Parallel.block / max(1, n))
    let job = RowsJob<T>(
      x: y.pointer(T.self), y: b.pointer(T.self), z: y.pointer(T.self), rows: m, width: n, step: step,
      scale: 0)
    let rectifies = rectifies
    if rectifies {
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) {
          let width = job.width, bias = job.y, y = job.x + row * width
          var j = 0
          while j &+ 16 <= width {
            Lanes.store(T.rectified(Lanes.load(y + j) + Lanes.load(bias + j)), y + j)
            j &+= 16
          }
          while j < width {
            y[j] = Rectify.value(y[j] + bias[j], 0)
            j &+= 1
          }
        }
      }
    } else {
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) {
          let width = job.width, bias = job.y, y = job.x + row * width
          for j in 0..<width { y[j] += bias[j] }
        }
      }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine
    let x = try engine.contiguous(at.input(0), for: name), w = try engine.factor(at.input(1), for: name)
    let y = try at.output, g = try engine.contiguous(g, for: name)
    let dz = rectifies ? try engine.make(g.shape, g.precision, for: name) : g
    let dx = at.needs(0) ? try engine.make(x.shape, x.precision, for: name) : nil
    let dw = at.needs(1) ? try engine.make(w.shape, x.precision, for: name) : nil
    let db = at.needs(2) ? try engine.make([w.shape[1]], x.precision, for: name) : nil
    switch x.precision {
    case .single: gradients(x, w, y, g, dz, dx, dw, db, engine, Float.self)
    case .double: gradients(x, w, y, g, dz, dx, dw, db, engine, Double.self)
    }
    engine.recycle(x)
    engine.recycle(w)
    engine.recycle(g)
    engine.recycle(dz)
    if let db { at.send(db, to: 2) }
    if let dw { at.send(dw, to: 1) }
    if let dx { at.send(dx, to: 0) }
    return true
  }

  private func gradients<T: TensorElement>(
    _ x: Tensor, _ w: Tensor, _ y: Tensor, _ g: Tensor, _ dz: Tensor, _ dx: Tensor?, _ dw: Tensor?, _ db: Tensor?,
    _ engine: TensorEngine, _ type: T.Type
  ) {
    let k = w.shape[0], n = w.shape[1], m = x.count / max(1, k)
    if rectifies {
      let job = SlopeJob<T>(
        x: y.pointer(T.self), y: y.pointer(T.self), g: g.pointer(T.self), dx: dz.pointer(T.self), parameter: 0,
        count: g.count)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        let y = job.x, g = job.g, dz = job.dx
        for i in job.range(index) { dz[i] = y[i] > 0 ? g[i] : 0 }
      }
    }
    if let db { SumKernel<T>.run(dz, db, 1, m, n, engine) }
    let signal = UnsafeMutableRawPointer(dz.pointer(T.self)), plain = w.factor(T.self)
    let rows = MatrixProducts.Factor(elements: signal, stride: n, isTransposed: false)
    if let dw {
      let inputs = MatrixProducts.Factor(
        elements: UnsafeMutableRawPointer(x.pointer(T.self)), stride: k, isTransposed: true)
      engine.multiply(T.self, batch: 1, k, n, m, inputs, rows, dw.pointer(T.self), n, strides: (0, 0, 0))
    }
    if let dx {
      let weights = MatrixProducts.Factor(
        elements: plain.elements, stride: plain.stride, isTransposed: !plain.isTransposed)
      engine.multiply(T.self, batch: 1, m, k, n, rows, weights, dx.pointer(T.self), k, strides: (0, 0, 0))
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let x = at.input(0), w = at.input(1)
    let g = rectifies ? g * at.output.step() : g
    let rows = g.reshaped([g.shape.count / max(1, g.shape[-1]), g.shape[-1]])
    if at.needs(2) { at.send(rows.sum(over: [0]), to: 2) }
    if at.needs(1) { at.send(x.reshaped([rows.shape[0], x.shape[-1]]).transposed().matmul(rows), to: 1) }
    if at.needs(0) { at.send(rows.matmul(w.transposed()).reshaped(x.shape), to: 0) }
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    var total: TracedTensor?
    func add(_ part: TracedTensor?) {
      guard let part else { return }
      total = total.map { $0 + part } ?? part
    }
    let shape = at.output.shape
    func product(_ x: TracedTensor, _ w: TracedTensor) -> TracedTensor {
      x.reshaped([x.shape.count / max(1, x.shape[-1]), x.shape[-1]]).matmul(w).reshaped(shape)
    }
    add(tangents[0].map { product($0, at.input(1)) })
    add(tangents[1].map { product(at.input(0), $0) })
    add(tangents[2]?.broadcast(to: shape))
    return rectifies ? total.map { $0 * at.output.step() } : total
  }
}

/// One loop over rows.
struct RowsJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let y: UnsafeMutablePointer<T>
  let z: UnsafeMutablePointer<T>
  let rows: Int
  let width: Int
  let step: Int
  let scale: T

  var blocks: Int { (rows + step - 1) / step }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * step..<min(rows, (index + 1) * step) }
}

extension TracedTensor {
  /// x·W + b, and max(·, 0) of it when `rectified`, as one operation: x [.., in], W [in, out], b [out].
  public func linear(_ weights: TracedTensor, _ bias: TracedTensor, rectified: Bool = false) -> TracedTensor {
    tape.apply(Linear(rectifies: rectified), self, weights, bias)
  }
}
