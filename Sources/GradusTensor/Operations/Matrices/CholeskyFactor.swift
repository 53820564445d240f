// SPDX-License-Identifier: Apache-2.0

/// L with L·Lᵀ = A for each symmetric positive definite matrix of a batch, of which the lower triangle is read.
///
/// Pullback: Ā = ½(S + Sᵀ), S = L⁻ᵀ·Φ(LᵀL̄)·L⁻¹, Φ the lower triangle with half the diagonal. Source: Murray,
/// arXiv:1602.07527, equation 9.
struct CholeskyFactor: TensorOperation {
  var name: String { "cholesky" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    guard inputs[0].shape.rank >= 2, inputs[0].shape[-1] == inputs[0].shape[-2] else {
      throw .shape(operation: name, inputs[0].shape, reason: "the last two axes are not a square matrix")
    }
    let a = try engine.contiguous(inputs[0], for: name)
    let l = try engine.filled(0, a.shape, a.precision, for: name)
    let failed =
      switch a.precision {
      case .single: run(a, l, Float.self)
      case .double: run(a, l, Double.self)
      }
    if let failed { throw .notFactorable(operation: name, matrix: failed, reason: "is not positive definite") }
    engine.recycle(a)
    return l
  }

  private func run<T: TensorElement>(_ a: Tensor, _ l: Tensor, _ type: T.Type) -> Int? {
    let n = a.shape[-1]
    for matrix in 0..<a.count / max(1, n * n) {
      let a = a.pointer(T.self) + matrix * n * n, l = l.pointer(T.self) + matrix * n * n
      for i in 0..<n {
        for j in 0...i {
          var sum = a[i * n + j]
          for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
          if i == j {
            guard sum > 0, sum.isFinite else { return matrix }
            l[i * n + i] = sum.squareRoot()
          } else {
            l[i * n + j] = sum / l[j * n + j]
          }
        }
      }
    }
    return nil
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let l = at.output
    let lower = g * at.tape.triangle(g, diagonal: 1)
    let phi = l.transposed().matmul(lower) * at.tape.triangle(l, diagonal: 0.5)
    let half = l.solveLowerTriangular(phi, transposed: true)
    let s = l.solveLowerTriangular(half.transposed(), transposed: true)
    at.send((s + s.transposed()) * 0.5, to: 0)
  }
}

/// A = Q·R for each matrix [m, n], m ≥ n, of a batch, as [Q; R] of m + n rows; R has a positive diagonal.
///
/// Gram–Schmidt, each column against all before it, twice. Pullback: Ā = (Q̄ + Q·C(R·R̄ᵀ − Q̄ᵀQ))·R⁻ᵀ, where C copies the
/// lower triangle onto the upper one. Source: Walter and Lehmann, arXiv:1001.1654.
struct OrthogonalFactors: TensorOperation {
  var name: String { "qr" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let shape = inputs[0].shape
    guard shape.rank >= 2, shape[-2] >= shape[-1] else {
      throw .shape(operation: name, shape, reason: "the last two axes need at least as many rows as columns")
    }
    let a = try engine.contiguous(inputs[0], for: name)
    var stacked = shape
    stacked[-2] = shape[-2] + shape[-1]
    let z = try engine.filled(0, stacked, a.precision, for: name)
    let failed =
      switch a.precision {
      case .single: run(a, z, Float.self)
      case .double: run(a, z, Double.self)
      }
    if let failed { throw .notFactorable(operation: name, matrix: failed, reason: "has dependent columns") }
    engine.recycle(a)
    return z
  }

  private func run<T: TensorElement>(_ a: Tensor, _ z: Tensor, _ type: T.Type) -> Int? {
    let m = a.shape[-2], n = a.shape[-1]
    for matrix in 0..<a.count / max(1, m * n) {
      let a = a.pointer(T.self) + matrix * m * n, q = z.pointer(T.self) + matrix * (m + n) * n
      let r = q + m * n
      q.update(from: a, count: m * n)
      for j in 0..<n {
        var before: T = 0
        for i in 0..<m { before += q[i * n + j] * q[i * n + j] }
        for _ in 0..<2 {
          for k in 0..<j {
            var product: T = 0
            for i in 0..<m { product += q[i * n + k] * q[i * n + j] }
            r[k * n + j] += product
            for i in 0..<m { q[i * n + j] -= product * q[i * n + k] }
          }
        }
        var square: T = 0
        for i in 0..<m { square += q[i * n + j] * q[i * n + j] }
        guard square > before * T.ulpOfOne * T.ulpOfOne, square.isFinite, square > 0 else { return matrix }
        let length = square.squareRoot()
        r[j * n + j] = length
        for i in 0..<m { q[i * n + j] /= length }
      }
    }
    return nil
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let (m, n) = (at.input(0).shape[-2], at.input(0).shape[-1])
    func parts(_ x: TracedTensor) -> (q: TracedTensor, r: TracedTensor) {
      (x.slice(axis: -2, from: 0, count: m), x.slice(axis: -2, from: m, count: n))
    }
    let (q, r) = parts(at.output), (dq, dr) = parts(g)
    let upper = (dr.transposed() * at.tape.triangle(r, diagonal: 1)).transposed()
    let s = r.matmul(upper.transposed()) - dq.transposed().matmul(q)
    let strict = s * at.tape.triangle(r, diagonal: 0)
    let copied = s * at.tape.triangle(r, diagonal: 1) + strict.transposed()
    let sum = dq + q.matmul(copied)
    at.send(r.transposed().solveLowerTriangular(sum.transposed(), transposed: true).transposed(), to: 0)
  }
}

extension TracedTensor {
  /// The lower triangular L with L·Lᵀ = A, of symmetric positive definite matrices in the last two axes.
  public func cholesky() -> TracedTensor { tape.apply(CholeskyFactor(), self) }

  /// Q [.., m, n] with orthonormal columns and upper triangular R [.., n, n], A = Q·R, for m ≥ n and independent columns.
  public func qr() -> (q: TracedTensor, r: TracedTensor) {
    let m = shape[-2], n = shape[-1]
    let stacked = tape.apply(OrthogonalFactors(), self)
    return (stacked.slice(axis: -2, from: 0, count: m), stacked.slice(axis: -2, from: m, count: n))
  }
}
