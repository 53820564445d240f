// SPDX-License-Identifier: Apache-2.0

/// y = f(x), element by element: f, f′ from x and y, and f′ in recorded operations.
protocol UnaryOperation: TensorOperation {
  /// A constant of the function, such as an exponent.
  var parameter: Double { get }
  static func value<T: TensorElement>(_ x: T, _ parameter: T) -> T
  /// Values of `n` elements side by side.
  static func run<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ parameter: T)
  static func slope<T: TensorElement>(_ x: T, _ y: T, _ parameter: T) -> T
  /// f′ recorded; nil when it is zero wherever it exists.
  func slope(_ x: TracedTensor, _ y: TracedTensor) -> TracedTensor?
}

extension UnaryOperation {
  var parameter: Double { 0 }

  @inline(__always)
  static func run<T: TensorElement>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ parameter: T) {
    for i in 0..<n { y[i] = value(x[i], parameter) }
  }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let x = try engine.contiguous(inputs[0], for: name)
    let y = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: Self.values(x, y, Float(parameter), engine)
    case .double: Self.values(x, y, parameter, engine)
    }
    engine.recycle(x)
    return y
  }

  @inline(__always)
  private static func values<T: TensorElement>(_ x: Tensor, _ y: Tensor, _ parameter: T, _ engine: TensorEngine) {
    let job = MapJob(x: x.pointer(T.self), y: y.pointer(T.self), parameter: parameter, count: x.count)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      let range = job.range(index)
      Self.run(job.x + range.lowerBound, job.y + range.lowerBound, range.count, job.parameter)
    }
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    guard at.needs(0) else { return true }
    let engine = at.engine
    let x = try engine.contiguous(at.input(0), for: name), y = try at.output
    let g = try engine.contiguous(g, for: name)
    let dx = try engine.make(x.shape, x.precision, for: name)
    switch x.precision {
    case .single: Self.slopes(x, y, g, dx, Float(parameter), engine)
    case .double: Self.slopes(x, y, g, dx, parameter, engine)
    }
    at.send(dx, to: 0)
    engine.recycle(x)
    engine.recycle(g)
    return true
  }

  @inline(__always)
  private static func slopes<T: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ g: Tensor, _ dx: Tensor, _ parameter: T, _ engine: TensorEngine
  ) {
    let job = SlopeJob(
      x: x.pointer(T.self), y: y.pointer(T.self), g: g.pointer(T.self), dx: dx.pointer(T.self), parameter: parameter,
      count: x.count)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      let x = job.x, y = job.y, g = job.g, dx = job.dx, parameter = job.parameter
      for i in job.range(index) { dx[i] = g[i] * Self.slope(x[i], y[i], parameter) }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    if let slope = slope(at.input(0), at.output) { at.send(g * slope, to: 0) }
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].flatMap { tangent in slope(at.input(0), at.output).map { tangent * $0 } }
  }
}

/// One loop over an array, in blocks of a fixed number of elements.
struct MapJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let y: UnsafeMutablePointer<T>
  let parameter: T
  let count: Int

  var blocks: Int { (count + Parallel.block - 1) / Parallel.block }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * Parallel.block..<min(count, (index + 1) * Parallel.block) }
}

/// One loop over a cotangent.
struct SlopeJob<T: TensorElement>: BitwiseCopyable {
  let x: UnsafeMutablePointer<T>
  let y: UnsafeMutablePointer<T>
  let g: UnsafeMutablePointer<T>
  let dx: UnsafeMutablePointer<T>
  let parameter: T
  let count: Int

  var blocks: Int { (count + Parallel.block - 1) / Parallel.block }

  @inline(__always)
  func range(_ index: Int) -> Range<Int> { index * Parallel.block..<min(count, (index + 1) * Parallel.block) }
}
