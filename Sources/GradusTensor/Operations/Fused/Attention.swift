// SPDX-License-Identifier: Apache-2.0

/// softmax(s·Q·Kᵀ + mask)·V for each head, from one tensor [batch, time, 3·width] that holds queries, keys and values side
/// by side. Source: Vaswani et al., arXiv:1706.03762, section 3.2.
///
/// The weights of the heads lie behind the output in the same block of memory, so that they live as long as it does.
/// Cost: 4·batch·time²·width operations forward, 8 backward.
struct Attention: TensorOperation {
  let heads: Int32
  let isCausal: Bool
  let scale: Double
  var name: String { "attention" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    let plan = try plan(x.shape)
    let shape: TensorShape = [plan.batch, plan.time, plan.width]
    let outputs = shape.count, weights = plan.batch * plan.heads * plan.time * plan.time
    let block = try engine.make([outputs + weights], x.precision, for: name)
    let y = engine.view(block, shape, TensorLayout.contiguousStrides(shape))
    switch x.precision {
    case .single: run(plan, x, y, engine, Float.self)
    case .double: run(plan, x, y, engine, Double.self)
    }
    engine.recycle(x)
    return y
  }

  private func plan(_ shape: TensorShape) throws(TensorError) -> AttentionPlan {
    guard shape.rank == 3, heads > 0, shape[-1] % (3 * Int(heads)) == 0 else {
      throw .shape(
        operation: name, shape, reason: "expected [batch, time, 3·width] with a width that \(heads) heads divide")
    }
    return AttentionPlan(
      batch: shape[0], time: shape[1], width: shape[2] / 3, heads: Int(heads), isCausal: isCausal, scale: scale)
  }

  private func run<T: TensorElement>(
    _ plan: AttentionPlan, _ x: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = AttentionJob<T>(
      plan: plan, products: .init(engine), x: x.pointer(T.self), y: y.pointer(T.self), g: y.pointer(T.self),
      dx: x.pointer(T.self), weights: y.pointer(T.self) + y.count, scratch: y.pointer(T.self))
    Parallel.run(engine.team, plan.blocks, job) { job, index in
      for unit in job.plan.units(index) { job.forward(unit) }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output
    let x = try engine.contiguous(at.input(0), for: name), g = try engine.contiguous(g, for: name)
    let plan = try plan(x.shape)
    let dx = try engine.make(x.shape, x.precision, for: name)
    let scratch = try engine.make([plan.blocks, plan.time, plan.time], x.precision, for: name)
    switch x.precision {
    case .single: runGradient(plan, x, y, g, dx, scratch, engine, Float.self)
    case .double: runGradient(plan, x, y, g, dx, scratch, engine, Double.self)
    }
    engine.recycle(scratch)
    engine.recycle(x)
    engine.recycle(g)
    at.send(dx, to: 0)
    return true
  }

  private func runGradient<T: TensorElement>(
    _ plan: AttentionPlan, _ x: Tensor, _ y: Tensor, _ g: Tensor, _ dx: Tensor, _ scratch: Tensor,
    _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = AttentionJob<T>(
      plan: plan, products: .init(engine), x: x.pointer(T.self), y: y.pointer(T.self), g: g.pointer(T.self),
      dx: dx.pointer(T.self), weights: y.pointer(T.self) + y.count, scratch: scratch.pointer(T.self))
    Parallel.run(engine.team, plan.blocks, job) { job, index in
      for unit in job.plan.units(index) { job.backward(unit, index) }
    }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let x = inputs[0], batch = x.shape[0], time = x.shape[1], width = x.shape[2] / 3
    let parts = x.reshaped([batch, time, 3, Int(heads), width / Int(heads)]).permuted([2, 0, 3, 1, 4])
    func part(_ index: Int) -> TracedTensor {
      parts.slice(axis: 0, from: index, count: 1).reshaped([batch, Int(heads), time, width / Int(heads)])
    }
    let weights = part(0).attentionWeights(keys: part(1), isCausal: isCausal, scale: scale)
    return weights.matmul(part(2)).permuted([0, 2, 1, 3]).reshaped([batch, time, width])
  }
}

/// Extents of one attention, and its division into blocks of whole heads.
private struct AttentionPlan: BitwiseCopyable {
  let batch: Int
  let time: Int
  let width: Int
  let heads: Int
  let isCausal: Bool
  let scale: Double

  var depth: Int { width / heads }
  var count: Int { batch * heads }
  /// Heads that are computed one after the other: about a million operations.
  var group: Int { max(1, min(count, 1_000_000 / max(1, time * time * depth))) }
  var blocks: Int { (count + group - 1) / group }

  func units(_ index: Int) -> Range<Int> { index * group..<min(count, (index + 1) * group) }
}

private struct AttentionJob<T: TensorElement>: BitwiseCopyable {
  let plan: AttentionPlan
  let products: BorrowedProducts
  let x: UnsafeMutablePointer<T>
  let y: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let dx: UnsafeMutablePointer<T>
  let weights: UnsafeMutablePointer<T>
  let scratch: UnsafeMutablePointer<T>

  private func factor(_ p: UnsafeMutablePointer<T>, _ stride: Int, transposed: Bool = false) -> MatrixProducts.Factor {
    .init(elements: UnsafeMutableRawPointer(p), stride: stride, isTransposed: transposed)
  }

  /// Where head `unit` begins in a tensor whose rows are `stride` wide.
  private func start(_ unit: Int, _ stride: Int) -> Int {
    unit / plan.heads * plan.time * stride + unit % plan.heads * plan.depth
  }

  @inline(__always)
  func forward(_ unit: Int) {
    let time = plan.time, width = plan.width, depth = plan.depth, products = products.value
    let q = x + start(unit, 3 * width), p = weights + unit * time * time
    products.multiply(
      time, time, depth, factor(q, 3 * width), factor(q + width, 3 * width, transposed: true), p, time,
      accumulates: false)
    let scale = T(plan.scale)
    for row in 0..<time {
      let line = p + row * time, length = plan.isCausal ? row + 1 : time
      let top = Lanes.maximum(line, length) * scale
      for i in 0..<length { line[i] = T.exp(line[i] * scale - top) }
      let factor = 1 / Lanes.sum(line, length)
      for i in 0..<length { line[i] *= factor }
      if length < time { (line + length).update(repeating: 0, count: time - length) }
    }
    products.multiply(
      time, depth, time, factor(p, time), factor(q + 2 * width, 3 * width), y + start(unit, width), width,
      accumulates: false)
  }

  @inline(__always)
  func backward(_ unit: Int, _ block: Int) {
    let time = plan.time, width = plan.width, depth = plan.depth, products = products.value
    let q = x + start(unit, 3 * width), p = weights + unit * time * time
    let dq = dx + start(unit, 3 * width), dy = g + start(unit, width), ds = scratch + block * time * time
    products.multiply(
      time, depth, time, factor(p, time, transposed: true), factor(dy, width), dq + 2 * width, 3 * width,
      accumulates: false)
    products.multiply(
      time, time, depth, factor(dy, width), factor(q + 2 * width, 3 * width, transposed: true), ds, time,
      accumulates: false)
    let scale = T(plan.scale)
    for row in 0..<time {
      let line = ds + row * time, weight = p + row * time, length = plan.isCausal ? row + 1 : time
      let mean = Lanes.dot(line, weight, length)
      for i in 0..<length { line[i] = (line[i] - mean) * weight[i] * scale }
      if length < time { (line + length).update(repeating: 0, count: time - length) }
    }
    products.multiply(
      time, depth, time, factor(ds, time), factor(q + width, 3 * width), dq, 3 * width, accumulates: false)
    products.multiply(
      time, depth, time, factor(ds, time, transposed: true), factor(q, 3 * width), dq + width, 3 * width,
      accumulates: false)
  }
}

extension TracedTensor {
  /// Self-attention of queries, keys and values that lie side by side: [batch, time, 3·width] → [batch, time, width].
  ///
  /// `scale` is 1/√(width/heads) unless given. A causal one attends to no later time.
  public func selfAttention(heads: Int, isCausal: Bool = false, scale: Double? = nil) -> TracedTensor {
    let depth = max(1, shape[-1] / (3 * max(1, heads)))
    return tape.apply(
      Attention(
        heads: Int32(truncatingIfNeeded: heads), isCausal: isCausal, scale: scale ?? 1 / Double(depth).squareRoot()),
      self)
  }

  /// softmax(s·Q·Kᵀ) with this tensor as queries [.., m, depth] and keys [.., n, depth]; [.., m, n].
  ///
  /// A causal one lines the last query up with the last key. `mask`, if any, is added before the softmax.
  public func attentionWeights(
    keys: TracedTensor, isCausal: Bool = false, scale: Double? = nil, mask: TracedTensor? = nil
  ) -> TracedTensor {
    let scale = scale ?? 1 / Double(max(1, shape[-1])).squareRoot()
    var scores = matmul(keys.transposed()) * scale
    if let mask { scores = scores + mask }
    if isCausal {
      let m = shape[-2], n = keys.shape[-2]
      let bias = (0..<m * n).map { $0 % n > $0 / n + n - m ? -Double.infinity : 0 }
      let values = Tensor(bias, [m, n])
      scores = scores + tape.scratchOrConstant(precision == .double ? values : values.copied(to: .single))
    }
    return scores.softmax()
  }

  /// Attention of one head or of several along the leading axes: queries [.., m, d], keys [.., n, d], values [.., n, e]
  /// → [.., m, e].
  public func attention(
    keys: TracedTensor, values: TracedTensor, isCausal: Bool = false, scale: Double? = nil, mask: TracedTensor? = nil
  ) -> TracedTensor {
    attentionWeights(keys: keys, isCausal: isCausal, scale: scale, mask: mask).matmul(values)
  }
}
