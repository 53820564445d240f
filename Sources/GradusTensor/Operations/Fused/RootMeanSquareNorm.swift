// SPDX-License-Identifier: Apache-2.0

/// y = x/√(mean of squares + ε)·gain along the last axis. Source: Zhang and Sennrich, arXiv:1910.07467.
struct RootMeanSquareNorm: TensorOperation {
  let epsilon: Double
  var name: String { "rms norm" }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name), gain = try engine.contiguous(inputs[1], for: name)
    guard x.shape.rank >= 1, x.shape[-1] > 0, gain.shape == [x.shape[-1]] else {
      throw .shapes(operation: name, x.shape, gain.shape, reason: "the gain has one element for each of the last axis")
    }
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: run(x, gain, y, engine, Float.self)
    case .double: run(x, gain, y, engine, Double.self)
    }
    engine.recycle(x)
    engine.recycle(gain)
    return y
  }

  private func run<T: TensorElement>(
    _ x: Tensor, _ gain: Tensor, _ y: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let job = NormJob<T>(x, gain: gain, bias: gain, g: y, out: y, partial: nil, epsilon)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      for row in job.range(index) {
        let x = job.x + row * job.width, y = job.out + row * job.width
        let scale = 1 / (Lanes.dot(x, x, job.width) / T(job.width) + job.epsilon).squareRoot()
        let gain = job.gain
        for i in 0..<job.width { y[i] = x[i] * scale * gain[i] }
      }
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let engine = at.engine, gain = try engine.contiguous(at.input(1), for: name)
    let x = try engine.contiguous(at.input(0), for: name), g = try engine.contiguous(g, for: name)
    let width = x.shape[-1]
    let dx = try engine.make(x.shape, x.precision, for: name)
    let blocks = (x.count / max(1, width) + NormJob<Float>.rowsPerBlock - 1) / NormJob<Float>.rowsPerBlock
    let partial = try engine.make([max(1, blocks), width], x.precision, for: name)
    let sums = try engine.make([width], x.precision, for: name)
    switch x.precision {
    case .single: runGradient(x, gain, g, dx, partial, sums, engine, Float.self)
    case .double: runGradient(x, gain, g, dx, partial, sums, engine, Double.self)
    }
    engine.recycle(partial)
    engine.recycle(x)
    engine.recycle(gain)
    engine.recycle(g)
    if at.needs(0) { at.send(dx, to: 0) }
    if at.needs(1) { at.send(sums, to: 1) }
    return true
  }

  private func runGradient<T: TensorElement>(
    _ x: Tensor, _ gain: Tensor, _ g: Tensor, _ dx: Tensor, _ partial: Tensor, _ sums: Tensor, _ engine: TensorEngine,
    _ type: T.Type
  ) {
    let job = NormJob<T>(x, gain: gain, bias: gain, g: g, out: dx, partial: partial.pointer(T.self), epsilon)
    Parallel.run(engine.team, job.blocks, job) { job, index in job.plainGradient(index) }
    SumKernel<T>.run(partial, sums, 1, job.blocks, x.shape[-1], engine)
    if job.blocks == 0 { sums.pointer(T.self).update(repeating: 0, count: x.shape[-1]) }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let x = inputs[0]
    return x / (x.squared().mean(over: [-1], keepingAxes: true) + epsilon).squareRoot() * inputs[1]
  }
}

extension TracedTensor {
  /// Normalization of the last axis by its root mean square: x/√(mean x² + ε)·gain.
  public func rmsNorm(gain: TracedTensor, epsilon: Double = 1e-5) -> TracedTensor {
    tape.apply(RootMeanSquareNorm(epsilon: epsilon), self, gain)
  }
}
