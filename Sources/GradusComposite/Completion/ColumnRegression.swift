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

  init(_ k: Int) {
    self.k = k
    gradient = [Double](repeating: 0, count: k)
    direction = gradient
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

  /// Conjugate gradients on AᵀAv = Aᵀb from v.
  mutating func descend(
    _ observed: SparseMatrix, _ entries: Range<Int>, _ u: Numbers, _ v: MutableNumbers, _ steps: Int
  ) {
    let count = entries.count
    guard count > 0, steps > 0 else { return }
    if residual.count < count {
      residual = [Double](repeating: 0, count: count)
      image = residual
    }
    for (q, p) in entries.enumerated() {
      let row = Int(observed.rows[p]) * k
      var sum = observed.values[p]
      for a in 0..<k { sum -= u[row + a] * v[a] }
      residual[q] = sum
    }
    var size = transposed(observed, entries, u)
    for a in 0..<k { direction[a] = gradient[a] }
    operations += 2 * count * k + k
    // Below the rounding errors of the first gradient there is nothing left to gain.
    let least = 1e-28 * size
    for step in 1...steps {
      guard size > least else { return }
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
      if step == steps { return }
      for q in 0..<count { residual[q] -= length * image[q] }
      let next = transposed(observed, entries, u)
      let ratio = next / size
      for a in 0..<k { direction[a] = gradient[a] + ratio * direction[a] }
      size = next
      operations += count * (k + 1) + 2 * k
    }
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
