// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// m·y for a bounded integer m and a bounded y, exact at all points where m is whole:
///
///     m = lower + Σ 2ᵏbₖ,   m·y = lower·y + Σ 2ᵏwₖ,   wₖ = bₖ·y by four inequalities
///
/// A binary m is its own digit. Source: F. Glover, *Management Science* 22 (1975) 455–460.
struct ExactProduct: Sendable, Hashable, Comparable {
  let integer: Int
  let other: Int

  /// The widest range that is written in digits.
  static let widest = 1023.0

  /// Nil when neither variable is a bounded integer with a bounded partner. The one that needs fewer digits for each of the
  /// products it occurs in (`uses`) is written in digits.
  init?(_ i: Int, _ j: Int, _ kinds: [VariableKind], _ box: [Interval], uses: [Int]) {
    func price(_ k: Int, beside other: Int) -> Double {
      guard kinds[k].isIntegral, box[k].isBounded, box[other].isBounded, box[k].width <= Self.widest,
        box[other].magnitude <= 1e6
      else { return .infinity }
      let isBinary = box[k].lower == 0 && box[k].upper <= 1
      return isBinary ? 0 : Double(Self.digits(box[k])) / Double(max(1, uses[k]))
    }
    let (a, b) = (price(i, beside: j), price(j, beside: i))
    guard min(a, b) < .infinity else { return nil }
    (integer, other) = a <= b ? (i, j) : (j, i)
  }

  static func < (a: Self, b: Self) -> Bool { (a.integer, a.other) < (b.integer, b.other) }

  /// The number of digits for a range of whole numbers.
  static func digits(_ range: Interval) -> Int {
    var count = 0
    while Double((1 << count) - 1) < range.width { count += 1 }
    return count
  }
}
