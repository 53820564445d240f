// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A sum of numbers and products held in two words, as exact as if computed with twice the digits and rounded once.
///
/// Error ≤ ε·|Σ| + n²ε²·Σ|terms| with ε = 2⁻⁵³. Source: Ogita, Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci.
/// Comput. 26 (2005), algorithms 3.1 (TwoSum) and 5.3 (Dot2).
struct CompensatedSum {
  var high = 0.0
  var low = 0.0

  @inline(__always)
  init(_ value: Double = 0) { high = value }

  @inline(__always)
  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  @inline(__always)
  mutating func add(_ term: Double) {
    let sum = high + term
    let part = sum - high
    low += (high - (sum - part)) + (term - part)
    high = sum
  }

  /// Adds a·b without losing the rounding error of the product.
  @inline(__always)
  mutating func add(_ a: Double, times b: Double) {
    let product = a * b
    add(product)
    low += (-product).addingProduct(a, b)
  }

  /// Adds a·s for a sum s.
  @inline(__always)
  mutating func add(_ a: Double, times s: CompensatedSum) {
    add(a, times: s.high)
    add(a, times: s.low)
  }

  @inline(__always)
  var value: Double { high + low }

  /// The sum minus a number, rounded once.
  @inline(__always)
  func minus(_ other: Double) -> Double { (high - other) + low }
}

extension StandardForm {
  /// A·x, one compensated sum a row. Cost: O(entries).
  func activities(at x: [Double]) -> [CompensatedSum] { Self.product(matrix, x) }

  /// M·x in compensated sums.
  static func product(_ m: SparseMatrix, _ x: [Double]) -> [CompensatedSum] {
    precondition(x.count == m.columnCount, "the point must have one entry a column")
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: m.rowCount)
    sums.withUnsafeMutableBufferPointer { sums in
      m.rows.withUnsafeBufferPointer { rows in
        m.values.withUnsafeBufferPointer { values in
          for j in 0..<m.columnCount where x[j] != 0 {
            let xj = x[j]
            for p in m.range(ofColumn: j) { sums[Int(rows[p])].add(values[p], times: xj) }
          }
        }
      }
    }
    return sums
  }

  /// Σᵢ aᵢⱼyᵢ of column j, and the sum of the magnitudes of its terms.
  @inline(__always)
  func columnInner(_ j: Int, _ y: [Double], from start: CompensatedSum = CompensatedSum()) -> (
    sum: CompensatedSum, magnitude: Double
  ) {
    var sum = start
    var magnitude = abs(start.high)
    for p in matrix.range(ofColumn: j) {
      let yi = y[Int(matrix.rows[p])]
      if yi == 0 { continue }
      sum.add(matrix.values[p], times: yi)
      magnitude += abs(matrix.values[p] * yi)
    }
    return (sum, magnitude)
  }

  /// offset + cᵀx + ½ xᵀQx in the user's sense, compensated; `curved` is Q·x where Q stands.
  func exactObjective(at x: [Double], curved: [CompensatedSum]? = nil) -> Double {
    var value = CompensatedSum(objectiveOffset)
    for j in costs.indices { value.add(costs[j], times: x[j]) }
    if let quadratic {
      let qx = curved ?? Self.product(quadratic, x)
      for j in costs.indices { value.add(0.5 * x[j], times: qx[j]) }
    }
    return value.value
  }
}
