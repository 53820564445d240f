// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The steps of a damped linear least-squares problem, for one matrix and many dampings:
///
///     p(λ) = argmin |Jp + r|² + λ|Dp|²
///
/// J (m × n) is reduced to R by Householder reflections once, 2mn² operations; each damping then costs n³ by plane rotations
/// of [R; λ^½D]. The condition of J enters, not its square as it would through JᵀJ.
///
/// **Reference** J. J. Moré, *The Levenberg–Marquardt algorithm: implementation and theory*, LNM 630 (1978), section 3.
package struct DampedLeastSquares: Sendable, Codable {
  package let columnCount: Int
  /// R by columns, k × n with k = min(m, n) rows.
  private let factor: Buffer<Double>
  private let rowCount: Int
  /// The first k entries of Qᵀr.
  private let rotated: Buffer<Double>
  /// Jᵀr.
  package let gradient: Vector
  /// |Jeⱼ| of every column.
  package let columnNorms: Vector

  /// `jacobian` is stored by columns.
  package init(jacobian: Vector, residual: Vector, columnCount n: Int) {
    let m = residual.count
    precondition(jacobian.count == m * n, "a Jacobian of \(m) rows and \(n) columns needs \(m * n) numbers")
    columnCount = n
    var (a, r) = (jacobian.elements, residual.elements)
    var (gradient, norms) = (Vector.zeros(n), Vector.zeros(n))
    for j in 0..<n {
      var (inner, square) = (0.0, 0.0)
      for i in 0..<m {
        inner += a[j * m + i] * r[i]
        square += a[j * m + i] * a[j * m + i]
      }
      gradient[j] = inner
      norms[j] = square.squareRoot()
    }
    let k = min(m, n)
    for c in 0..<k { Self.reflect(&a, &r, m, n, c) }
    var upper = [Double](repeating: 0, count: k * n)
    for j in 0..<n {
      for i in 0..<min(j + 1, k) { upper[j * k + i] = a[j * m + i] }
    }
    factor = Buffer(upper)
    rowCount = k
    rotated = Buffer(Array(r.prefix(k)))
    self.gradient = gradient
    columnNorms = norms
  }

  /// Clears column c below the diagonal.
  private static func reflect(_ a: inout [Double], _ r: inout [Double], _ m: Int, _ n: Int, _ c: Int) {
    var largest = 0.0
    for i in c..<m { largest = max(largest, abs(a[c * m + i])) }
    guard largest > 0 else { return }
    var square = 0.0
    for i in c..<m { square += (a[c * m + i] / largest) * (a[c * m + i] / largest) }
    let norm = largest * square.squareRoot()
    let alpha = a[c * m + c] > 0 ? -norm : norm
    let head = a[c * m + c] - alpha
    // v = (1, a₍c+1₎/head, …) is kept below the diagonal while the reflection is applied.
    for i in c + 1..<max(m, c + 1) { a[c * m + i] /= head }
    a[c * m + c] = alpha
    let beta = -head / alpha
    for j in c + 1..<max(n, c + 1) {
      var s = a[j * m + c]
      for i in c + 1..<max(m, c + 1) { s += a[c * m + i] * a[j * m + i] }
      s *= beta
      a[j * m + c] -= s
      for i in c + 1..<max(m, c + 1) { a[j * m + i] -= s * a[c * m + i] }
    }
    var s = r[c]
    for i in c + 1..<max(m, c + 1) { s += a[c * m + i] * r[i] }
    s *= beta
    r[c] -= s
    for i in c + 1..<max(m, c + 1) { r[i] -= s * a[c * m + i] }
  }

  /// p(λ) for λ > 0 and positive D.
  package func step(damping: Double, scaling: Vector) -> Vector {
    let n = columnCount
    var upper = [Double](repeating: 0, count: n * n)
    var right = [Double](repeating: 0, count: n)
    for i in 0..<rowCount {
      right[i] = -rotated[i]
      for j in i..<n { upper[j * n + i] = factor[j * rowCount + i] }
    }
    var row = [Double](repeating: 0, count: n)
    for k in 0..<n {
      for j in k..<n { row[j] = 0 }
      row[k] = damping.squareRoot() * scaling[k]
      var side = 0.0
      for j in k..<n where row[j] != 0 {
        let (a, b) = (upper[j * n + j], row[j])
        let length = Self.hypotenuse(a, b)
        let (c, s) = (a / length, b / length)
        for l in j..<n {
          let (x, y) = (upper[l * n + j], row[l])
          upper[l * n + j] = c * x + s * y
          row[l] = c * y - s * x
        }
        let (x, y) = (right[j], side)
        right[j] = c * x + s * y
        side = c * y - s * x
      }
    }
    for j in (0..<n).reversed() {
      right[j] /= upper[j * n + j]
      for i in 0..<j { right[i] -= upper[j * n + i] * right[j] }
    }
    return Vector(right)
  }

  /// |Jp|².
  package func squaredLength(of p: Vector) -> Double {
    var sum = 0.0
    for i in 0..<rowCount {
      var entry = 0.0
      for j in i..<columnCount { entry += factor[j * rowCount + i] * p[j] }
      sum += entry * entry
    }
    return sum
  }

  private static func hypotenuse(_ x: Double, _ y: Double) -> Double {
    let (large, small) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
    guard large > 0 else { return 1 }
    return large * (1 + (small / large) * (small / large)).squareRoot()
  }
}
