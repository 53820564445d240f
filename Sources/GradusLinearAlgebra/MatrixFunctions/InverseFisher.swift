// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Products with the inverse of a damped sum of outer products, without any d × d matrix.
///
///     F = λI + (1/m)·Σ gᵢgᵢᵀ,   h₁ = g₁/λ,   hᵢ = gᵢ/λ − Σ_{j<i} hⱼ·(hⱼᵀgᵢ)/(m + gⱼᵀhⱼ)
///     F⁻¹x = x/λ − Σⱼ hⱼ·(hⱼᵀx)/(m + gⱼᵀhⱼ),   diag F⁻¹ = 1/λ − Σⱼ hⱼ²/(m + gⱼᵀhⱼ)
///
/// Cost: d·m² multiplications to begin with, 2·d·m a product, m an element; d·m numbers are kept.
/// Reference: E. Frantar, E. Kurtic & D. Alistarh, *M-FAC*, NeurIPS 2021, §3.1.
public struct InverseFisher: Sendable {
  /// λ.
  public let damping: Double
  /// d.
  public let count: Int
  /// h₁ … hₘ.
  private var rows: [Vector] = []
  /// m + gⱼᵀhⱼ.
  private var scales: [Double] = []

  /// From all gradients, in this order; λ > 0.
  public init(_ gradients: [Vector], damping: Double) {
    precondition(damping > 0 && damping.isFinite, "the damping of an inverse Fisher matrix is positive")
    count = gradients.first?.count ?? 0
    self.damping = damping
    let m = Double(gradients.count)
    for g in gradients {
      precondition(g.count == count, "gradients have one length")
      let h = product(g)
      scales.append(m + dot(g.elements.span, h.elements.span))
      rows.append(h)
    }
  }

  private func product(_ x: Vector) -> Vector {
    var y = x.elements
    for i in y.indices { y[i] /= damping }
    for (h, scale) in zip(rows, scales) {
      let s = dot(h.elements.span, x.elements.span) / scale
      h.elements.withUnsafeBufferPointer { h in
        y.withUnsafeMutableBufferPointer { y in
          for i in 0..<y.count { y[i] -= s * h[i] }
        }
      }
    }
    return Vector(y)
  }

  /// F⁻¹x.
  public func times(_ x: Vector) -> Vector {
    precondition(x.count == count, "an inverse Fisher matrix of order \(count) meets \(x.count) numbers")
    return product(x)
  }

  /// [F⁻¹]ᵢⱼ.
  public subscript(i: Int, j: Int) -> Double {
    var sum = i == j ? 1 / damping : 0
    for (h, scale) in zip(rows, scales) { sum -= h[i] * h[j] / scale }
    return sum
  }

  /// diag F⁻¹.
  public var diagonal: Vector {
    var result = [Double](repeating: 1 / damping, count: count)
    for (h, scale) in zip(rows, scales) {
      for i in 0..<count { result[i] -= h[i] * h[i] / scale }
    }
    return Vector(result)
  }

  /// Column i of F⁻¹.
  public func column(_ i: Int) -> Vector {
    var result = [Double](repeating: 0, count: count)
    result[i] = 1 / damping
    for (h, scale) in zip(rows, scales) {
      let s = h[i] / scale
      for k in 0..<count { result[k] -= s * h[k] }
    }
    return Vector(result)
  }

  /// By how much the quadratic model θ ↦ ½(θ − θ₀)ᵀF(θ − θ₀) grows when a parameter is set to zero: θᵢ²/(2·[F⁻¹]ᵢᵢ).
  public func saliency(_ parameters: Vector) -> Vector {
    let d = diagonal
    return Vector(parameters.indices.map { parameters[$0] * parameters[$0] / (2 * d[$0]) })
  }
}
