// SPDX-License-Identifier: Apache-2.0

/// X = L⁻¹B, or L⁻ᵀB, for each matrix of a batch; what lies above the diagonal of L is not read.
struct TriangularSolve: TensorOperation {
  let isTransposed: Bool
  var name: String { "triangular solve" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let (l, b) = try engine.system(inputs[0], inputs[1], for: name)
    let x = try engine.make(b.shape, b.precision, for: name)
    let failed =
      switch x.precision {
      case .single: run(l, b, x, Float.self)
      case .double: run(l, b, x, Double.self)
      }
    if let failed { throw .notFactorable(operation: name, matrix: failed, reason: "has a zero on the diagonal") }
    engine.recycle(l)
    engine.recycle(b)
    return x
  }

  private func run<T: TensorElement>(_ l: Tensor, _ b: Tensor, _ x: Tensor, _ type: T.Type) -> Int? {
    let n = l.shape[-1], m = b.shape[-1]
    for matrix in 0..<l.count / max(1, n * n) {
      let l = l.pointer(T.self) + matrix * n * n
      let b = b.pointer(T.self) + matrix * n * m, x = x.pointer(T.self) + matrix * n * m
      x.update(from: b, count: n * m)
      for step in 0..<n {
        let i = isTransposed ? n - 1 - step : step
        guard l[i * n + i] != 0 else { return matrix }
        let row = x + i * m
        for k in isTransposed ? i + 1..<n : 0..<i {
          let factor = isTransposed ? l[k * n + i] : l[i * n + k], other = x + k * m
          for j in 0..<m { row[j] -= factor * other[j] }
        }
        for j in 0..<m { row[j] /= l[i * n + i] }
      }
    }
    return nil
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let l = at.input(0), x = at.output
    let share = at.tape.apply(TriangularSolve(isTransposed: !isTransposed), l, g)
    if at.needs(1) { at.send(share, to: 1) }
    guard at.needs(0) else { return }
    let outer = isTransposed ? x.matmul(share.transposed()) : share.matmul(x.transposed())
    at.send(-(outer * at.tape.triangle(l, diagonal: 1)), to: 0)
  }
}

/// X = A⁻¹B, or A⁻ᵀB, for each square matrix of a batch, by elimination with partial pivoting.
struct Solve: TensorOperation {
  let isTransposed: Bool
  var name: String { "solve" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let (a, b) = try engine.system(inputs[0], inputs[1], for: name)
    let x = try engine.make(b.shape, b.precision, for: name)
    let factors = try engine.make(a.shape, a.precision, for: name)
    let failed =
      switch x.precision {
      case .single: run(a, factors, b, x, Float.self)
      case .double: run(a, factors, b, x, Double.self)
      }
    if let failed { throw .notFactorable(operation: name, matrix: failed, reason: "is singular") }
    engine.recycle(factors)
    engine.recycle(a)
    engine.recycle(b)
    return x
  }

  private func run<T: TensorElement>(
    _ a: Tensor, _ factors: Tensor, _ b: Tensor, _ x: Tensor, _ type: T.Type
  ) -> Int? {
    let n = a.shape[-1], m = b.shape[-1]
    for matrix in 0..<a.count / max(1, n * n) {
      let source = a.pointer(T.self) + matrix * n * n, f = factors.pointer(T.self) + matrix * n * n
      let x = x.pointer(T.self) + matrix * n * m
      for i in 0..<n {
        for j in 0..<n { f[i * n + j] = isTransposed ? source[j * n + i] : source[i * n + j] }
      }
      x.update(from: b.pointer(T.self) + matrix * n * m, count: n * m)
      guard Self.eliminate(f, n, x, m) else { return matrix }
    }
    return nil
  }

  private static func eliminate<T: TensorElement>(
    _ f: UnsafeMutablePointer<T>, _ n: Int, _ x: UnsafeMutablePointer<T>, _ m: Int
  ) -> Bool {
    for k in 0..<n {
      var pivot = k
      for i in k..<n where f[i * n + k].magnitude > f[pivot * n + k].magnitude { pivot = i }
      guard f[pivot * n + k] != 0, f[pivot * n + k].isFinite else { return false }
      if pivot != k {
        for j in 0..<n { (f[k * n + j], f[pivot * n + j]) = (f[pivot * n + j], f[k * n + j]) }
        for j in 0..<m { (x[k * m + j], x[pivot * m + j]) = (x[pivot * m + j], x[k * m + j]) }
      }
      for i in k + 1..<max(k + 1, n) {
        let factor = f[i * n + k] / f[k * n + k]
        for j in k..<n { f[i * n + j] -= factor * f[k * n + j] }
        for j in 0..<m { x[i * m + j] -= factor * x[k * m + j] }
      }
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      for k in i + 1..<max(i + 1, n) {
        let factor = f[i * n + k]
        for j in 0..<m { x[i * m + j] -= factor * x[k * m + j] }
      }
      for j in 0..<m { x[i * m + j] /= f[i * n + i] }
    }
    return true
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let x = at.output
    let share = at.tape.apply(Solve(isTransposed: !isTransposed), at.input(0), g)
    if at.needs(1) { at.send(share, to: 1) }
    guard at.needs(0) else { return }
    at.send(-(isTransposed ? x.matmul(share.transposed()) : share.matmul(x.transposed())), to: 0)
  }
}

extension TensorEngine {
  /// Square matrices [.., n, n] and right-hand sides [.., n, m] with the same leading axes, contiguous.
  func system(_ a: Tensor, _ b: Tensor, for operation: String) throws(TensorError) -> (Tensor, Tensor) {
    guard a.shape.rank >= 2, a.shape[-1] == a.shape[-2] else {
      throw .shape(operation: operation, a.shape, reason: "the last two axes are not a square matrix")
    }
    guard b.shape.rank == a.shape.rank, b.shape[-2] == a.shape[-1], a.shape.leading == b.shape.leading else {
      throw .shapes(operation: operation, a.shape, b.shape, reason: "expected [.., n, n] and [.., n, m] of one batch")
    }
    return (try contiguous(a, for: operation), try contiguous(b, for: operation))
  }
}

extension TensorTape {
  /// 1 below the diagonal of matrices like `x`, `diagonal` on it, 0 above.
  func triangle(_ x: TracedTensor, diagonal: Double) -> TracedTensor {
    let n = x.shape[-1]
    let mask = Tensor((0..<n * n).map { $0 % n < $0 / n ? 1 : ($0 % n == $0 / n ? diagonal : 0) }, [n, n])
    return scratchOrConstant(x.precision == .double ? mask : mask.copied(to: .single))
  }
}

extension TracedTensor {
  /// A⁻¹B for square matrices [.., n, n] and right-hand sides [.., n, m]; a singular matrix is an error.
  public func solve(_ right: TracedTensor) -> TracedTensor { tape.apply(Solve(isTransposed: false), self, right) }

  /// L⁻¹B, or L⁻ᵀB when `transposed`, for lower triangular L.
  public func solveLowerTriangular(_ right: TracedTensor, transposed: Bool = false) -> TracedTensor {
    tape.apply(TriangularSolve(isTransposed: transposed), self, right)
  }
}
