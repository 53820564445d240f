// SPDX-License-Identifier: Apache-2.0

/// An axis: numbers to fractions of its length, and the numbers worth a mark.
package struct Scale {
  package var low: Double
  package var high: Double
  package var isLogarithmic: Bool

  package init(from low: Double, to high: Double, isLogarithmic: Bool) {
    self.isLogarithmic = isLogarithmic
    if isLogarithmic {
      self.low = logarithm(low).rounded(.down)
      self.high = max(self.low + 1, logarithm(high).rounded(.up))
    } else {
      self.low = low
      self.high = high > low ? high : low + 1
    }
  }

  package func fraction(_ value: Double) -> Double {
    ((isLogarithmic ? logarithm(value) : value) - low) / (high - low)
  }

  /// Marks and their labels.
  package var ticks: [(value: Double, label: String)] {
    if isLogarithmic {
      let step = max(1, ((high - low) / 7).rounded(.up))
      return stride(from: low, through: high, by: step).map { (powerOfTen($0), "10\(Self.superscript(Int($0)))") }
    }
    let raw = (high - low) / 6
    let unit = powerOfTen(logarithm(raw).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * unit }.first { $0 >= raw } ?? 10 * unit
    let first = (low / step).rounded(.up)
    var marks: [(value: Double, label: String)] = []
    var k = first
    while k * step <= high, marks.count < 20 {
      // Adding zero turns -0 into 0.
      marks.append((k * step, Numbers.short(k * step + 0, digits: 6)))
      k += 1
    }
    return marks
  }

  private static func superscript(_ n: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return (n < 0 ? "⁻" : "") + String(String(n.magnitude).compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}
