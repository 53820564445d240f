// SPDX-License-Identifier: Apache-2.0

/// How far single numbers of a linear program may move until the optimal basis changes; in the user's sense.
public struct HighsRanging: Sendable, Hashable {
  /// Cost of each column.
  public var costUp: [Double]
  public var costDown: [Double]
  /// Bound at which each nonbasic column stands.
  public var boundUp: [Double]
  public var boundDown: [Double]
  /// Side at which each nonbasic row stands.
  public var sideUp: [Double]
  public var sideDown: [Double]
}

extension HighsSession {
  /// Replaces the bounds of all columns; a basis stays.
  public func setBounds(lower: [Double], upper: [Double]) throws(HighsError) {
    guard lower.count == columnCount, upper.count == columnCount else { throw .badModel }
    guard columnCount > 0 else { return }
    guard highs.changeBounds(instance, 0, Int32(columnCount) - 1, lower, upper) >= 0 else { throw .badModel }
  }

  /// Ranges of a linear program that was solved to a basic optimum; nil where there is none.
  public var ranging: HighsRanging? {
    let (n, m) = (columnCount, rowCount)
    // Costs up and down, bounds up and down, sides up and down; then what is not asked for and nobody reads.
    var numbers = [Double](repeating: 0, count: 4 * n + 2 * m + max(1, n, m))
    var places = [Int32](repeating: 0, count: max(1, n, m))
    let code = places.withUnsafeMutableBufferPointer { places in
      numbers.withUnsafeMutableBufferPointer { numbers -> Int32 in
        guard let x = numbers.baseAddress else { return -1 }
        let (p, u, r) = (places.baseAddress, x + 4 * n + 2 * m, x + 4 * n)
        return highs.getRanging(
          instance, x, u, p, p, x + n, u, p, p, x + 2 * n, u, p, p, x + 3 * n, u, p, p, r, u, p, p, r + m, u, p, p)
      }
    }
    guard code >= 0 else { return nil }
    func part(_ start: Int, _ count: Int) -> [Double] { Array(numbers[start..<start + count]) }
    return HighsRanging(
      costUp: part(0, n), costDown: part(n, n), boundUp: part(2 * n, n), boundDown: part(3 * n, n),
      sideUp: part(4 * n, m), sideDown: part(4 * n + m, m))
  }
}
