// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNumerics
import GradusTensor

/// Derivatives of the mean loss of chosen observations at a point, a batch at a time.
struct NetworkExaminer<Architecture: Network> {
  let loss: NetworkLoss<Architecture>
  let point: Buffer<Float>
  let rows: [Int]
  let batch: Int
  let isCancelled: () -> Bool

  private var parts: [[Int]] {
    stride(from: 0, to: rows.count, by: batch).map { Array(rows[$0..<min($0 + batch, rows.count)]) }
  }

  /// Σ over batches, each by its share of the observations.
  private func mean(_ body: ([Int]) throws -> Buffer<Float>) throws -> Vector {
    var sum = Vector.zeros(point.count)
    for part in parts {
      if isCancelled() { throw CancellationError() }
      let (share, term) = (Double(part.count) / Double(rows.count), try body(part))
      for i in sum.indices { sum[i] += share * Double(term.elements[i]) }
    }
    return sum
  }

  /// H·v.
  func hessianProduct(_ v: Vector) throws -> Vector {
    let direction = Buffer(v.elements.map { Float($0) })
    return try mean { try loss.hessianProduct(at: point, of: $0, along: direction) }
  }

  /// G·v.
  func gaussNewtonProduct(_ v: Vector) throws -> Vector {
    let direction = Buffer(v.elements.map { Float($0) })
    return try mean { try loss.gaussNewtonProduct(at: point, of: $0, along: direction) }
  }

  /// f and ∇f at θ + ε.
  func linearization(_ shift: Vector? = nil) throws -> (value: Double, gradient: Vector) {
    let moved =
      shift.map { shift in Buffer(shift.indices.map { Float(Double(point.elements[$0]) + shift[$0]) }) } ?? point
    var value = 0.0
    let gradient = try mean { part in
      let (own, slope) = try loss.stillLinearization(at: moved, of: part)
      value += own * Double(part.count) / Double(rows.count)
      return slope
    }
    return (value, gradient)
  }

  /// The rises in the ball, from g at θ and the direction v of most curvature.
  func sharpness(
    _ settings: DiagnosisSettings, _ here: (value: Double, gradient: Vector), _ v: Vector
  ) throws -> NetworkDiagnosis.Sharpness {
    func scaled(_ x: Vector, _ sign: Double = 1) -> Vector? {
      let norm = x.norm
      return norm > 0 && norm.isFinite ? (sign * settings.radius / norm) * x : nil
    }
    let gradientRise = try scaled(here.gradient).map { try linearization($0) }
    var best = gradientRise
    for sign in [1.0, -1.0] {
      guard let shift = scaled(v, sign) else { continue }
      let there = try linearization(shift)
      if there.value > best?.value ?? -.infinity { best = there }
    }
    var top = max(here.value, best?.value ?? here.value)
    var now = best
    for _ in 0..<settings.ascents {
      guard let shift = now.flatMap({ scaled($0.gradient) }) else { break }
      let next = try linearization(shift)
      top = max(top, next.value)
      now = next
    }
    return .init(
      radius: settings.radius, gradientRise: (gradientRise?.value ?? here.value) - here.value, rise: top - here.value)
  }

  /// tr Σ and the batch that has as much noise as gradient.
  func noise() throws -> NetworkDiagnosis.Noise {
    var (squares, sum) = (0.0, Vector.zeros(point.count))
    let together = max(1, min(batch, (1 << 23) / max(1, point.count)))
    for first in stride(from: 0, to: rows.count, by: together) {
      if isCancelled() { throw CancellationError() }
      for gradient in try gradients(Array(rows[first..<min(first + together, rows.count)])) {
        for i in sum.indices {
          let g = Double(gradient.elements[i])
          squares += g * g
          sum[i] += g
        }
      }
    }
    let n = Double(rows.count)
    let square = sum.inner(sum) / (n * n)
    let variance = max(0, (squares - n * square) / (n - 1))
    let own = square - variance / n
    return .init(variance: variance, criticalBatch: own > 0 ? variance / own : nil)
  }

  /// Gradients of single observations: in one walk, or one by one where a part of the model has them in another order.
  private func gradients(_ rows: [Int]) throws -> [Buffer<Float>] {
    do { return try loss.perExampleGradients(at: point, of: rows) } catch {
      guard case .shape? = TensorError(under: error) else { throw error }
      return try rows.map { row in
        if isCancelled() { throw CancellationError() }
        return try loss.stillLinearization(at: point, of: [row]).1
      }
    }
  }

  /// What layers see.
  func probe(at point: Buffer<Float>) throws -> RepresentationProbe {
    var probe = RepresentationProbe(observations: rows.count)
    for part in parts {
      if isCancelled() { throw CancellationError() }
      try probe.look(loss, point, part)
    }
    return probe
  }
}

extension NetworkLoss {
  /// Loss and gradient of these observations without dropout.
  func stillLinearization(at point: Buffer<Float>, of rows: [Int]) throws -> (Double, Buffer<Float>) {
    try recorded(point, rows) { tape, tensors, loss in
      let value = try loss.scalar
      let gradients = try tape.backward(from: loss)
      var flat = [Float](repeating: 0, count: layout.count)
      for slot in layout.slots {
        guard let traced = tensors[slot.name], let part = gradients[traced] else { continue }
        for (i, x) in part.floats.enumerated() { flat[slot.offset + i] = x }
      }
      gradients.recycle()
      return (value, Buffer(flat))
    }
  }
}
