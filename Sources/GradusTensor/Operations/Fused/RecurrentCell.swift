// SPDX-License-Identifier: Apache-2.0

/// A long short-term memory over a whole sequence as one operation.
///
/// Inputs: a [time, batch, 4·h], what the inputs say to the gates, bias included; U [h, 4·h]; start [batch, 2·h], hidden
/// state and cell side by side. Output [time + 1, batch, 2·h], the start first. With (i, f, g, o) = aₜ + hₜ₋₁U:
/// cₜ = σ(f)·cₜ₋₁ + σ(i)·tanh(g), hₜ = σ(o)·tanh(cₜ). The four gates lie behind the output in the same block of memory.
/// Source: Hochreiter and Schmidhuber, Neural Computation 9 (1997), with the forget gate of Gers et al., 2000.
struct RecurrentCell: TensorOperation {
  var name: String { "lstm" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let plan = try Self.plan(inputs)
    let a = try engine.contiguous(inputs[0], for: name), u = try engine.contiguous(inputs[1], for: name)
    let start = try engine.contiguous(inputs[2], for: name)
    let shape: TensorShape = [plan.time + 1, plan.batch, 2 * plan.width]
    let block = try engine.make([shape.count + plan.time * plan.batch * 4 * plan.width], a.precision, for: name)
    let y = engine.view(block, shape, TensorLayout.contiguousStrides(shape))
    switch a.precision {
    case .single: run(plan, a, u, start, y, engine, Float.self)
    case .double: run(plan, a, u, start, y, engine, Double.self)
    }
    engine.recycle(a)
    engine.recycle(u)
    engine.recycle(start)
    return y
  }

  private struct Plan {
    let time: Int
    let batch: Int
    let width: Int
  }

  private static func plan(_ inputs: Operands) throws(TensorError) -> Plan {
    let a = inputs[0].shape, u = inputs[1].shape, start = inputs[2].shape, h = u[0]
    guard a.rank == 3, u.rank == 2, u[1] == 4 * h, a[2] == 4 * h else {
      throw .shapes(operation: "lstm", a, u, reason: "expected [time, batch, 4·h] and [h, 4·h]")
    }
    guard start == [a[1], 2 * h] else {
      throw .shapes(operation: "lstm", a, start, reason: "the start is [batch, 2·h]: hidden state and cell")
    }
    return Plan(time: a[0], batch: a[1], width: h)
  }

  private func run<T: TensorElement>(
    _ plan: Plan, _ a: Tensor, _ u: Tensor, _ start: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let h = plan.width, rows = plan.batch
    let states = y.pointer(T.self), gates = states + y.count, weights = u.factor(T.self)
    states.update(from: start.pointer(T.self), count: rows * 2 * h)
    gates.update(from: a.pointer(T.self), count: plan.time * rows * 4 * h)
    for t in 0..<plan.time {
      let before = states + t * rows * 2 * h, gate = gates + t * rows * 4 * h
      let hidden = MatrixProducts.Factor(
        elements: UnsafeMutableRawPointer(before), stride: 2 * h, isTransposed: false)
      engine.multiply(
        T.self, batch: 1, rows, 4 * h, h, hidden, weights, gate, 4 * h, strides: (0, 0, 0), accumulates: true)
      let job = CellJob<T>(
        before: before, after: before + rows * 2 * h, gates: gate, g: before, dGates: gate, dBefore: before, rows: rows,
        width: h)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) { job.forward(row) }
      }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, y = try at.output
    let u = try engine.contiguous(at.input(1), for: name), g = try engine.contiguous(g, for: name)
    let h = u.shape[0], time = y.shape[0] - 1, batch = y.shape[1]
    let plan = Plan(time: time, batch: batch, width: h)
    let da = try engine.make([time, batch, 4 * h], y.precision, for: name)
    let du = try engine.make([h, 4 * h], y.precision, for: name)
    let carry = try engine.make([batch, 2 * h], y.precision, for: name)
    switch y.precision {
    case .single: runGradient(plan, u, y, g, da, du, carry, engine, Float.self)
    case .double: runGradient(plan, u, y, g, da, du, carry, engine, Double.self)
    }
    engine.recycle(u)
    engine.recycle(g)
    at.send(da, to: 0)
    at.send(du, to: 1)
    at.send(carry, to: 2)
    return true
  }

  private func runGradient<T: TensorElement>(
    _ plan: Plan, _ u: Tensor, _ y: Tensor, _ g: Tensor, _ da: Tensor, _ du: Tensor, _ carry: Tensor,
    _ engine: TensorEngine, _ type: T.Type
  ) {
    let h = plan.width, rows = plan.batch
    let states = y.pointer(T.self), gates = states + y.count, dGates = da.pointer(T.self)
    let cotangent = g.pointer(T.self), d = carry.pointer(T.self), plain = u.factor(T.self)
    let weights = MatrixProducts.Factor(
      elements: plain.elements, stride: plain.stride, isTransposed: !plain.isTransposed)
    d.update(from: cotangent + plan.time * rows * 2 * h, count: rows * 2 * h)
    for t in stride(from: plan.time - 1, through: 0, by: -1) {
      let before = states + t * rows * 2 * h
      let job = CellJob<T>(
        before: before, after: before + rows * 2 * h, gates: gates + t * rows * 4 * h,
        g: cotangent + t * rows * 2 * h, dGates: dGates + t * rows * 4 * h, dBefore: d, rows: rows, width: h)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) { job.backward(row) }
      }
      let signals = MatrixProducts.Factor(
        elements: UnsafeMutableRawPointer(dGates + t * rows * 4 * h), stride: 4 * h, isTransposed: false)
      engine.multiply(
        T.self, batch: 1, rows, h, 4 * h, signals, weights, d, 2 * h, strides: (0, 0, 0), accumulates: true)
    }
    // All hidden states but the last against all signals: one product.
    let hidden = MatrixProducts.Factor(elements: UnsafeMutableRawPointer(states), stride: 2 * h, isTransposed: true)
    let signals = MatrixProducts.Factor(elements: UnsafeMutableRawPointer(dGates), stride: 4 * h, isTransposed: false)
    engine.multiply(
      T.self, batch: 1, h, 4 * h, plan.time * rows, hidden, signals, du.pointer(T.self), 4 * h, strides: (0, 0, 0))
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let (a, u, start) = (inputs[0], inputs[1], inputs[2])
    let h = u.shape[0], batch = start.shape[0]
    var hidden = start.slice(axis: 1, from: 0, count: h), cell = start.slice(axis: 1, from: h, count: h)
    var states = [start.reshaped([1, batch, 2 * h])]
    for t in 0..<a.shape[0] {
      let gates = a.slice(axis: 0, from: t, count: 1).reshaped([batch, 4 * h]) + hidden.matmul(u)
      func gate(_ index: Int) -> TracedTensor { gates.slice(axis: 1, from: index * h, count: h) }
      cell = gate(1).sigmoid() * cell + gate(0).sigmoid() * gate(2).tanh()
      hidden = gate(3).sigmoid() * cell.tanh()
      states.append(TracedTensor.concatenate([hidden, cell], axis: 1).reshaped([1, batch, 2 * h]))
    }
    return TracedTensor.concatenate(states, axis: 0)
  }
}

/// One loop over the rows of a batch at one time.
private struct CellJob<T: TensorElement>: BitwiseCopyable {
  let before: UnsafeMutablePointer<T>
  let after: UnsafeMutablePointer<T>
  let gates: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let dGates: UnsafeMutablePointer<T>
  let dBefore: UnsafeMutablePointer<T>
  let rows: Int
  let width: Int

  private var step: Int { max(1, 2048 / width) }
  var blocks: Int { (rows + step - 1) / step }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * step..<min(rows, (index + 1) * step) }

  /// Gates become their values; the new cell and hidden state. Loops over few arrays each, so that they become vectors.
  @inline(__always)
  func forward(_ row: Int) {
    let width = width
    let gate = gates + row * 4 * width, old = before + row * 2 * width + width, new = after + row * 2 * width
    for j in 0..<2 * width { gate[j] = Sigmoid.value(gate[j], 0) }
    for j in 2 * width..<3 * width { gate[j] = T.tanh(gate[j]) }
    for j in 3 * width..<4 * width { gate[j] = Sigmoid.value(gate[j], 0) }
    let i = gate, f = gate + width, g = gate + 2 * width, o = gate + 3 * width, cell = new + width
    for j in 0..<width { cell[j] = f[j] * old[j] + i[j] * g[j] }
    for j in 0..<width { new[j] = o[j] * T.tanh(cell[j]) }
  }

  /// `dBefore` holds the cotangent of the new state and becomes that of the old one, but for the share of the product.
  @inline(__always)
  func backward(_ row: Int) {
    let width = width
    let i = gates + row * 4 * width, f = i + width, c = i + 2 * width, o = i + 3 * width
    let old = before + row * 2 * width + width, cell = after + row * 2 * width + width
    let d = dBefore + row * 2 * width, dCell = d + width, g = g + row * 2 * width, gCell = g + width
    let di = dGates + row * 4 * width, df = di + width, dc = di + 2 * width, dO = di + 3 * width
    for j in 0..<width { dO[j] = T.tanh(cell[j]) }
    for j in 0..<width { dCell[j] += d[j] * o[j] * (1 - dO[j] * dO[j]) }
    for j in 0..<width { dO[j] = d[j] * dO[j] * o[j] * (1 - o[j]) }
    for j in 0..<width { di[j] = dCell[j] * c[j] * i[j] * (1 - i[j]) }
    for j in 0..<width { df[j] = dCell[j] * old[j] * f[j] * (1 - f[j]) }
    for j in 0..<width { dc[j] = dCell[j] * i[j] * (1 - c[j] * c[j]) }
    for j in 0..<width { dCell[j] = dCell[j] * f[j] + gCell[j] }
    for j in 0..<width { d[j] = g[j] }
  }
}

extension TracedTensor {
  /// A long short-term memory: this tensor [time, batch, 4·h] holds what the inputs say to the gates i, f, g, o (x·W + b);
  /// `recurrent` is [h, 4·h], `start` [batch, 2·h] the first hidden state and cell. Result: [time + 1, batch, 2·h], hidden
  /// states and cells side by side, the start first.
  public func lstm(recurrent: TracedTensor, start: TracedTensor) -> TracedTensor {
    tape.apply(RecurrentCell(), self, recurrent, start)
  }
}
