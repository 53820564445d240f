// SPDX-License-Identifier: Apache-2.0

/// y = cross-correlation of images [n, c, h, w] with filters [o, c, i, j], plus a bias [o] if there is a third input.
///
/// Windows of some lines of an image become columns in a buffer that fits the cache, then one product; nothing but the
/// images is kept for the way back, which makes the columns again. Cost: 2·n·o·c·i·j·h′·w′ operations forward, twice that
/// backward. Source: Chellapilla, Puri and Simard, IWFHR 2006.
struct Convolution: TensorOperation {
  let geometry: WindowGeometry
  var name: String { "convolution" }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name), filters = try engine.contiguous(inputs[1], for: name)
    let bias = inputs.count > 2 ? try engine.contiguous(inputs[2], for: name) : nil
    if let bias, bias.shape != [filters.shape[0]] {
      throw .shapes(operation: name, filters.shape, bias.shape, reason: "the bias has one element for each filter")
    }
    let y = try engine.make([x.shape[0], filters.shape[0], geometry.rows, geometry.columns], x.precision, for: name)
    let plan = ConvolutionPlan(geometry, images: x.shape[0], channels: x.shape[1], filters: filters.shape[0])
    let scratch = try engine.make([plan.blocks, plan.columnCount], x.precision, for: name)
    switch x.precision {
    case .single: run(plan, x, filters, bias, y, scratch, engine, Float.self)
    case .double: run(plan, x, filters, bias, y, scratch, engine, Double.self)
    }
    engine.recycle(scratch)
    engine.recycle(x)
    engine.recycle(filters)
    if let bias { engine.recycle(bias) }
    return y
  }

  private func run<T: TensorElement>(
    _ plan: ConvolutionPlan, _ x: Tensor, _ filters: Tensor, _ bias: Tensor?, _ y: Tensor, _ scratch: Tensor,
    _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = ConvolutionJob<T>(
      plan: plan, products: .init(engine), geometry: .passUnretained(geometry), x: x.pointer(T.self),
      filters: filters.pointer(T.self), bias: bias?.pointer(T.self), y: y.pointer(T.self),
      scratch: scratch.pointer(T.self),
      out: y.pointer(T.self))
    Parallel.run(engine.team, plan.blocks, job) { job, index in
      for unit in job.plan.units(index) { job.forward(unit, index) }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine
    let x = try engine.contiguous(at.input(0), for: name), filters = try engine.contiguous(at.input(1), for: name)
    let g = try engine.contiguous(g, for: name)
    switch x.precision {
    case .single: try gradients(x, filters, g, at, Float.self)
    case .double: try gradients(x, filters, g, at, Double.self)
    }
    engine.recycle(x)
    engine.recycle(filters)
    engine.recycle(g)
    return true
  }

  private func gradients<T: TensorElement>(
    _ x: Tensor, _ filters: Tensor, _ g: Tensor, _ at: GradientContext, _ type: T.Type
  ) throws(TensorError) {
    let engine = at.engine, hasBias = at.tape.inputCount(of: at.node) > 2
    let plan = ConvolutionPlan(geometry, images: x.shape[0], channels: x.shape[1], filters: filters.shape[0])
    let scratch = try engine.make([plan.blocks, plan.columnCount], x.precision, for: name)
    func job(_ out: Tensor) -> ConvolutionJob<T> {
      ConvolutionJob<T>(
        plan: plan, products: .init(engine), geometry: .passUnretained(geometry), x: x.pointer(T.self),
        filters: filters.pointer(T.self), bias: nil, y: g.pointer(T.self), scratch: scratch.pointer(T.self),
        out: out.pointer(T.self))
    }
    if hasBias, at.needs(2) {
      let lines = try engine.make([x.shape[0], filters.shape[0]], x.precision, for: name)
      let sums = try engine.make([filters.shape[0]], x.precision, for: name)
      SumKernel<T>.run(g, lines, lines.count, plan.positions, 1, engine)
      SumKernel<T>.run(lines, sums, 1, x.shape[0], filters.shape[0], engine)
      engine.recycle(lines)
      at.send(sums, to: 2)
    }
    if at.needs(1) {
      let partial = try engine.make([plan.blocks, filters.count], x.precision, for: name)
      let sums = try engine.make(filters.shape, x.precision, for: name)
      Parallel.run(engine.team, plan.blocks, job(partial)) { job, index in
        for unit in job.plan.units(index) { job.filterGradient(unit, index) }
      }
      SumKernel<T>.run(partial, sums, 1, plan.blocks, filters.count, engine)
      engine.recycle(partial)
      at.send(sums, to: 1)
    }
    if at.needs(0) {
      let dx = try engine.filled(0, x.shape, x.precision, for: name)
      Parallel.run(engine.team, plan.imageBlocks, job(dx)) { job, index in
        for image in job.plan.images(index) { job.imageGradient(image, index) }
      }
      at.send(dx, to: 0)
    }
    engine.recycle(scratch)
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let x = inputs[0].shape, w = inputs[1].shape
    let columns = inputs[0].tape.apply(Unfold(geometry: geometry), inputs[0])
    let product = inputs[1].reshaped([w[0], w[1] * w[2] * w[3]]).matmul(columns)
    let sum = inputs.count > 2 ? product + inputs[2].reshaped([w[0], 1]) : product
    return sum.reshaped([x[0], w[0], geometry.rows, geometry.columns])
  }
}

extension TracedTensor {
  /// Cross-correlation of images [n, c, h, w] with filters [o, c, i, j] → [n, o, h′, w′], h′ = (h + 2·padding −
  /// dilation·(i − 1) − 1)/stride + 1; plus `bias` [o].
  public func convolution2D(
    _ filters: TracedTensor, bias: TracedTensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0),
    dilation: (Int, Int) = (1, 1)
  ) -> TracedTensor {
    let x = shape, w = filters.shape
    let geometry = WindowGeometry(
      window: (w[2], w[3]), stride: stride, padding: padding, dilation: dilation, image: (x[2], x[3]))
    guard x.rank == 4, w.rank == 4, x[1] == w[1], geometry.isPossible else {
      return tape.apply(
        Rejected(
          error: .shapes(
            operation: "convolution", x, w, reason: "images [n, c, h, w] and filters [o, c, i, j] that fit in them")),
        self
      )
    }
    let operation = Convolution(geometry: geometry)
    return bias.map { tape.apply(operation, self, filters, $0) } ?? tape.apply(operation, self, filters)
  }

  /// Cross-correlation of signals [n, c, t] with filters [o, c, k] → [n, o, t′], plus `bias` [o].
  public func convolution1D(
    _ filters: TracedTensor, bias: TracedTensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1
  ) -> TracedTensor {
    let x = shape, w = filters.shape
    guard x.rank == 3, w.rank == 3 else {
      return tape.apply(
        Rejected(
          error: .shapes(operation: "convolution", x, w, reason: "signals [n, c, t] and filters [o, c, k]")), self)
    }
    let y = reshaped([x[0], x[1], 1, x[2]]).convolution2D(
      filters.reshaped([w[0], w[1], 1, w[2]]), bias: bias, stride: (1, stride), padding: (0, padding),
      dilation: (1, dilation))
    return y.reshaped([y.shape[0], y.shape[1], y.shape[3]])
  }
}
