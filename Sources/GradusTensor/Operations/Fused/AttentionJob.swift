// SPDX-License-Identifier: Apache-2.0

/// Extents of an attention of several heads, and its division into blocks of whole heads, by sizes alone.
struct AttentionPlan: BitwiseCopyable {
  let batch: Int
  let queries: Int
  let keys: Int
  let heads: Int
  /// Elements of a query and of a key of one head, and of a value.
  let depth: Int
  let valueDepth: Int
  /// Elements from one query, key or value to the next.
  let queryStride: Int
  let keyStride: Int
  let valueStride: Int
  let isCausal: Bool
  let scale: Double

  var count: Int { batch * heads }
  /// Heads that are computed one after the other: about a million operations.
  var group: Int { max(1, min(count, 1_000_000 / max(1, queries * keys * depth))) }
  var blocks: Int { (count + group - 1) / group }
  var outputStride: Int { heads * valueDepth }

  func units(_ index: Int) -> Range<Int> { index * group..<min(count, (index + 1) * group) }

  /// How many keys query `row` attends to: the last query sees the last key.
  func length(_ row: Int) -> Int { isCausal ? min(keys, max(0, row + 1 + keys - queries)) : keys }
}

/// One loop over heads: values, or cotangents where the names begin with d.
struct AttentionJob<T: TensorElement>: BitwiseCopyable {
  let plan: AttentionPlan
  let products: BorrowedProducts
  let q: UnsafeMutablePointer<T>
  let k: UnsafeMutablePointer<T>
  let v: UnsafeMutablePointer<T>
  /// The output, or its cotangent.
  let y: UnsafeMutablePointer<T>
  let weights: UnsafeMutablePointer<T>
  var dq: UnsafeMutablePointer<T>
  var dk: UnsafeMutablePointer<T>
  var dv: UnsafeMutablePointer<T>
  var scratch: UnsafeMutablePointer<T>

  /// Forward.
  init(
    _ plan: AttentionPlan, _ engine: TensorEngine, q: UnsafeMutablePointer<T>, k: UnsafeMutablePointer<T>,
    v: UnsafeMutablePointer<T>, y: UnsafeMutablePointer<T>, weights: UnsafeMutablePointer<T>
  ) {
    self.plan = plan
    products = .init(engine)
    (self.q, self.k, self.v, self.y, self.weights) = (q, k, v, y, weights)
    (dq, dk, dv, scratch) = (q, k, v, weights)
  }

  private func factor(_ p: UnsafeMutablePointer<T>, _ stride: Int, transposed: Bool = false) -> MatrixProducts.Factor {
    .init(elements: UnsafeMutableRawPointer(p), stride: stride, isTransposed: transposed)
  }

  /// Where head `unit` begins in a tensor of `rows` rows an example.
  private func start(_ unit: Int, _ rows: Int, _ stride: Int, _ depth: Int) -> Int {
    unit / plan.heads * rows * stride + unit % plan.heads * depth
  }

  private func queryStart(_ unit: Int) -> Int { start(unit, plan.queries, plan.queryStride, plan.depth) }
  private func keyStart(_ unit: Int) -> Int { start(unit, plan.keys, plan.keyStride, plan.depth) }
  private func valueStart(_ unit: Int) -> Int { start(unit, plan.keys, plan.valueStride, plan.valueDepth) }
  private func outputStart(_ unit: Int) -> Int { start(unit, plan.queries, plan.outputStride, plan.valueDepth) }

  @inline(__always)
  func forward(_ unit: Int) {
    let m = plan.queries, n = plan.keys, products = products.value, p = weights + unit * m * n
    products.multiply(
      m, n, plan.depth, factor(q + queryStart(unit), plan.queryStride),
      factor(k + keyStart(unit), plan.keyStride, transposed: true), p, n, accumulates: false)
    let scale = T(plan.scale)
    for row in 0..<m {
      let line = p + row * n, length = plan.length(row)
      if length > 0 {
        let top = Lanes.maximum(line, length) * scale
        for i in 0..<length { line[i] = T.exp(line[i] * scale - top) }
        let factor = 1 / Lanes.sum(line, length)
        for i in 0..<length { line[i] *= factor }
      }
      if length < n { (line + length).update(repeating: 0, count: n - length) }
    }
    products.multiply(
      m, plan.valueDepth, n, factor(p, n), factor(v + valueStart(unit), plan.valueStride), y + outputStart(unit),
      plan.outputStride, accumulates: false)
  }

  @inline(__always)
  func backward(_ unit: Int, _ block: Int) {
    let m = plan.queries, n = plan.keys, products = products.value, p = weights + unit * m * n
    let dy = factor(y + outputStart(unit), plan.outputStride), ds = scratch + block * m * n
    products.multiply(
      n, plan.valueDepth, m, factor(p, n, transposed: true), dy, dv + valueStart(unit), plan.valueStride,
      accumulates: false)
    products.multiply(
      m, n, plan.valueDepth, dy, factor(v + valueStart(unit), plan.valueStride, transposed: true), ds, n,
      accumulates: false)
    let scale = T(plan.scale)
    for row in 0..<m {
      let line = ds + row * n, weight = p + row * n, length = plan.length(row)
      let mean = Lanes.dot(line, weight, length)
      for i in 0..<length { line[i] = (line[i] - mean) * weight[i] * scale }
      if length < n { (line + length).update(repeating: 0, count: n - length) }
    }
    products.multiply(
      m, plan.depth, n, factor(ds, n), factor(k + keyStart(unit), plan.keyStride), dq + queryStart(unit),
      plan.queryStride, accumulates: false)
    products.multiply(
      n, plan.depth, m, factor(ds, n, transposed: true), factor(q + queryStart(unit), plan.queryStride),
      dk + keyStart(unit), plan.keyStride, accumulates: false)
  }
}

extension TensorEngine {
  /// An output of `shape` with the weights of all heads behind it in the same block of memory, which live as long as it.
  func attentionOutput(
    _ shape: TensorShape, _ plan: AttentionPlan, _ precision: Precision, for name: String
  ) throws(TensorError) -> Tensor {
    let block = try make([shape.count + plan.count * plan.queries * plan.keys], precision, for: name)
    return view(block, shape, TensorLayout.contiguousStrides(shape))
  }
}
