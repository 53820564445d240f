// SPDX-License-Identifier: Apache-2.0

/// Numbers in classes: sorted neighbours that are equal up to `CanonicalModel.tolerance` share one. A chain of near numbers is one
/// class even where its ends differ by more, so what is equal by class is checked by `areEqual` in the end.
struct NumberClasses {
  /// The least number of each class.
  private var firsts: [Double] = []

  init(_ numbers: [Double]) {
    var last = Double.nan
    for number in numbers.map({ Self.rounded($0) }).sorted() where !number.isNaN {
      if !Self.areEqual(last, number) { firsts.append(number) }
      last = number
    }
  }

  /// The class of a number that was given; NaN has one of its own.
  subscript(number: Double) -> Int {
    let number = Self.rounded(number)
    if number.isNaN { return -1 }
    var low = 0
    var high = firsts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if firsts[middle] <= number { low = middle } else { high = middle }
    }
    return low
  }

  /// Equal up to the tolerance, relatively; numbers below 10⁻¹⁵ are 0.
  static func areEqual(_ a: Double, _ b: Double) -> Bool {
    let (a, b) = (rounded(a), rounded(b))
    if a == b || (a.isNaN && b.isNaN) { return true }
    return a.isFinite && b.isFinite && abs(a - b) <= CanonicalModel.tolerance * max(abs(a), abs(b))
  }

  private static func rounded(_ number: Double) -> Double { abs(number) <= 1e-15 ? 0 : number }
}
