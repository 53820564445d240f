// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// min |Av − b|: the rows of A are those rows of a factor that the entries of one column name.
struct ColumnRegression {
  typealias Numbers = UnsafeBufferPointer<Double>
  typealias MutableNumbers = UnsafeMutableBufferPointer<Double>

  private let k: Int
  /// Multiplications with additions.
  private(set) var operations = 0
  private var residual: [Double] = []
  private var image: [Double] = []
  private var gradient: [Double]
  private var direction: [Double]
  /// R⁻¹R⁻ᵀ·gradient, or the gradient itself.
  private var descent: [Double]
  private(set) var random: RandomStream

  init(_ k: Int, _ random: RandomStream) {
    self.k = k
    self.random = random
    gradient = [Double](repeating: 0, count: k)
    direction = gradient
    descent = gradient
  }

  /// By the normal equations; a column without entries keeps its v. Where they are singular, the diagonal is raised.
  mutating func solve(_ observed: SparseMatrix, _ entries: Range<Int>, _ u: Numbers, _ v: MutableNumbers) {
    guard !entries.isEmpty else { return }
    var normal = Matrix(rowCount: k, columnCount: k)
    var right = Vector.zeros(k)
    for p in entries {
      let (row, value) = (Int(observed.rows[p]) * k, observed.values[p])
      for b in 0..<k {
        let factor = u[row + b]
        right[b] += factor * value
        for a in b..<k { normal.elements[a + b * k] += u[row + a] * factor }
      }
    }
    operations += entries.count * (k * (k + 1) / 2 + k) + k * k * k / 6 + k * k
    for b in 0..<k { for a in 0..<b { normal.elements[a + b * k] = normal.elements[b + a * k] } }
    guard let factors = try? Cholesky.shifting(normal, smallest: 1e-12, on: .portable) else { return }
    let x = factors.solve(right)
    for a in 0..<k { v[a] = x[a] }
  }

  /// When conjugate gradients end: after so many steps, or where |Aᵀ(b − Av)| ≤ tolerance·|Aᵀb|.
  struct End {
    var steps: Int
    var tolerance = 0.0
  }

  /// Conjugate gradients on AᵀAv = Aᵀb from v, in the variable R·v where S·A = Q·R is sketched.
  mutating func descend(
    _ observed: SparseMatrix, _ entries: Range<Int>, _ u: Numbers, _ v: MutableNumbers, _ end: End, isSketched: Bool
  ) {
    let count = entries.count
    guard count > 0, end.steps > 0 else { return }
    if residual.count < count {
      residual = [Double](repeating: 0, count: count)
      image = residual
    }
    var least = 0.0
    if end.tolerance > 0 {
      for (q, p) in entries.enumerated() { residual[q] = observed.values[p] }
      least = end.tolerance * end.tolerance * transposed(observed, entries, u)
      operations += count * k + k
    }
    for (q, p) in entries.enumerated() {
      let row = Int(observed.rows[p]) * k
      var sum = observed.values[p]
      for a in 0..<k { sum -= u[row + a] * v[a] }
      residual[q] = sum
    }
    var square = transposed(observed, entries, u)
    operations += 2 * count * k + k
    if square <= least { return }
    let triangle = isSketched ? sketched(observed, entries, u) : nil
    // Below the rounding errors of the first gradient there is nothing left to gain.
    least = max(least, 1e-28 * square)
    var size = precondition(by: triangle, square)
    for a in 0..<k { direction[a] = descent[a] }
    for step in 1...end.steps {
      guard square > least else { return }
      var curvature = 0.0
      for (q, p) in entries.enumerated() {
        let row = Int(observed.rows[p]) * k
        var sum = 0.0
        for a in 0..<k { sum += u[row + a] * direction[a] }
        image[q] = sum
        curvature += sum * sum
      }
      operations += count * (k + 1)
      guard curvature > 0 else { return }
      let length = size / curvature
      for a in 0..<k { v[a] += length * direction[a] }
      operations += k
      if step == end.steps { return }
      for q in 0..<count { residual[q] -= length * image[q] }
      square = transposed(observed, entries, u)
      let next = precondition(by: triangle, square)
      let ratio = next / size
      for a in 0..<k { direction[a] = descent[a] + ratio * direction[a] }
      size = next
      operations += count * (k + 1) + 2 * k
    }
  }

  /// R of a CountSketch of A with 4k + 8 rows, of A itself where it has no more; nil where R cannot be inverted.
  private mutating func sketched(_ observed: SparseMatrix, _ entries: Range<Int>, _ u: Numbers) -> Matrix? {
    let rows = min(4 * k + 8, entries.count)
    guard rows >= k else { return nil }
    let isWhole = rows == entries.count
    var sketch = Matrix(rowCount: rows, columnCount: k)
    for (q, p) in entries.enumerated() {
      let row = Int(observed.rows[p]) * k
      let target = isWhole ? q : random.integer(below: rows)
      let sign = isWhole || random.next() >> 63 == 0 ? 1.0 : -1.0
      for a in 0..<k { sketch.elements[target + a * rows] += sign * u[row + a] }
    }
    operations += entries.count * k + 2 * rows * k * k
    guard let triangle = try? QRFactorization(sketch, on: .portable).triangle else { return nil }
    let pivots = (0..<k).map { abs(triangle[$0, $0]) }
    guard let largest = pivots.max(), let smallest = pivots.min(), smallest > 1e-10 * largest else { return nil }
    return triangle
  }

  /// descent ← R⁻¹R⁻ᵀ·gradient; returns gradientᵀ·descent.
  private mutating func precondition(by triangle: Matrix?, _ square: Double) -> Double {
    guard let triangle else {
      for a in 0..<k { descent[a] = gradient[a] }
      return square
    }
    var size = 0.0
    for a in 0..<k {
      var sum = gradient[a]
      for b in 0..<a { sum -= triangle[b, a] * descent[b] }
      descent[a] = sum / triangle[a, a]
      size += descent[a] * descent[a]
    }
    for a in (0..<k).reversed() {
      var sum = descent[a]
      for b in a + 1..<max(k, a + 1) { sum -= triangle[a, b] * descent[b] }
      descent[a] = sum / triangle[a, a]
    }
    operations += k * k + 2 * k
    return size
  }

  /// gradient ← Aᵀ·residual, and its square.
  private mutating func transposed(_ observed: SparseMatrix, _ entries: Range<Int>, _ u: Numbers) -> Double {
    for a in 0..<k { gradient[a] = 0 }
    for (q, p) in entries.enumerated() {
      let (row, weight) = (Int(observed.rows[p]) * k, residual[q])
      for a in 0..<k { gradient[a] += u[row + a] * weight }
    }
    var size = 0.0
    for a in 0..<k { size += gradient[a] * gradient[a] }
    return size
  }
}
