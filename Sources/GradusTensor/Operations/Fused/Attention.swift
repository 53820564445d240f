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
    let y = try engine.attentionOutput(
      [plan.batch, plan.queries, plan.outputStride], plan, x.precision, for: name)
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
    let depth = shape[2] / (3 * Int(heads))
    return AttentionPlan(
      batch: shape[0], queries: shape[1], keys: shape[1], heads: Int(heads), depth: depth, valueDepth: depth,
      queryStride: shape[2], keyStride: shape[2], valueStride: shape[2], isCausal: isCausal, scale: scale)
  }

  private func job<T: TensorElement>(
    _ plan: AttentionPlan, _ x: Tensor, _ y: Tensor, _ weights: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) -> AttentionJob<T> {
    let q = x.pointer(T.self), width = plan.heads * plan.depth
    return AttentionJob(
      plan, engine, q: q, k: q + width, v: q + 2 * width, y: y.pointer(T.self),
      weights: weights.pointer(T.self) + weights.count)
  }

  private func run<T: TensorElement>(
    _ plan: AttentionPlan, _ x: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    Parallel.run(engine.team, plan.blocks, job(plan, x, y, y, engine, T.self)) { job, index in
      for unit in job.plan.units(index) { job.forward(unit) }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output
    let x = try engine.contiguous(at.input(0), for: name), g = try engine.contiguous(g, for: name)
    let plan = try plan(x.shape)
    let dx = try engine.make(x.shape, x.precision, for: name)
    let scratch = try engine.make([plan.blocks, plan.queries, plan.keys], x.precision, for: name)
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
    var job = job(plan, x, g, y, engine, T.self)
    let width = plan.heads * plan.depth
    job.dq = dx.pointer(T.self)
    job.dk = job.dq + width
    job.dv = job.dq + 2 * width
    job.scratch = scratch.pointer(T.self)
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
  ///
  /// Without a mask, and with the same leading axes in all three, it is one operation.
  public func attention(
    keys: TracedTensor, values: TracedTensor, isCausal: Bool = false, scale: Double? = nil, mask: TracedTensor? = nil
  ) -> TracedTensor {
    let shape = shape, leading = shape.leading
    guard mask == nil, shape.rank >= 2, leading == keys.shape.leading, leading == values.shape.leading,
      keys.shape.rank == shape.rank, values.shape.rank == shape.rank
    else { return attentionWeights(keys: keys, isCausal: isCausal, scale: scale, mask: mask).matmul(values) }
    func flat(_ x: TracedTensor) -> TracedTensor { x.reshaped([leading.count, x.shape[-2], x.shape[-1]]) }
    var result = shape
    result[-1] = values.shape[-1]
    return flat(self).attention(keys: flat(keys), values: flat(values), heads: 1, isCausal: isCausal, scale: scale)
      .reshaped(result)
  }
}
