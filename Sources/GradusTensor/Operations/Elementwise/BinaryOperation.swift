// SPDX-License-Identifier: Apache-2.0

/// z = f(x, y), element by element, shapes stretched to fit.
protocol BinaryOperation: TensorOperation {
  static func value<T: TensorElement>(_ x: T, _ y: T) -> T
}

extension BinaryOperation {
  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let a = inputs[0], b = inputs[1]
    guard let shape = a.shape.broadcast(with: b.shape) else {
      throw .shapes(
        operation: name, a.shape, b.shape, reason: "axes are equal or 1, counted from the last")
    }
    let z = try engine.make(shape, a.precision, for: name)
    guard z.count > 0 else { return z }
    switch a.precision {
    case .single: Self.values(a, b, z, engine, Float.self)
    case .double: Self.values(a, b, z, engine, Double.self)
    }
    return z
  }

  @inline(__always)
  private static func values<T: TensorElement>(
    _ a: Tensor, _ b: Tensor, _ z: Tensor, _ engine: TensorEngine, _ type: T.Type
  ) {
    let plan = BroadcastPlan(z.shape, a.layout, b.layout)
    let job = BinaryJob(a: a.pointer(T.self), b: b.pointer(T.self), z: z.pointer(T.self), plan: plan, count: z.count)
    Parallel.run(engine.team, job.blocks, job) { job, index in
      for row in job.rows(index) {
        let (offsetA, offsetB) = job.plan.offsets(row), columns = job.columns(index)
        let sa = job.plan.stridesA[job.plan.rank - 1], sb = job.plan.stridesB[job.plan.rank - 1]
        let a = job.a + offsetA, b = job.b + offsetB, z = job.z + row * job.plan.width
        if sa == 1, sb == 1 {
          for i in columns { z[i] = Self.value(a[i], b[i]) }
        } else if sa == 1, sb == 0 {
          let y = b[0]
          for i in columns { z[i] = Self.value(a[i], y) }
        } else if sa == 0, sb == 1 {
          let x = a[0]
          for i in columns { z[i] = Self.value(x, b[i]) }
        } else {
          for i in columns { z[i] = Self.value(a[i * sa], b[i * sb]) }
        }
      }
    }
  }
}

/// One loop over two tensors: blocks of rows, or of columns when there is one row.
struct BinaryJob<T: TensorElement>: BitwiseCopyable {
  let a: UnsafeMutablePointer<T>
  let b: UnsafeMutablePointer<T>
  let z: UnsafeMutablePointer<T>
  let plan: BroadcastPlan
  let rowCount: Int
  let rowStep: Int
  let columnStep: Int

  init(
    a: UnsafeMutablePointer<T>, b: UnsafeMutablePointer<T>, z: UnsafeMutablePointer<T>, plan: BroadcastPlan, count: Int
  ) {
    self.a = a
    self.b = b
    self.z = z
    self.plan = plan
    rowCount = count / plan.width
    rowStep = max(1, Parallel.block / plan.width)
    columnStep = rowCount == 1 ? Parallel.block : plan.width
  }

  var blocks: Int {
    rowCount == 1 ? (plan.width + columnStep - 1) / columnStep : (rowCount + rowStep - 1) / rowStep
  }

  @inline(__always)
  func rows(_ index: Int) -> Range<Int> {
    rowCount == 1 ? 0..<1 : index * rowStep..<min(rowCount, (index + 1) * rowStep)
  }

  @inline(__always)
  func columns(_ index: Int) -> Range<Int> {
    rowCount == 1 ? index * columnStep..<min(plan.width, (index + 1) * columnStep) : 0..<plan.width
  }
}

extension TensorEngine {
  /// a ← a + b, in the memory of whichever nobody else refers to; b is used up.
  func accumulate(_ b: inout Tensor?, into a: inout Tensor?) throws(TensorError) {
    guard let shape = a?.shape else {
      swap(&a, &b)
      return
    }
    guard b != nil else { return }
    if a?.layout.isContiguous == true, b?.layout.isContiguous == true, b?.shape == shape {
      if a?.isOnlyReference() == true {
        addInPlace(b, to: a)
        if let b { recycle(b) }
        b = nil
        return
      }
      if b?.isOnlyReference() == true {
        addInPlace(a, to: b)
        swap(&a, &b)
        if let b { recycle(b) }
        b = nil
        return
      }
    }
    if let left = a, let right = b {
      var operands = Operands(left)
      operands.append(right)
      let sum = try Add().forward(operands, on: self)
      recycle(left)
      recycle(right)
      a = sum
    }
    b = nil
  }

  private func addInPlace(_ b: Tensor?, to a: Tensor?) {
    guard let a, let b else { return }
    switch a.precision {
    case .single: addInPlace(b, to: a, Float.self)
    case .double: addInPlace(b, to: a, Double.self)
    }
  }

  private func addInPlace<T: TensorElement>(_ b: Tensor, to a: Tensor, _ type: T.Type) {
    let job = MapJob<T>(x: b.pointer(T.self), y: a.pointer(T.self), parameter: 0, count: a.count)
    Parallel.run(team, job.blocks, job) { job, index in
      let x = job.x, y = job.y
      for i in job.range(index) { y[i] += x[i] }
    }
  }
}
