// SPDX-License-Identifier: Apache-2.0

/// softmax(s·Q·Kᵀ + mask)·V for each head, from queries [batch, m, h·d], keys [batch, n, h·d] and values [batch, n, h·e] →
/// [batch, m, h·e]. Source: Vaswani et al., arXiv:1706.03762, section 3.2.
///
/// As in `Attention` the weights lie behind the output. Cost: 2·batch·m·n·h·(d + e) operations forward, twice that backward.
struct CrossAttention: TensorOperation {
  let heads: Int32
  let isCausal: Bool
  let scale: Double
  var name: String { "attention" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let q = try engine.contiguous(inputs[0], for: name), k = try engine.contiguous(inputs[1], for: name)
    let v = try engine.contiguous(inputs[2], for: name)
    let plan = try plan(q.shape, k.shape, v.shape)
    let y = try engine.attentionOutput(
      [plan.batch, plan.queries, plan.outputStride], plan, q.precision, for: name)
    switch q.precision {
    case .single: run(plan, q, k, v, y, engine, Float.self)
    case .double: run(plan, q, k, v, y, engine, Double.self)
    }
    engine.recycle(q)
    engine.recycle(k)
    engine.recycle(v)
    return y
  }

  private func plan(_ q: TensorShape, _ k: TensorShape, _ v: TensorShape) throws(TensorError) -> AttentionPlan {
    guard q.rank == 3, k.rank == 3, q[0] == k[0], q[2] == k[2], heads > 0, q[2] % Int(heads) == 0 else {
      throw .shapes(
        operation: name, q, k, reason: "queries [batch, m, width] and keys [batch, n, width], a width that heads divide"
      )
    }
    guard v.rank == 3, v[0] == k[0], v[1] == k[1], v[2] % Int(heads) == 0 else {
      throw .shapes(operation: name, k, v, reason: "there is one value for each key, of a width that heads divide")
    }
    return AttentionPlan(
      batch: q[0], queries: q[1], keys: k[1], heads: Int(heads), depth: q[2] / Int(heads),
      valueDepth: v[2] / Int(heads), queryStride: q[2], keyStride: k[2], valueStride: v[2], isCausal: isCausal,
      scale: scale)
  }

  private func run<T: TensorElement>(
    _ plan: AttentionPlan, _ q: Tensor, _ k: Tensor, _ v: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = AttentionJob(
      plan, engine, q: q.pointer(T.self), k: k.pointer(T.self), v: v.pointer(T.self), y: y.pointer(T.self),
      weights: y.pointer(T.self) + y.count)
    Parallel.run(engine.team, plan.blocks, job) { job, index in
      for unit in job.plan.units(index) { job.forward(unit) }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output, g = try engine.contiguous(g, for: name)
    let q = try engine.contiguous(at.input(0), for: name), k = try engine.contiguous(at.input(1), for: name)
    let v = try engine.contiguous(at.input(2), for: name)
    let plan = try plan(q.shape, k.shape, v.shape)
    let dq = try engine.make(q.shape, q.precision, for: name), dk = try engine.make(k.shape, q.precision, for: name)
    let dv = try engine.make(v.shape, q.precision, for: name)
    let scratch = try engine.make([plan.blocks, plan.queries, plan.keys], q.precision, for: name)
    switch q.precision {
    case .single: runGradient(plan, (q, k, v), y, g, (dq, dk, dv), scratch, engine, Float.self)
    case .double: runGradient(plan, (q, k, v), y, g, (dq, dk, dv), scratch, engine, Double.self)
    }
    for tensor in [scratch, q, k, v, g] { engine.recycle(tensor) }
    for (position, share) in [dq, dk, dv].enumerated() where at.needs(position) { at.send(share, to: position) }
    return true
  }

  private func runGradient<T: TensorElement>(
    _ plan: AttentionPlan, _ x: (Tensor, Tensor, Tensor), _ y: Tensor, _ g: Tensor, _ dx: (Tensor, Tensor, Tensor),
    _ scratch: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    var job = AttentionJob(
      plan, engine, q: x.0.pointer(T.self), k: x.1.pointer(T.self), v: x.2.pointer(T.self), y: g.pointer(T.self),
      weights: y.pointer(T.self) + y.count)
    job.dq = dx.0.pointer(T.self)
    job.dk = dx.1.pointer(T.self)
    job.dv = dx.2.pointer(T.self)
    job.scratch = scratch.pointer(T.self)
    Parallel.run(engine.team, plan.blocks, job) { job, index in
      for unit in job.plan.units(index) { job.backward(unit, index) }
    }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let heads = Int(heads)
    func split(_ x: TracedTensor) -> TracedTensor {
      x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads]).permuted([0, 2, 1, 3])
    }
    let weights = split(inputs[0]).attentionWeights(keys: split(inputs[1]), isCausal: isCausal, scale: scale)
    let y = weights.matmul(split(inputs[2])).permuted([0, 2, 1, 3])
    return y.reshaped([y.shape[0], y.shape[1], y.shape[2] * y.shape[3]])
  }
}

extension TracedTensor {
  /// Attention of several heads with queries, keys and values apart, as decoders attend to encoders: queries
  /// [batch, m, heads·d], keys [batch, n, heads·d], values [batch, n, heads·e] → [batch, m, heads·e].
  ///
  /// `scale` is 1/√d unless given. A causal one lines the last query up with the last key.
  public func attention(
    keys: TracedTensor, values: TracedTensor, heads: Int, isCausal: Bool = false, scale: Double? = nil
  ) -> TracedTensor {
    let depth = max(1, shape[-1] / max(1, heads))
    return tape.apply(
      CrossAttention(
        heads: Int32(truncatingIfNeeded: heads), isCausal: isCausal, scale: scale ?? 1 / Double(depth).squareRoot()),
      self, keys, values)
  }
}
