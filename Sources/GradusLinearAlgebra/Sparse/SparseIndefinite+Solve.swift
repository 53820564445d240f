// SPDX-License-Identifier: Apache-2.0

extension SparseIndefinite {
  /// b ← A⁻¹·b with the last factorization; of a singular matrix, with the columns of its zero pivots left out.
  ///
  /// Allocates nothing. Cost: four operations for each entry of L.
  public mutating func solve(_ b: inout [Double]) {
    precondition(b.count == order, "a right-hand side of \(order) elements was expected")
    b.withUnsafeMutableBufferPointer { b in
      guard let b = b.baseAddress else { return }
      solve(b)
    }
  }

  private mutating func solve(_ x: UnsafeMutablePointer<Double>) {
    scales.withUnsafeBufferPointer { scales in
      guard let scales = scales.baseAddress else { return }
      small?.solve(x, scales)
      frontal?.solve(x, scales)
    }
  }

  /// b ← A⁻¹·b, corrected by the residual of the matrix with these values until its backward error is below `tolerance`,
  /// a correction gains less than a factor of two, or `steps` corrections were made. The best point is kept.
  ///
  /// `values` may belong to another matrix of the pattern than the factorized one, say the one without regularization.
  /// Allocates nothing.
  /// Reference: Arioli, Demmel & Duff, *SIAM J. Matrix Anal. Appl.* 10 (1989) 165–190.
  @discardableResult
  public mutating func solveRefined(
    _ b: inout [Double], values: [Double], steps: Int = 5, tolerance: Double = 1e-15
  ) -> Refinement {
    precondition(b.count == order, "a right-hand side of \(order) elements was expected")
    precondition(values.count == rows.count, "the factorization expects \(rows.count) values")
    let n = order
    if n == 0 { return Refinement(backwardError: 0, residual: 0, steps: 0) }
    // Work: the right-hand side, the residual, its scale, the best point so far. Lent out while the factor is used.
    var work = [Double]()
    swap(&work, &self.work)
    defer { swap(&work, &self.work) }
    let (starts, rows) = (starts, rows)
    return b.withUnsafeMutableBufferPointer { b in
      work.withUnsafeMutableBufferPointer { work in
        values.withUnsafeBufferPointer { values in
          guard let x = b.baseAddress, let given = work.baseAddress else {
            return Refinement(backwardError: 0, residual: 0, steps: 0)
          }
          let (r, size, best) = (given + n, given + 2 * n, given + 3 * n)
          given.update(from: x, count: n)
          solve(x)
          return SymmetricScaling.Pattern.of(n, starts, rows) { pattern in
            let values = values.baseAddress ?? UnsafePointer(given)
            var result = Self.measure(pattern, values, x, given, r, size)
            var made = 0
            while made < steps && result.backwardError > tolerance {
              best.update(from: x, count: n)
              solve(r)
              for i in 0..<n { x[i] += r[i] }
              made += 1
              let next = Self.measure(pattern, values, x, given, r, size)
              if !(next.backwardError < result.backwardError) {
                x.update(from: best, count: n)
                break
              }
              let slow = next.backwardError > 0.5 * result.backwardError
              result = next
              if slow { break }
            }
            result.steps = made
            return result
          }
        }
      }
    }
  }

  /// Leaves b − A·x in `r`.
  private static func measure(
    _ pattern: SymmetricScaling.Pattern, _ values: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>, _ r: UnsafeMutablePointer<Double>, _ size: UnsafeMutablePointer<Double>
  ) -> Refinement {
    SymmetricScaling.residual(pattern, values, x, b, into: r, size)
    var (error, largest, given) = (0.0, 0.0, 0.0)
    var sum = 0.0
    for i in 0..<pattern.order {
      let v = abs(r[i])
      sum += v
      if v > 0 { error = max(error, v / size[i]) }
      largest = max(largest, v)
      given = max(given, abs(b[i]))
    }
    if !sum.isFinite { return Refinement(backwardError: .infinity, residual: .infinity, steps: 0) }
    return Refinement(
      backwardError: error, residual: largest == 0 ? 0 : given == 0 ? .infinity : largest / given, steps: 0)
  }
}
