// SPDX-License-Identifier: Apache-2.0

/// Sums over some axes, in trees that depend on sizes alone.
struct SumOver: TensorOperation {
  /// Bit i: axis i is summed over.
  let axes: UInt8
  let keepsAxes: Bool
  var name: String { "sum" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  /// Axes of a shape as bits; nil when it does not have one of them.
  static func bits(_ axes: [Int], _ shape: TensorShape) -> UInt8? {
    var bits: UInt8 = 0
    for axis in axes {
      guard let axis = shape.axis(axis) else { return nil }
      bits |= 1 << UInt8(axis)
    }
    return bits
  }

  /// The shape with the summed axes as 1.
  func keptShape(_ shape: TensorShape) -> TensorShape {
    var kept = shape
    for axis in 0..<shape.rank where axes >> UInt8(axis) & 1 == 1 { kept[axis] = 1 }
    return kept
  }

  func resultShape(_ shape: TensorShape) -> TensorShape {
    if keepsAxes { return keptShape(shape) }
    return TensorShape((0..<shape.rank).filter { axes >> UInt8($0) & 1 == 0 }.map { shape[$0] })
  }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let source = inputs[0]
    var x = try engine.contiguous(source, for: name)
    var shape = x.shape
    var axis = shape.rank - 1
    while axis >= 0 {
      guard axes >> UInt8(axis) & 1 == 1 else {
        axis -= 1
        continue
      }
      var first = axis
      while first > 0, axes >> UInt8(first - 1) & 1 == 1 { first -= 1 }
      let sizes = (
        outer: shape.product(0..<first), n: shape.product(first..<axis + 1),
        inner: shape.product(axis + 1..<shape.rank)
      )
      for summed in first...axis { shape[summed] = 1 }
      let sums = try engine.make(shape, x.precision, for: name)
      switch x.precision {
      case .single: SumKernel<Float>.run(x, sums, sizes.outer, sizes.n, sizes.inner, engine)
      case .double: SumKernel<Double>.run(x, sums, sizes.outer, sizes.n, sizes.inner, engine)
      }
      engine.recycle(x)
      x = sums
      axis = first - 1
    }
    return engine.reshaped(x, keepsAxes ? shape : Self.squeezed(shape, axes))
  }

  private static func squeezed(_ shape: TensorShape, _ axes: UInt8) -> TensorShape {
    var rank = 0
    for axis in 0..<shape.rank where axes >> UInt8(axis) & 1 == 0 { rank += 1 }
    var result = TensorShape(rank: rank), next = 0
    for axis in 0..<shape.rank where axes >> UInt8(axis) & 1 == 0 {
      result[next] = shape[axis]
      next += 1
    }
    return result
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let shape = at.input(0).shape
    at.send(g.reshaped(keptShape(shape)).broadcast(to: shape), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// Sums of an array seen as [outer, n, inner] over its middle axis.
enum SumKernel<T: TensorElement> {
  struct Job: BitwiseCopyable {
    let x: UnsafeMutablePointer<T>
    let z: UnsafeMutablePointer<T>
    let outer: Int
    let n: Int
    let inner: Int
    let step: Int
  }

  /// Elements of one partial sum.
  static var chunk: Int { 4096 }
  /// Columns summed together.
  static var columns: Int { 64 }

  static func run(_ x: Tensor, _ z: Tensor, _ outer: Int, _ n: Int, _ inner: Int, _ engine: TensorEngine) {
    let from = x.pointer(T.self), to = z.pointer(T.self)
    if inner == 1 {
      let step = max(1, Parallel.block / max(1, n))
      let job = Job(x: from, z: to, outer: outer, n: n, inner: 1, step: step)
      Parallel.run(engine.team, (outer + step - 1) / step, job) { job, index in
        for row in index * job.step..<min(job.outer, (index + 1) * job.step) {
          job.z[row] = rowSum(job.x + row * job.n, job.n)
        }
      }
    } else {
      let blocks = (inner + columns - 1) / columns
      let job = Job(x: from, z: to, outer: outer, n: n, inner: inner, step: blocks)
      Parallel.run(outer * n * inner < Parallel.block ? engine.alone : engine.team, outer * blocks, job) { job, index in
        let o = index / job.step, first = index % job.step * columns
        columnSums(
          job.x + o * job.n * job.inner + first, job.z + o * job.inner + first, job.n, job.inner,
          min(columns, job.inner - first))
      }
    }
  }

  /// Chunks of 4,096 by sixteen lanes, combined like the digits of a binary counter: pairs of equal size.
  static func rowSum(_ x: UnsafePointer<T>, _ n: Int) -> T {
    if n <= chunk { return Lanes.sum(x, n) }
    return tree(0, (n + chunk - 1) / chunk) { index in Lanes.sum(x + index * chunk, min(chunk, n - index * chunk)) }
  }

  /// Σ part(i) for first ≤ i < last in a balanced tree; as deep as the logarithm of the number of parts.
  private static func tree(_ first: Int, _ last: Int, _ part: (Int) -> T) -> T {
    if last - first == 1 { return part(first) }
    let middle = (first + last) / 2
    return tree(first, middle, part) + tree(middle, last, part)
  }

  /// Sums of up to 64 columns: 64 rows at a time, so that partial sums stay short.
  @inline(__always)
  static func columnSums(
    _ x: UnsafePointer<T>, _ z: UnsafeMutablePointer<T>, _ n: Int, _ stride: Int, _ width: Int
  ) {
    if width == columns {
      var a = SIMD16<T>(repeating: 0), b = a, c = a, d = a
      var row = 0
      while row < n {
        let end = min(n, row + 64)
        var p = SIMD16<T>(repeating: 0), q = p, r = p, s = p
        while row < end {
          let line = x + row * stride
          p += Lanes.load(line)
          q += Lanes.load(line + 16)
          r += Lanes.load(line + 32)
          s += Lanes.load(line + 48)
          row += 1
        }
        a += p
        b += q
        c += r
        d += s
      }
      Lanes.store(a, z)
      Lanes.store(b, z + 16)
      Lanes.store(c, z + 32)
      Lanes.store(d, z + 48)
    } else {
      for j in 0..<width {
        var total: T = 0, row = 0
        while row < n {
          let end = min(n, row + 64)
          var part: T = 0
          while row < end {
            part += x[row * stride + j]
            row += 1
          }
          total += part
        }
        z[j] = total
      }
    }
  }
}

extension TracedTensor {
  /// The sum of all elements, a scalar.
  public func sum() -> TracedTensor {
    tape.apply(SumOver(axes: UInt8(truncatingIfNeeded: (1 << shape.rank) - 1), keepsAxes: false), self)
  }

  /// The mean of all elements, a scalar.
  public func mean() -> TracedTensor { sum() * (1 / Double(max(1, shape.count))) }

  /// Sums over `axes`, which stay as extents of 1 when `keepingAxes`.
  public func sum(over axes: [Int], keepingAxes: Bool = false) -> TracedTensor {
    guard let bits = SumOver.bits(axes, shape) else {
      // Also of an operation that failed, whose error is passed on.
      return tape.apply(
        Rejected(error: .shape(operation: "sum", shape, reason: "one of the axes \(axes) is not there")), self)
    }
    return tape.apply(SumOver(axes: bits, keepsAxes: keepingAxes), self)
  }

  /// Means over `axes`.
  public func mean(over axes: [Int], keepingAxes: Bool = false) -> TracedTensor {
    let count = axes.reduce(1) { $0 * shape[$1] }
    return sum(over: axes, keepingAxes: keepingAxes) * (1 / Double(max(1, count)))
  }

  /// The transpose of stretching: sums over the axes along which `shape` was stretched to this one.
  func summed(to target: TensorShape) -> TracedTensor {
    let shape = shape
    if shape == target { return self }
    var axes: UInt8 = 0
    for axis in 0..<shape.rank {
      let back = axis - shape.rank
      if -back > target.rank || (target[back] == 1 && shape[axis] != 1) { axes |= 1 << UInt8(axis) }
    }
    let kept = axes == 0 ? self : tape.apply(SumOver(axes: axes, keepsAxes: true), self)
    return kept.reshaped(target)
  }
}
