// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The indefinite factorization of a small matrix as one dense front, without analysis and without allocations.
struct SmallIndefinite: Sendable {
  private let n: Int
  /// Place of each entry of the upper triangle in the lower triangle of the dense matrix.
  private let target: [Int32]
  /// The front, then four numbers for each pivot, then two work vectors.
  private var numbers: [Double]
  private var labels: [Int32]
  private(set) var inertia = Inertia(positive: 0, negative: 0)

  init(_ upper: SparseMatrix) {
    n = upper.columnCount
    var target: [Int32] = []
    target.reserveCapacity(upper.entryCount)
    for j in 0..<n {
      for p in upper.range(ofColumn: j) { target.append(Int32(j + Int(upper.rows[p]) * n)) }
    }
    self.target = target
    numbers = [Double](repeating: 0, count: n * n + 6 * n)
    labels = [Int32](repeating: 0, count: n)
  }

  /// Returns false when a pivot is not finite.
  mutating func factorize(_ scaled: UnsafePointer<Double>, _ bounds: PivotBounds) -> Bool {
    let n = n
    var finite = true
    inertia = numbers.withUnsafeMutableBufferPointer { numbers in
      labels.withUnsafeMutableBufferPointer { labels in
        target.withUnsafeBufferPointer { target in
          guard let a = numbers.baseAddress, let labels = labels.baseAddress else {
            return Inertia(positive: 0, negative: 0)
          }
          a.update(repeating: 0, count: n * n)
          for p in 0..<target.count { a[Int(target[p])] = scaled[p] }
          for i in 0..<n { labels[i] = Int32(i) }
          let d = a + n * n
          var front = IndefiniteFront(a, height: n, summed: n, labels: labels, pivots: d, bounds)
          front.eliminate(all: true, block: n, PanelKernels(.portable, PivotRule()), d + 4 * n)
          for k in 0..<n where !d[4 * k].isFinite || !d[4 * k + 2].isFinite { finite = false }
          return front.inertia
        }
      }
    }
    return finite
  }

  /// x ← S·(SAS)⁻¹·S·x.
  mutating func solve(_ x: UnsafeMutablePointer<Double>, _ s: UnsafePointer<Double>) {
    let n = n
    numbers.withUnsafeMutableBufferPointer { numbers in
      labels.withUnsafeBufferPointer { labels in
        guard let a = numbers.baseAddress, let labels = labels.baseAddress else { return }
        let d = a + n * n
        let y = d + 4 * n
        for k in 0..<n { y[k] = x[Int(labels[k])] * s[Int(labels[k])] }
        for k in 0..<n { FrontKernels.subtract(a + k * n + k + 1, y[k], from: y + k + 1, n - k - 1) }
        FrontKernels.divideByD(y, n, d)
        for k in stride(from: n - 1, through: 0, by: -1) {
          y[k] -= FrontKernels.dot(a + k * n + k + 1, y + k + 1, n - k - 1)
        }
        for k in 0..<n { x[Int(labels[k])] = y[k] * s[Int(labels[k])] }
      }
    }
  }
}
