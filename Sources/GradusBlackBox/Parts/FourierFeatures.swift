// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Random features whose inner products approximate a squared exponential kernel:
///
///     ψ(x) = √(2/M)·cos(Wx + b),   W ∼ N(0, 1/ℓ²),  b ∼ U(0, 2π);      E ψ(x)ᵀψ(x') = exp(−|x − x'|²/2ℓ²)
///
/// Whoever has the seed has the same features.
///
/// **Reference** A. Rahimi, B. Recht, *Random features for large-scale kernel machines*, NIPS 2007.
struct FourierFeatures: Sendable, Codable {
  let dimension: Int
  /// M.
  let count: Int
  /// One row of frequencies a feature.
  private let frequencies: Buffer<Double>
  private let phases: Buffer<Double>

  init(count: Int, dimension: Int, length: Double, random: RandomStream) {
    var random = random
    self.count = count
    self.dimension = dimension
    frequencies = Buffer(random.normals(count * dimension).elements.map { $0 / length })
    phases = Buffer((0..<count).map { _ in random.uniform(0, 2 * .pi) })
  }

  private var scale: Double { (2 / Double(count)).squareRoot() }

  /// Σᵢ cᵢψ(xᵢ): what a client sends of its kernel expansion.
  func combination(of points: [[Double]], _ coefficients: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: count)
    for (x, coefficient) in zip(points, coefficients) {
      angles(at: x) { m, angle in sum[m] += coefficient * cos(angle) }
    }
    return sum.map { scale * $0 }
  }

  /// ∇(ψ(x)ᵀw).
  func gradient(at x: [Double], _ w: [Double]) -> [Double] {
    var gradient = [Double](repeating: 0, count: dimension)
    frequencies.elements.withUnsafeBufferPointer { rows in
      angles(at: x) { m, angle in
        let slope = -scale * w[m] * sin(angle)
        for j in 0..<dimension { gradient[j] += slope * rows[m * dimension + j] }
      }
    }
    return gradient
  }

  private func angles(at x: [Double], _ body: (Int, Double) -> Void) {
    frequencies.elements.withUnsafeBufferPointer { rows in
      for m in 0..<count {
        var angle = phases[m]
        for j in 0..<dimension { angle += rows[m * dimension + j] * x[j] }
        body(m, angle)
      }
    }
  }
}
