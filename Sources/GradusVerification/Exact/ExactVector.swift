// SPDX-License-Identifier: Apache-2.0

/// Rational numbers, each with a denominator of its own; equal denominators are shared.
package struct ExactVector: Sendable {
  private(set) var values: [ExactRatio]

  init(_ values: [ExactRatio]) { self.values = values }
  package init(_ doubles: [Double]) { values = doubles.map { ExactRatio($0) } }

  package var count: Int { values.count }

  package subscript(i: Int) -> ExactRatio {
    get { values[i] }
    set { values[i] = newValue }
  }

  /// constant + Σ coefficient·value, exactly. Numbers with equal denominators are added up first.
  package func sum(_ terms: some Sequence<(index: Int, value: Double)>, adding constant: Double = 0) -> ExactRatio {
    var groups: [(denominator: BigInteger, sum: DyadicSum)] = [(.one, DyadicSum())]
    groups[0].sum.add(constant)
    for (i, coefficient) in terms where coefficient != 0 && values[i].signum != 0 {
      let denominator = values[i].denominator
      if let k = groups.firstIndex(where: { $0.denominator == denominator }) {
        groups[k].sum.add(coefficient, times: values[i].numerator)
      } else {
        var sum = DyadicSum()
        sum.add(coefficient, times: values[i].numerator)
        groups.append((denominator, sum))
      }
    }
    // Pairs of neighbors keep the factors of a product about equally long.
    var sums = groups.map { $0.sum.ratio(over: $0.denominator) }
    while sums.count > 1 {
      sums = stride(from: 0, to: sums.count, by: 2).map { k in k + 1 < sums.count ? sums[k] + sums[k + 1] : sums[k] }
    }
    return sums[0]
  }
}
