// SPDX-License-Identifier: Apache-2.0

/// What an operation on numbers costs, in cycles of a processor: the price list of extraction and of code tapes.
///
///     + −  1      | |, min, max, rounding  2      ×  3      exp  18      ÷ √  24
///     pow 100     log  124     sin cos 134     asin acos atan 135     tan 156
///
/// Functions the source does not name have the cost of what they are computed from. A multiplication with an addition
/// counts as both, 4: nothing is claimed from fusing them. Source: Gowda et al., *High-performance symbolic-numerics via
/// multiple dispatch*, ACM Commun. Comput. Algebra 55 (2022), section 4.
public enum CostTable {
  public static let addition = 1.0
  public static let multiplication = 3.0
  public static let division = 24.0

  /// The cost of one operation besides sums, products and powers with whole exponents.
  public static func cost(_ operation: FormulaOperation) -> Double {
    switch operation {
    case .constant, .variable, .parameter: 0
    case .sum: addition
    case .product, .square: multiplication
    case .quotient, .squareRoot, .remainder, .integerQuotient: division
    case .power, .constantPower: 100
    case .exponential: 18
    case .logarithm, .logarithm10: 124
    case .sine, .cosine: 134
    case .tangent: 156
    case .arcSine, .arcCosine, .arcTangent, .arcTangent2: 135
    case .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent: 44
    case .inverseHyperbolicSine, .inverseHyperbolicCosine, .inverseHyperbolicTangent: 150
    case .absolute, .minimum, .maximum, .floor, .ceiling, .round, .truncate: 2
    case .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .notEqual, .and, .or, .not, .conditional: 1
    }
  }

  /// offset + Σ weightₖ·argumentₖ without the arguments: an addition between any two parts, a multiplication for each
  /// weight that is not ±1, a change of sign where no part is added as it stands.
  static func sum(_ weights: some Sequence<Double>, offset: Double) -> Double {
    var parts = offset == 0 ? 0 : 1
    var total = 0.0
    var canStart = offset != 0
    for weight in weights {
      parts += 1
      if abs(weight) != 1 { total += multiplication }
      if weight != -1 { canStart = true }
    }
    return total + Double(max(0, parts - 1)) * addition + (canStart ? 0 : addition)
  }

  /// Multiplications for a whole power of at least 1 by repeated squaring.
  static func multiplications(exponent: Double) -> Double {
    guard exponent >= 1, exponent <= 1024, exponent == exponent.rounded() else { return 0 }
    let n = Int(exponent)
    return Double(Int.bitWidth - 1 - n.leadingZeroBitCount + n.nonzeroBitCount - 1)
  }

  /// a^exponent for a constant exponent.
  static func power(exponent: Double) -> Double {
    let n = abs(exponent)
    guard n >= 1, n <= 64, n == n.rounded() else { return cost(.constantPower) }
    return multiplications(exponent: n) * multiplication + (exponent < 0 ? division : 0)
  }
}
