// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Products with the inverse of a damped sum of the last m outer products, as gradients come and go.
///
///     F = λI + (1/m)·GᵀG,   K = GGᵀ (one row a gradient),   F⁻¹x = (x − Gᵀ·(mλI + K)⁻¹·Gx)/λ
///     of a gradient in the window, gᵢ:   F⁻¹gᵢ = m·Gᵀ·(mλI + K)⁻¹·eᵢ              without the cancellation of the first
///
/// Gradients lie in single precision in a ring of m rows; K and the solves are in double. Until m gradients came, the rows
/// that are missing are zero.
///
/// Cost: 2·d·m multiplications to take a gradient and its product, m³/6 for the factor of K.
/// Reference: E. Frantar, E. Kurtic & D. Alistarh, *M-FAC*, NeurIPS 2021, §3.2; for the rows, M. Woodbury (1950).
public struct SlidingFisher: Sendable, Codable {
  /// d.
  public let count: Int
  /// m.
  public let window: Int
  /// λ.
  public let damping: Double
  /// G, m × d.
  private var rows: Buffer<Float>
  /// K, m × m.
  private var gram: Buffer<Double>
  /// The row that the next gradient replaces.
  private var next = 0
  /// Gradients that are in the window.
  public private(set) var filled = 0

  /// An empty window; λ > 0, m ≥ 1.
  public init(count: Int, window: Int, damping: Double) {
    precondition(count >= 0 && window >= 1, "a window of \(window) gradients of \(count) numbers")
    precondition(damping > 0 && damping.isFinite, "the damping of an inverse Fisher matrix is positive")
    self.count = count
    self.window = window
    self.damping = damping
    rows = Buffer(repeating: 0, count: count * window)
    gram = Buffer(repeating: 0, count: window * window)
  }

  /// Takes a gradient in place of the oldest one.
  public mutating func insert(_ gradient: Span<Float>) {
    precondition(gradient.count == count, "a window for gradients of \(count) numbers meets one of \(gradient.count)")
    let (row, d, m) = (next, count, window)
    let known = min(window, max(filled, row + 1))
    gradient.withUnsafeBufferPointer { gradient in
      rows.elements.withUnsafeMutableBufferPointer { rows in
        gram.elements.withUnsafeMutableBufferPointer { gram in
          guard let g = gradient.baseAddress, let all = rows.baseAddress else { return }
          (all + row * d).update(from: g, count: d)
          for i in 0..<known {
            let product = MatrixEngine.dot(all + i * d, all + row * d, d)
            gram[i * m + row] = product
            gram[row * m + i] = product
          }
        }
      }
    }
    filled = known
    next = (row + 1) % window
  }

  /// w with F⁻¹g = Gᵀw for the gradient g taken last: m·(mλI + K)⁻¹·eᵢ. Throws `notFinite` when a gradient was not.
  public func newestWeights(on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) -> [Double] {
    precondition(filled > 0, "an empty window has no newest gradient")
    var unit = [Double](repeating: 0, count: filled)
    unit[(next + window - 1) % window] = Double(window)
    return try factor(backend).solve(Vector(unit)).elements
  }

  /// F⁻¹x. Throws `notFinite` when a gradient was not.
  public func times(_ x: Vector, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) -> Vector {
    precondition(x.count == count, "an inverse Fisher matrix of order \(count) meets \(x.count) numbers")
    guard filled > 0 else { return Vector(x.elements.map { $0 / damping }) }
    let products = (0..<filled).map { i in
      var sum = 0.0
      for k in 0..<count { sum += Double(rows[i * count + k]) * x[k] }
      return sum
    }
    let weights = try factor(backend).solve(Vector(products))
    var y = x.elements
    for i in 0..<filled {
      for k in 0..<count { y[k] -= Double(rows[i * count + k]) * weights[i] }
    }
    return Vector(y.map { $0 / damping })
  }

  /// mλI + K of the rows that are there.
  private func factor(_ backend: LinearAlgebraBackend) throws(FactorizationError) -> Cholesky {
    var matrix = Matrix(rowCount: filled, columnCount: filled)
    for j in 0..<filled {
      for i in 0..<filled { matrix[i, j] = gram[i * window + j] }
    }
    return try Cholesky(matrix, shift: Double(window) * damping, on: backend)
  }

  /// y ← y + Gᵀw, in blocks that stay in the cache.
  public func add(_ weights: [Float], to result: inout MutableSpan<Float>) {
    precondition(weights.count == filled && result.count == count, "the weights do not fit the window")
    let d = count
    result.withUnsafeMutableBufferPointer { result in
      rows.elements.withUnsafeBufferPointer { rows in
        guard let y = result.baseAddress, let all = rows.baseAddress else { return }
        for first in stride(from: 0, to: d, by: 2048) {
          let length = min(2048, d - first)
          for (i, weight) in weights.enumerated() {
            let (row, target) = (all + i * d + first, y + first)
            for k in 0..<length { target[k] += weight * row[k] }
          }
        }
      }
    }
  }
}
