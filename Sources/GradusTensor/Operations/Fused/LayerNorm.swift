// SPDX-License-Identifier: Apache-2.0

/// y = (x − mean)/√(variance + ε)·gain + bias along the last axis. Source: Ba, Kiros and Hinton, arXiv:1607.06450.
struct LayerNorm: TensorOperation {
  let epsilon: Double
  var name: String { "layer norm" }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    let gain = try engine.contiguous(inputs[1], for: name), bias = try engine.contiguous(inputs[2], for: name)
    guard x.shape.rank >= 1, x.shape[-1] > 0, gain.shape == [x.shape[-1]] else {
      throw .shapes(operation: name, x.shape, gain.shape, reason: "the gain has one element for each of the last axis")
    }
    guard bias.shape == gain.shape else {
      throw .shapes(operation: name, gain.shape, bias.shape, reason: "gain and bias are of one shape")
    }
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: run(x, gain, bias, y, engine, Float.self)
    case .double: run(x, gain, bias, y, engine, Double.self)
    }
    engine.recycle(x)
    engine.recycle(gain)
    engine.recycle(bias)
    return y
  }

  private func run<T: TensorElement>(
    _ x: Tensor, _ gain: Tensor, _ bias: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = NormJob<T>(x, gain: gain, bias: bias, g: y, out: y, partial: nil, epsilon)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      for row in job.range(index) {
        let x = job.x + row * job.width, y = job.out + row * job.width
        let (mean, scale) = job.statistics(x), gain = job.gain, bias = job.bias
        for i in 0..<job.width { y[i] = ((x[i] - mean) * scale) * gain[i] + bias[i] }
      }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, gain = try engine.contiguous(at.input(1), for: name)
    let x = try engine.contiguous(at.input(0), for: name), g = try engine.contiguous(g, for: name)
    let width = x.shape[-1]
    let dx = try engine.make(x.shape, x.precision, for: name)
    let blocks = (x.count / max(1, width) + NormJob<Float>.rowsPerBlock - 1) / NormJob<Float>.rowsPerBlock
    let partial = try engine.make([max(1, blocks), 2, width], x.precision, for: name)
    let sums = try engine.make([2, width], x.precision, for: name)
    switch x.precision {
    case .single: runGradient(x, gain, g, dx, partial, sums, engine, Float.self)
    case .double: runGradient(x, gain, g, dx, partial, sums, engine, Double.self)
    }
    engine.recycle(partial)
    engine.recycle(x)
    engine.recycle(gain)
    engine.recycle(g)
    if at.needs(0) { at.send(dx, to: 0) }
    if at.needs(1) { at.send(engine.view(sums, [width], [1, 0, 0, 0, 0, 0, 0, 0]), to: 1) }
    if at.needs(2) { at.send(engine.view(sums, [width], [1, 0, 0, 0, 0, 0, 0, 0], offset: width), to: 2) }
    return true
  }

  private func runGradient<T: TensorElement>(
    _ x: Tensor, _ gain: Tensor, _ g: Tensor, _ dx: Tensor, _ partial: Tensor, _ sums: Tensor, _ engine: TensorEngine,
    _ type: T.Type
  ) {
    let job = NormJob<T>(x, gain: gain, bias: gain, g: g, out: dx, partial: partial.pointer(T.self), epsilon)
    Parallel.run(engine.team, job.blocks, job) { job, index in job.centeredGradient(index) }
    let width = x.shape[-1]
    SumKernel<T>.run(partial, sums, 1, job.blocks, 2 * width, engine)
    if job.blocks == 0 { sums.pointer(T.self).update(repeating: 0, count: 2 * width) }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let x = inputs[0]
    let centered = x - x.mean(over: [-1], keepingAxes: true)
    let variance = centered.squared().mean(over: [-1], keepingAxes: true)
    return centered / (variance + epsilon).squareRoot() * inputs[1] + inputs[2]
  }
}

extension TracedTensor {
  /// Layer normalization of the last axis: (x − mean)/√(variance + ε)·gain + bias.
  public func layerNorm(gain: TracedTensor, bias: TracedTensor, epsilon: Double = 1e-5) -> TracedTensor {
    tape.apply(LayerNorm(epsilon: epsilon), self, gain, bias)
  }
}
