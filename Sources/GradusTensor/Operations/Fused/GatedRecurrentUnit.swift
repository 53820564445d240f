// SPDX-License-Identifier: Apache-2.0

/// A gated recurrent unit over a whole sequence as one operation.
///
/// Inputs: a [time, batch, 3·h], what the inputs say to r, z, n; U [h, 3·h]; d [h]; start [batch, h]. Output
/// [time + 1, batch, h], the start first. With (rₕ, zₕ, nₕ) = hₜ₋₁U: r = σ(aᵣ + rₕ), z = σ(a_z + zₕ), q = nₕ + d,
/// n = tanh(aₙ + r·q), hₜ = n + z·(hₜ₋₁ − n). r, z, q and n lie behind the output in the same block of memory.
/// Source: Cho et al., arXiv:1406.1078, with r behind the product as in Chung et al., arXiv:1412.3555.
struct GatedRecurrentUnit: TensorOperation {
  var name: String { "gru" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let shape = inputs[0].shape, u = inputs[1].shape, h = u[0]
    guard shape.rank == 3, u.rank == 2, u[1] == 3 * h, shape[2] == 3 * h, inputs[2].shape == [h] else {
      throw .shapes(operation: name, shape, u, reason: "expected [time, batch, 3·h], [h, 3·h] and a bias [h]")
    }
    guard inputs[3].shape == [shape[1], h] else {
      throw .shapes(operation: name, shape, inputs[3].shape, reason: "the start is [batch, h]")
    }
    let a = try engine.contiguous(inputs[0], for: name), weights = try engine.contiguous(inputs[1], for: name)
    let bias = try engine.contiguous(inputs[2], for: name), start = try engine.contiguous(inputs[3], for: name)
    let states: TensorShape = [shape[0] + 1, shape[1], h]
    let block = try engine.make([states.count + shape[0] * shape[1] * 4 * h], a.precision, for: name)
    let y = engine.view(block, states, TensorLayout.contiguousStrides(states))
    switch a.precision {
    case .single: run(a, weights, bias, start, y, engine, Float.self)
    case .double: run(a, weights, bias, start, y, engine, Double.self)
    }
    engine.recycle(a)
    engine.recycle(weights)
    engine.recycle(bias)
    engine.recycle(start)
    return y
  }

  private func run<T: TensorElement>(
    _ a: Tensor, _ u: Tensor, _ bias: Tensor, _ start: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let time = a.shape[0], rows = a.shape[1], h = u.shape[0]
    let states = y.pointer(T.self), gates = states + y.count
    states.update(from: start.pointer(T.self), count: rows * h)
    let weights = MatrixProducts.Factor(
      elements: UnsafeMutableRawPointer(u.pointer(T.self)), stride: 3 * h, isTransposed: false)
    for t in 0..<time {
      let before = states + t * rows * h, gate = gates + t * rows * 4 * h
      let hidden = MatrixProducts.Factor(elements: UnsafeMutableRawPointer(before), stride: h, isTransposed: false)
      engine.multiply(T.self, batch: 1, rows, 3 * h, h, hidden, weights, gate, 4 * h, strides: (0, 0, 0))
      let job = UnitJob<T>(
        a: a.pointer(T.self) + t * rows * 3 * h, bias: bias.pointer(T.self), before: before, after: before + rows * h,
        gates: gate, g: before, dInputs: gate, dProducts: gate, dBefore: before, rows: rows, width: h)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) { job.forward(row) }
      }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output
    let u = try engine.contiguous(at.input(1), for: name), g = try engine.contiguous(g, for: name)
    let h = u.shape[0], time = y.shape[0] - 1, batch = y.shape[1]
    let da = try engine.make([time, batch, 3 * h], y.precision, for: name)
    let products = try engine.make([time, batch, 3 * h], y.precision, for: name)
    let du = try engine.make([h, 3 * h], y.precision, for: name)
    let dBias = try engine.make([h], y.precision, for: name)
    let carry = try engine.make([batch, h], y.precision, for: name)
    switch y.precision {
    case .single: runGradient(u, y, g, da, products, du, dBias, carry, engine, Float.self)
    case .double: runGradient(u, y, g, da, products, du, dBias, carry, engine, Double.self)
    }
    engine.recycle(u)
    engine.recycle(g)
    engine.recycle(products)
    at.send(da, to: 0)
    at.send(du, to: 1)
    at.send(dBias, to: 2)
    at.send(carry, to: 3)
    return true
  }

  private func runGradient<T: TensorElement>(
    _ u: Tensor, _ y: Tensor, _ g: Tensor, _ da: Tensor, _ products: Tensor, _ du: Tensor, _ dBias: Tensor,
    _ carry: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let h = u.shape[0], rows = y.shape[1], time = y.shape[0] - 1
    let states = y.pointer(T.self), gates = states + y.count, signals = products.pointer(T.self)
    let cotangent = g.pointer(T.self), d = carry.pointer(T.self)
    let weights = MatrixProducts.Factor(
      elements: UnsafeMutableRawPointer(u.pointer(T.self)), stride: 3 * h, isTransposed: true)
    d.update(from: cotangent + time * rows * h, count: rows * h)
    for t in stride(from: time - 1, through: 0, by: -1) {
      let before = states + t * rows * h
      let job = UnitJob<T>(
        a: before, bias: before, before: before, after: before, gates: gates + t * rows * 4 * h,
        g: cotangent + t * rows * h, dInputs: da.pointer(T.self) + t * rows * 3 * h,
        dProducts: signals + t * rows * 3 * h, dBefore: d, rows: rows, width: h)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) { job.backward(row) }
      }
      let signal = MatrixProducts.Factor(
        elements: UnsafeMutableRawPointer(signals + t * rows * 3 * h), stride: 3 * h, isTransposed: false)
      engine.multiply(
        T.self, batch: 1, rows, h, 3 * h, signal, weights, d, h, strides: (0, 0, 0), accumulates: true)
    }
    // All hidden states but the last against all signals: one product.
    let hidden = MatrixProducts.Factor(elements: UnsafeMutableRawPointer(states), stride: h, isTransposed: true)
    let all = MatrixProducts.Factor(elements: UnsafeMutableRawPointer(signals), stride: 3 * h, isTransposed: false)
    engine.multiply(T.self, batch: 1, h, 3 * h, time * rows, hidden, all, du.pointer(T.self), 3 * h, strides: (0, 0, 0))
    let sums = dBias.pointer(T.self)
    sums.update(repeating: 0, count: h)
    for row in 0..<time * rows {
      let signal = signals + row * 3 * h + 2 * h
      for j in 0..<h { sums[j] += signal[j] }
    }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let (a, u, bias, start) = (inputs[0], inputs[1], inputs[2], inputs[3])
    let h = u.shape[0], batch = start.shape[0]
    var hidden = start
    var states = [start.reshaped([1, batch, h])]
    for t in 0..<a.shape[0] {
      let now = a.slice(axis: 0, from: t, count: 1).reshaped([batch, 3 * h]), before = hidden.matmul(u)
      func part(_ x: TracedTensor, _ k: Int) -> TracedTensor { x.slice(axis: 1, from: k * h, count: h) }
      let r = (part(now, 0) + part(before, 0)).sigmoid(), z = (part(now, 1) + part(before, 1)).sigmoid()
      let n = (part(now, 2) + r * (part(before, 2) + bias)).tanh()
      hidden = n + z * (hidden - n)
      states.append(hidden.reshaped([1, batch, h]))
    }
    return TracedTensor.concatenate(states, axis: 0)
  }
}

/// One loop over the rows of a batch at one time.
private struct UnitJob<T: TensorElement>: BitwiseCopyable {
  let a: UnsafeMutablePointer<T>
  let bias: UnsafeMutablePointer<T>
  let before: UnsafeMutablePointer<T>
  let after: UnsafeMutablePointer<T>
  let gates: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let dInputs: UnsafeMutablePointer<T>
  let dProducts: UnsafeMutablePointer<T>
  let dBefore: UnsafeMutablePointer<T>
  let rows: Int
  let width: Int

  private var step: Int { max(1, 2048 / width) }
  var blocks: Int { (rows + step - 1) / step }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * step..<min(rows, (index + 1) * step) }

  /// The products with U become r, z and q; then n and the new state.
  @inline(__always)
  func forward(_ row: Int) {
    let width = width, bias = bias
    let a = a + row * 3 * width, r = gates + row * 4 * width, z = r + width, q = z + width, n = q + width
    let old = before + row * width, new = after + row * width
    for j in 0..<2 * width { r[j] = Sigmoid.value(r[j] + a[j], 0) }
    for j in 0..<width { q[j] += bias[j] }
    for j in 0..<width { n[j] = T.tanh(a[2 * width + j] + r[j] * q[j]) }
    for j in 0..<width { new[j] = n[j] + z[j] * (old[j] - n[j]) }
  }

  /// `dBefore` holds the cotangent of the new state and becomes that of the old one, but for the share of the product.
  @inline(__always)
  func backward(_ row: Int) {
    let width = width
    let r = gates + row * 4 * width, z = r + width, q = z + width, n = q + width
    let old = before + row * width, d = dBefore + row * width, g = g + row * width
    let dr = dInputs + row * 3 * width, dz = dr + width, dn = dz + width, products = dProducts + row * 3 * width
    for j in 0..<width { dn[j] = d[j] * (1 - z[j]) * (1 - n[j] * n[j]) }
    for j in 0..<width { dz[j] = d[j] * (old[j] - n[j]) * z[j] * (1 - z[j]) }
    for j in 0..<width { dr[j] = dn[j] * q[j] * r[j] * (1 - r[j]) }
    for j in 0..<2 * width { products[j] = dr[j] }
    for j in 0..<width { products[2 * width + j] = dn[j] * r[j] }
    for j in 0..<width { d[j] = d[j] * z[j] + g[j] }
  }
}

extension TracedTensor {
  /// A gated recurrent unit: this tensor [time, batch, 3·h] holds what the inputs say to r, z, n (x·W + b); `recurrent` is
  /// [h, 3·h], `bias` [h] is added to the product for n before r is applied, `start` [batch, h] is the first hidden state.
  /// Result: hidden states [time + 1, batch, h], the start first.
  public func gru(recurrent: TracedTensor, bias: TracedTensor, start: TracedTensor) -> TracedTensor {
    tape.apply(GatedRecurrentUnit(), all: [self, recurrent, bias, start])
  }
}
