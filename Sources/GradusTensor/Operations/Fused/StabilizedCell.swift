// SPDX-License-Identifier: Apache-2.0

/// A long short-term memory with exponential gates over a whole sequence as one operation.
///
/// Inputs: a [time, batch, 4·h], columns head by head, in each (ĩ, f̃, z̃, õ); R [heads, depth, 4·depth]; start [batch, 4·h],
/// (h, c, n, m) side by side. Output [time + 1, batch, 4·h], the start first. With gates a + hₜ₋₁R head by head and f̂ = f̃
/// or ln σ(f̃): m = max(f̂ + mₜ₋₁, ĩ), i = e^(ĩ − m), f = e^(f̂ + mₜ₋₁ − m), c = f·cₜ₋₁ + i·tanh z̃, n = f·nₜ₋₁ + i,
/// h = σ(õ)·c/n. The values of the gates lie behind the output in the same block of memory, behind them σ(−f̃).
///
/// m cancels in h and is constant for differentiation, so derivatives are those of whatever is made of h.
/// Source: Beck et al., arXiv:2405.04517, equations 8 to 17; heads as in Pöppel et al., arXiv:2412.07752.
struct StabilizedCell: TensorOperation {
  /// Whether the forget gate is σ(f̃), otherwise it is e^f̃.
  let isSigmoid: Bool
  var name: String { "slstm" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let shape = inputs[0].shape, r = inputs[1].shape, h = r[0] * r[1]
    guard shape.rank == 3, r.rank == 3, r[2] == 4 * r[1], shape[2] == 4 * h else {
      throw .shapes(operation: name, shape, r, reason: "expected [time, batch, 4·h] and [heads, depth, 4·depth]")
    }
    guard inputs[2].shape == [shape[1], 4 * h] else {
      throw .shapes(operation: name, shape, inputs[2].shape, reason: "the start is [batch, 4·h]: h, c, n and m")
    }
    let a = try engine.contiguous(inputs[0], for: name), weights = try engine.contiguous(inputs[1], for: name)
    let start = try engine.contiguous(inputs[2], for: name)
    let states: TensorShape = [shape[0] + 1, shape[1], 4 * h]
    let extra = (isSigmoid ? 5 : 4) * shape[0] * shape[1] * h
    let block = try engine.make([states.count + extra], a.precision, for: name)
    let y = engine.view(block, states, TensorLayout.contiguousStrides(states))
    switch a.precision {
    case .single: run(a, weights, start, y, engine, Float.self)
    case .double: run(a, weights, start, y, engine, Double.self)
    }
    engine.recycle(a)
    engine.recycle(weights)
    engine.recycle(start)
    return y
  }

  private func run<T: TensorElement>(
    _ a: Tensor, _ r: Tensor, _ start: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let time = a.shape[0], rows = a.shape[1], heads = r.shape[0], depth = r.shape[1], h = heads * depth
    let states = y.pointer(T.self), gates = states + y.count, slopes = gates + a.count
    states.update(from: start.pointer(T.self), count: rows * 4 * h)
    gates.update(from: a.pointer(T.self), count: a.count)
    let weights = Self.factor(r.pointer(T.self), 4 * depth)
    for t in 0..<time {
      let before = states + t * rows * 4 * h, gate = gates + t * rows * 4 * h
      engine.multiply(
        T.self, batch: heads, rows, 4 * depth, depth, Self.factor(before, 4 * h), weights, gate, 4 * h,
        strides: (depth, 4 * depth * depth, 4 * depth), accumulates: true)
      let job = StabilizedJob<T>(
        before: before, after: before + rows * 4 * h, gates: gate, slopes: isSigmoid ? slopes + t * rows * h : gate,
        g: before, dGates: gate, dBefore: before, rows: rows, heads: heads, depth: depth, isSigmoid: isSigmoid)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for unit in job.range(index) { job.forward(unit) }
      }
    }
  }

  private static func factor<T>(
    _ elements: UnsafeMutablePointer<T>, _ stride: Int, transposed: Bool = false
  ) -> MatrixProducts.Factor {
    .init(elements: UnsafeMutableRawPointer(elements), stride: stride, isTransposed: transposed)
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output
    let r = try engine.contiguous(at.input(1), for: name), g = try engine.contiguous(g, for: name)
    let da = try engine.make([y.shape[0] - 1, y.shape[1], y.shape[2]], y.precision, for: name)
    let dr = try engine.make(r.shape, y.precision, for: name)
    let carry = try engine.make([y.shape[1], y.shape[2]], y.precision, for: name)
    switch y.precision {
    case .single: runGradient(r, y, g, da, dr, carry, engine, Float.self)
    case .double: runGradient(r, y, g, da, dr, carry, engine, Double.self)
    }
    engine.recycle(r)
    engine.recycle(g)
    at.send(da, to: 0)
    at.send(dr, to: 1)
    at.send(carry, to: 2)
    return true
  }

  private func runGradient<T: TensorElement>(
    _ r: Tensor, _ y: Tensor, _ g: Tensor, _ da: Tensor, _ dr: Tensor, _ carry: Tensor, _ engine: TensorEngine,
    _ type: T.Type
  ) {
    let time = y.shape[0] - 1, rows = y.shape[1], heads = r.shape[0], depth = r.shape[1], h = heads * depth
    let states = y.pointer(T.self), gates = states + y.count, slopes = gates + da.count
    let signals = da.pointer(T.self), cotangent = g.pointer(T.self), d = carry.pointer(T.self)
    let weights = Self.factor(r.pointer(T.self), 4 * depth, transposed: true)
    d.update(from: cotangent + time * rows * 4 * h, count: rows * 4 * h)
    for t in stride(from: time - 1, through: 0, by: -1) {
      let before = states + t * rows * 4 * h, signal = signals + t * rows * 4 * h
      let job = StabilizedJob<T>(
        before: before, after: before + rows * 4 * h, gates: gates + t * rows * 4 * h,
        slopes: isSigmoid ? slopes + t * rows * h : gates, g: cotangent + t * rows * 4 * h, dGates: signal, dBefore: d,
        rows: rows, heads: heads, depth: depth, isSigmoid: isSigmoid)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for unit in job.range(index) { job.backward(unit) }
      }
      engine.multiply(
        T.self, batch: heads, rows, depth, 4 * depth, Self.factor(signal, 4 * h), weights, d, 4 * h,
        strides: (4 * depth, 4 * depth * depth, depth), accumulates: true)
    }
    // All hidden states but the last against all signals: one product a head.
    engine.multiply(
      T.self, batch: heads, depth, 4 * depth, time * rows, Self.factor(states, 4 * h, transposed: true),
      Self.factor(signals, 4 * h), dr.pointer(T.self), 4 * depth, strides: (depth, 4 * depth, 4 * depth * depth))
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let (a, r, start) = (inputs[0], inputs[1], inputs[2])
    let heads = r.shape[0], depth = r.shape[1], h = heads * depth, batch = start.shape[0]
    func state(_ k: Int) -> TracedTensor { start.slice(axis: 1, from: k * h, count: h) }
    var (hidden, c, n, m) = (state(0), state(1), state(2), state(3))
    var states = [start.reshaped([1, batch, 4 * h])]
    for t in 0..<a.shape[0] {
      let now = a.slice(axis: 0, from: t, count: 1).reshaped([batch, heads, 4 * depth])
      let before = hidden.reshaped([batch, heads, depth]).permuted([1, 0, 2]).matmul(r).permuted([1, 0, 2])
      let gates = now + before
      func gate(_ k: Int) -> TracedTensor {
        gates.slice(axis: 2, from: k * depth, count: depth).reshaped([batch, h])
      }
      let kept = (isSigmoid ? -(-gate(1)).softplus() : gate(1)) + m.stopGradient()
      m = kept.maximum(gate(0)).stopGradient()
      let gain = (gate(0) - m).exp(), decay = (kept - m).exp()
      c = decay * c + gain * gate(2).tanh()
      n = decay * n + gain
      hidden = gate(3).sigmoid() * c / n
      states.append(TracedTensor.concatenate([hidden, c, n, m], axis: 1).reshaped([1, batch, 4 * h]))
    }
    return TracedTensor.concatenate(states, axis: 0)
  }
}

/// One loop over the rows of a batch and the heads of each at one time.
private struct StabilizedJob<T: TensorElement>: BitwiseCopyable {
  let before: UnsafeMutablePointer<T>
  let after: UnsafeMutablePointer<T>
  let gates: UnsafeMutablePointer<T>
  let slopes: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let dGates: UnsafeMutablePointer<T>
  let dBefore: UnsafeMutablePointer<T>
  let rows: Int
  let heads: Int
  let depth: Int
  let isSigmoid: Bool

  private var step: Int { max(1, 2048 / depth) }
  var blocks: Int { (rows * heads + step - 1) / step }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * step..<min(rows * heads, (index + 1) * step) }

  /// Where a head's part of a state begins.
  @inline(__always)
  private func start(_ unit: Int) -> Int { unit / heads * 4 * heads * depth + unit % heads * depth }

  /// Gates become their values; the new state. Loops over few arrays each, so that they become vectors.
  @inline(__always)
  func forward(_ unit: Int) {
    let depth = depth, h = heads * depth
    let i = gates + unit * 4 * depth, f = i + depth, z = f + depth, o = z + depth
    let old = before + start(unit), new = after + start(unit)
    let (oldC, oldN, oldM, c, n, m) = (old + h, old + 2 * h, old + 3 * h, new + h, new + 2 * h, new + 3 * h)
    if isSigmoid {
      let slope = slopes + unit * depth
      for j in 0..<depth { slope[j] = Sigmoid.value(-f[j], 0) }
      // ln σ(x) = min(x, 0) − ln(1 + e^−|x|).
      for j in 0..<depth { f[j] = (f[j] < 0 ? f[j] : 0) - T.log(1 + T.exp(-f[j].magnitude)) }
    }
    for j in 0..<depth { f[j] += oldM[j] }
    for j in 0..<depth { m[j] = f[j] > i[j] ? f[j] : i[j] }
    for j in 0..<depth { i[j] = T.exp(i[j] - m[j]) }
    for j in 0..<depth { f[j] = T.exp(f[j] - m[j]) }
    for j in 0..<depth { z[j] = T.tanh(z[j]) }
    for j in 0..<depth { o[j] = Sigmoid.value(o[j], 0) }
    for j in 0..<depth { c[j] = f[j] * oldC[j] + i[j] * z[j] }
    for j in 0..<depth { n[j] = f[j] * oldN[j] + i[j] }
    for j in 0..<depth { new[j] = o[j] * c[j] / n[j] }
  }

  /// `dBefore` holds the cotangent of the new state and becomes that of the old one, but for the share of the product.
  @inline(__always)
  func backward(_ unit: Int) {
    let depth = depth, h = heads * depth
    let i = gates + unit * 4 * depth, f = i + depth, z = f + depth, o = z + depth
    let di = dGates + unit * 4 * depth, df = di + depth, dz = df + depth, dO = dz + depth
    let old = before + start(unit), new = after + start(unit), d = dBefore + start(unit), g = g + start(unit)
    let (oldC, oldN, c, n, dC, dN) = (old + h, old + 2 * h, new + h, new + 2 * h, d + h, d + 2 * h)
    let dM = d + 3 * h, gC = g + h, gN = g + 2 * h
    for j in 0..<depth { dC[j] += d[j] * o[j] / n[j] }
    for j in 0..<depth { dN[j] -= d[j] * new[j] / n[j] }
    for j in 0..<depth { dO[j] = d[j] * c[j] / n[j] * o[j] * (1 - o[j]) }
    for j in 0..<depth { di[j] = (dC[j] * z[j] + dN[j]) * i[j] }
    for j in 0..<depth { df[j] = (dC[j] * oldC[j] + dN[j] * oldN[j]) * f[j] }
    for j in 0..<depth { dz[j] = dC[j] * i[j] * (1 - z[j] * z[j]) }
    if isSigmoid {
      let slope = slopes + unit * depth
      for j in 0..<depth { df[j] *= slope[j] }
    }
    for j in 0..<depth { dC[j] = dC[j] * f[j] + gC[j] }
    for j in 0..<depth { dN[j] = dN[j] * f[j] + gN[j] }
    for j in 0..<depth { dM[j] = 0 }
    for j in 0..<depth { d[j] = g[j] }
  }
}

extension TracedTensor {
  /// A long short-term memory with exponential gates, a normalizer and a stabilizer: this tensor [time, batch, 4·h] holds
  /// what the inputs say to the gates ĩ, f̃, z̃, õ, head by head; `recurrent` is [heads, depth, 4·depth], `start`
  /// [batch, 4·h] the first h, c, n, m. Result: states [time + 1, batch, 4·h], the start first.
  ///
  /// m is constant for differentiation: derivatives are those of what is made of h.
  public func slstm(recurrent: TracedTensor, start: TracedTensor, sigmoidForget: Bool) -> TracedTensor {
    tape.apply(StabilizedCell(isSigmoid: sigmoidForget), self, recurrent, start)
  }
}
