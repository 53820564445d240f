// SPDX-License-Identifier: Apache-2.0

/// Sides that vanishing rows have tightened, and which row gave each of them: the way back for its price.
///
/// A row low ≤ a·z ≤ high says  low/a ≤ z ≤ high/a  of another row or a variable z, turned around where a < 0. A price of z
/// at a side that the row gave belongs to the row, divided by a.
struct TightenedSides: Sendable {
  /// The row that gave a side, and a.
  typealias Owner = (row: Int, factor: Double)

  private let isMinimized: Bool
  private var lowerOwner: [Int: Owner] = [:]
  private var upperOwner: [Int: Owner] = [:]

  init(isMinimized: Bool) { self.isMinimized = isMinimized }

  /// Tightens the sides of `place` by a row; false when they contradict each other by more than rounding.
  mutating func tighten(
    _ place: Int, _ lower: inout Double, _ upper: inout Double, by owner: Owner, _ rowLower: Double, _ rowUpper: Double
  ) -> Bool {
    let a = owner.factor
    let (low, high) = a > 0 ? (rowLower / a, rowUpper / a) : (rowUpper / a, rowLower / a)
    if low > lower {
      lower = low
      lowerOwner[place] = owner
    }
    if high < upper {
      upper = high
      upperOwner[place] = owner
    }
    if lower > upper + 1e-9 * max(1, abs(upper)) { return false }
    lower = min(lower, upper)
    return true
  }

  /// The row to which this price of `place` belongs; nil when the side is its own.
  func owner(of place: Int, price: Double) -> Owner? {
    (price > 0) == isMinimized ? lowerOwner[place] : upperOwner[place]
  }
}
