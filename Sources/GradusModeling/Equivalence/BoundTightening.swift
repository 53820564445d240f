// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The bounds of all variables while rows of one variable tighten them.
struct BoundTightening {
  private(set) var lower: [Double]
  private(set) var upper: [Double]
  private(set) var kinds: [VariableKind]
  private(set) var isContradictory = false
  /// True since the last `takeChange()` when a bound moved.
  private var hasChanged = false

  init(_ form: StandardForm) {
    lower = form.columnLower
    upper = form.columnUpper
    kinds = form.kinds
    // 0 or between bounds that hold 0: between the bounds.
    for j in kinds.indices where lower[j] <= 0 && upper[j] >= 0 {
      if kinds[j] == .semicontinuous { kinds[j] = .continuous }
      if kinds[j] == .semiinteger { kinds[j] = .integer }
    }
    for j in kinds.indices { settle(j) }
  }

  /// True for variables that may take every (whole) value between their bounds.
  func isPlain(_ j: Int) -> Bool { kinds[j] == .continuous || kinds[j] == .integer }

  /// The only value of a variable; nil where it has several.
  func fixedValue(of j: Int) -> Double? { isPlain(j) && lower[j] == upper[j] ? lower[j] : nil }

  /// Bounds of integer variables to the next whole numbers inside.
  mutating func roundIntegers() {
    for j in kinds.indices where kinds[j].isIntegral { round(j) }
  }

  mutating func tighten(_ j: Int, from low: Double, to high: Double) {
    guard low > lower[j] || high < upper[j] else { return }
    let old = (lower[j], upper[j])
    lower[j] = max(lower[j], low)
    upper[j] = min(upper[j], high)
    if kinds[j] == .integer { round(j) }
    settle(j)
    if (lower[j], upper[j]) != old { hasChanged = true }
  }

  mutating func takeChange() -> Bool {
    defer { hasChanged = false }
    return hasChanged
  }

  /// The range of coefficient·variable, whatever its kind.
  func range(of j: Int, times coefficient: Double) -> (low: Double, high: Double) {
    let (low, high) = isPlain(j) ? (lower[j], upper[j]) : (min(0, lower[j]), max(0, upper[j]))
    guard coefficient != 0 else { return (0, 0) }
    return coefficient > 0 ? (coefficient * low, coefficient * high) : (coefficient * high, coefficient * low)
  }

  private mutating func round(_ j: Int) {
    func slack(_ bound: Double) -> Double { min(1e-6, CanonicalModel.tolerance * max(1, abs(bound))) }
    lower[j] = (lower[j] - slack(lower[j])).rounded(.up)
    upper[j] = (upper[j] + slack(upper[j])).rounded(.down)
    if lower[j] > upper[j] { isContradictory = true }
  }

  /// Bounds that cross by rounding alone meet; those that cross by more exclude every value.
  private mutating func settle(_ j: Int) {
    guard lower[j].isFinite, upper[j].isFinite else {
      if lower[j] >= upper[j] { isContradictory = true }
      return
    }
    guard upper[j] - lower[j] <= 1e-12 * max(1, abs(lower[j])) else { return }
    if lower[j] - upper[j] > CanonicalModel.tolerance * max(1, abs(upper[j])) {
      isContradictory = true
      return
    }
    if lower[j] != upper[j] {
      upper[j] = lower[j] + (upper[j] - lower[j]) / 2
      lower[j] = upper[j]
    }
  }
}
