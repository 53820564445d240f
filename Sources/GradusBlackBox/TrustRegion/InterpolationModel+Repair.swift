// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

extension InterpolationModel {
  /// How far H is from W⁻¹ as seen by point t: |Hw(x_t) − e_t|∞.
  func residual(of t: Int) -> Double {
    let n = dimension
    let probe = probe((0..<n).map { offsets[t * n + $0] - offsets[best * n + $0] })
    var most = 0.0
    for k in 0..<count { most = max(most, abs(product(k, probe) - (k == t ? 1 : 0))) }
    return most.isNaN ? .infinity : most
  }

  /// Inverts W anew, in units of the longest offset, and makes Q go through all points again. Leaves all as it is when W
  /// is singular or so large that this would take longer than a new design. Cost: 2(m + n)³ operations.
  mutating func rebuild() {
    rebase()
    let (n, m, ld) = (dimension, count, stride)
    let head = n + 1
    let size = head + m
    let unit = (0..<m).reduce(0.0) { most, j in max(most, offset(j).reduce(0) { $0 + $1 * $1 }) }.squareRoot()
    guard size <= 1_000, unit > 0 else { return }
    var w = Matrix(rowCount: size, columnCount: size)
    for j in 0..<m {
      w[0, head + j] = 1
      w[head + j, 0] = 1
      for i in 0..<n {
        w[1 + i, head + j] = offsets[j * n + i] / unit
        w[head + j, 1 + i] = offsets[j * n + i] / unit
      }
      for k in 0...j {
        var s = 0.0
        for i in 0..<n { s += offsets[j * n + i] * offsets[k * n + i] }
        s /= unit * unit
        w[head + j, head + k] = 0.5 * s * s
        w[head + k, head + j] = 0.5 * s * s
      }
    }
    guard let factors = try? LUFactorization(w, on: .portable) else { return }
    let scale = [unit * unit] + [Double](repeating: unit, count: n) + [Double](repeating: 1 / (unit * unit), count: m)
    var h = [[Double]]()
    for j in 0..<size {
      var e = Vector.zeros(size)
      e[j] = 1
      let column = factors.solve(e)
      guard column.isFinite else { return }
      h.append(column.elements)
    }
    for j in 0..<size {
      for i in 0..<size { inverse[j * ld + i] = 0.5 * (h[j][i] + h[i][j]) * scale[i] * scale[j] }
    }
    refit()
  }

  /// Adds to Q the least change that makes it go through all points.
  private mutating func refit() {
    let n = dimension
    let g = slope
    let errors = (0..<count).map { j -> Double in
      let d = (0..<n).map { offsets[j * n + $0] - offsets[best * n + $0] }
      return values[j] - values[best] - change(d, slope: g)
    }
    for (t, error) in errors.enumerated() where error != 0 {
      let column = (n + 1 + t) * stride
      constant += inverse[column] * error
      for i in 0..<n { gradient[i] += inverse[column + 1 + i] * error }
      for k in 0..<count { weights[k] += inverse[column + n + 1 + k] * error }
    }
  }
}
