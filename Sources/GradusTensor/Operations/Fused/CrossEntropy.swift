// SPDX-License-Identifier: Apache-2.0

/// The mean over rows of ln Σⱼ e^(xⱼ) − x_label: softmax and its logarithm without an intermediate tensor.
struct CrossEntropy: TensorOperation {
  let labels: TensorIndices
  var name: String { "cross entropy" }
  var bringsExamples: Bool { true }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    guard x.shape.rank >= 1, labels.values.count * x.shape[-1] == x.count, x.count > 0 else {
      throw .shapes(operation: name, x.shape, labels.shape, reason: "there is one label for each row of scores")
    }
    try labels.check(name, limit: x.shape[-1])
    let losses = try engine.make([labels.values.count], x.precision, for: name)
    let mean = try engine.make([], x.precision, for: name)
    switch x.precision {
    case .single: run(x, losses, mean, engine, Float.self)
    case .double: run(x, losses, mean, engine, Double.self)
    }
    engine.recycle(losses)
    engine.recycle(x)
    return mean
  }

  private func run<T: TensorElement>(
    _ x: Tensor, _ losses: Tensor, _ mean: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    labels.values.withUnsafeBufferPointer { labels in
      guard let first = labels.baseAddress else { return }
      let width = x.shape[-1]
      let job = LabelJob<T>(
        x: x.pointer(T.self), z: losses.pointer(T.self), labels: first, rows: labels.count, width: width,
        step: max(1, Parallel.block / 4 / width), scale: 0)
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) {
          let x = job.x + row * job.width
          job.z[row] = CrossEntropy.logSum(x, job.width) - x[Int(job.labels[row])]
        }
      }
      mean.pointer(T.self)[0] = SumKernel<T>.rowSum(losses.pointer(T.self), labels.count) / T(labels.count)
    }
  }

  /// ln Σ eˣʲ.
  @inline(__always)
  private static func logSum<T: TensorElement>(_ x: UnsafePointer<T>, _ n: Int) -> T {
    let top = Lanes.maximum(x, n)
    var lanes = SIMD16<T>(repeating: 0), i = 0
    while i &+ 16 <= n {
      var part = SIMD16<T>(repeating: 0)
      for k in 0..<16 { part[k] = T.exp(x[i &+ k] - top) }
      lanes += part
      i &+= 16
    }
    var total = Lanes.sum(lanes)
    while i < n {
      total += T.exp(x[i] - top)
      i &+= 1
    }
    // Without a finite maximum every score is −∞ or one is NaN: the loss says so.
    return top > -.infinity ? top + T.log(total) : total
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    guard at.needs(0) else { return true }
    let engine = at.engine
    let x = try engine.contiguous(at.input(0), for: name)
    let dx = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: runGradient(x, g, dx, engine, Float.self)
    case .double: runGradient(x, g, dx, engine, Double.self)
    }
    engine.recycle(x)
    at.send(dx, to: 0)
    return true
  }

  private func runGradient<T: TensorElement>(
    _ x: Tensor, _ g: Tensor, _ dx: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    labels.values.withUnsafeBufferPointer { labels in
      guard let first = labels.baseAddress else { return }
      let width = x.shape[-1]
      let job = LabelJob<T>(
        x: x.pointer(T.self), z: dx.pointer(T.self), labels: first, rows: labels.count, width: width,
        step: max(1, Parallel.block / 4 / width), scale: g.pointer(T.self)[0] / T(labels.count))
      Parallel.run(engine.team, job.blocks, job) { job, index in
        for row in job.range(index) {
          let x = job.x + row * job.width, dx = job.z + row * job.width
          let top = Lanes.maximum(x, job.width)
          let width = job.width
          for j in 0..<width { dx[j] = T.exp(x[j] - top) }
          let scale = job.scale / Lanes.sum(dx, width)
          for j in 0..<width { dx[j] *= scale }
          dx[Int(job.labels[row])] -= job.scale
        }
      }
    }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? {
    -inputs[0].logSoftmax().picked(labels).mean()
  }
}

/// One loop over rows that have a label each.
private struct LabelJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let z: UnsafeMutablePointer<T>
  let labels: UnsafePointer<Int32>
  let rows: Int
  let width: Int
  let step: Int
  let scale: T

  var blocks: Int { (rows + step - 1) / step }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * step..<min(rows, (index + 1) * step) }
}

extension TracedTensor {
  /// The mean cross entropy of scores [.., classes] against one label for each row. A label outside the classes is an
  /// error.
  public func crossEntropy(_ labels: TensorIndices) -> TracedTensor { tape.apply(CrossEntropy(labels: labels), self) }
}
