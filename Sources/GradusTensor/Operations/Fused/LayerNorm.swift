// SPDX-License-Identifier: Apache-2.0

/// y = (x − mean)/√(variance + ε)·gain + bias along the last axis. Source: Ba, Kiros and Hinton, arXiv:1607.06450.
struct LayerNorm: TensorOperation {
  let epsilon: Double
  var name: String { "layer norm" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let gain = inputs[1], bias = inputs[2]
    let x = try engine.contiguous(inputs[0], for: name)
    guard x.shape.rank >= 1, x.shape[-1] > 0, gain.shape == [x.shape[-1]], gain.layout.isContiguous else {
      throw .shapes(operation: name, x.shape, gain.shape, reason: "the gain has one element for each of the last axis")
    }
    guard bias.shape == gain.shape, bias.layout.isContiguous else {
      throw .shapes(operation: name, gain.shape, bias.shape, reason: "gain and bias are of one shape")
    }
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: run(x, gain, bias, y, engine, Float.self)
    case .double: run(x, gain, bias, y, engine, Double.self)
    }
    engine.recycle(x)
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
    let engine = at.engine, gain = try at.input(1)
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
    Parallel.run(engine.team, job.blocks, job) { job, index in job.gradient(index) }
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

/// y = x/√(mean of squares + ε)·gain along the last axis. Source: Zhang and Sennrich, arXiv:1910.07467.
struct RootMeanSquareNorm: TensorOperation {
  let epsilon: Double
  var name: String { "rms norm" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let gain = inputs[1]
    let x = try engine.contiguous(inputs[0], for: name)
    guard x.shape.rank >= 1, x.shape[-1] > 0, gain.shape == [x.shape[-1]], gain.layout.isContiguous else {
      throw .shapes(operation: name, x.shape, gain.shape, reason: "the gain has one element for each of the last axis")
    }
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: run(x, gain, y, engine, Float.self)
    case .double: run(x, gain, y, engine, Double.self)
    }
    engine.recycle(x)
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

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    let x = inputs[0]
    return x / (x.squared().mean(over: [-1], keepingAxes: true) + epsilon).squareRoot() * inputs[1]
  }
}

/// One loop over rows to be normalized.
private struct NormJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let gain: UnsafeMutablePointer<T>
  let bias: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let out: UnsafeMutablePointer<T>
  let partial: UnsafeMutablePointer<T>?
  let rows: Int
  let width: Int
  let epsilon: T

  static var rowsPerBlock: Int { 64 }

  init(
    _ x: Tensor, gain: Tensor, bias: Tensor, g: Tensor, out: Tensor, partial: UnsafeMutablePointer<T>?,
    _ epsilon: Double
  ) {
    self.x = x.pointer(T.self)
    self.gain = gain.pointer(T.self)
    self.bias = bias.pointer(T.self)
    self.g = g.pointer(T.self)
    self.out = out.pointer(T.self)
    self.partial = partial
    width = x.shape[-1]
    rows = x.count / max(1, width)
    self.epsilon = T(epsilon)
  }

  var blocks: Int { (rows + Self.rowsPerBlock - 1) / Self.rowsPerBlock }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * Self.rowsPerBlock..<min(rows, (index + 1) * Self.rowsPerBlock) }

  /// Mean and 1/√(variance + ε) of a row, the variance from centered values.
  @inline(__always)
  func statistics(_ x: UnsafePointer<T>) -> (mean: T, scale: T) {
    let mean = Lanes.sum(x, width) / T(width)
    let center = SIMD16<T>(repeating: mean)
    var lanes = SIMD16<T>(repeating: 0), i = 0
    while i &+ 16 <= width {
      let d = Lanes.load(x + i) - center
      lanes.addProduct(d, d)
      i &+= 16
    }
    var total = Lanes.sum(lanes)
    while i < width {
      total += (x[i] - mean) * (x[i] - mean)
      i &+= 1
    }
    return (mean, 1 / (total / T(width) + epsilon).squareRoot())
  }

  /// The cotangents of a block of rows, and its share of those of gain and bias.
  @inline(__always)
  func gradient(_ index: Int) {
    guard let partial else { return }
    let dGain = partial + index * 2 * width, dBias = dGain + width
    dGain.update(repeating: 0, count: 2 * width)
    let n = T(width)
    for row in range(index) {
      let x = x + row * width, g = g + row * width, dx = out + row * width
      let (mean, scale) = statistics(x), gain = gain
      // dx = scale·(h − mean(h) − x̂·mean(h·x̂)) with h = g·gain; dx holds h meanwhile.
      for i in 0..<width {
        let normal = (x[i] - mean) * scale
        dGain[i] += g[i] * normal
        dBias[i] += g[i]
        dx[i] = g[i] * gain[i]
      }
      let first = Lanes.sum(dx, width) / n
      let second = (Lanes.dot(dx, x, width) / n - first * mean) * scale
      for i in 0..<width { dx[i] = scale * (dx[i] - first - (x[i] - mean) * scale * second) }
    }
  }
}

extension TracedTensor {
  /// Layer normalization of the last axis: (x − mean)/√(variance + ε)·gain + bias.
  public func layerNorm(gain: TracedTensor, bias: TracedTensor, epsilon: Double = 1e-5) -> TracedTensor {
    tape.apply(LayerNorm(epsilon: epsilon), self, gain, bias)
  }

  /// Normalization of the last axis by its root mean square: x/√(mean x² + ε)·gain.
  public func rmsNorm(gain: TracedTensor, epsilon: Double = 1e-5) -> TracedTensor {
    tape.apply(RootMeanSquareNorm(epsilon: epsilon), self, gain)
  }
}
