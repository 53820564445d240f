// SPDX-License-Identifier: Apache-2.0

/// A product of powers of named units, such as `$/package` or `kg*m/s^2`.
struct UnitExpression: Equatable {
  /// Exponents by unit, without zeros; nil when nothing is known.
  private(set) var exponents: [String: Int]?

  static let unknown = UnitExpression(exponents: nil)
  static let one = UnitExpression(exponents: [:])

  var isKnown: Bool { exponents != nil }

  /// a·bⁿ; unknown when one of them is.
  func times(_ other: UnitExpression, power: Int = 1) -> UnitExpression {
    guard var result = exponents, let others = other.exponents else { return .unknown }
    for (unit, exponent) in others {
      let (product, overflow) = exponent.multipliedReportingOverflow(by: power)
      let (sum, overflow2) = result[unit, default: 0].addingReportingOverflow(product)
      if overflow || overflow2 { return .unknown }
      result[unit] = sum == 0 ? nil : sum
    }
    return UnitExpression(exponents: result)
  }

  /// The square root, when all exponents are even.
  var root: UnitExpression {
    guard let exponents, exponents.values.allSatisfy({ $0 % 2 == 0 }) else { return .unknown }
    return UnitExpression(exponents: exponents.mapValues { $0 / 2 })
  }

  /// `1`, `$/h`, `kg*m/s^2`
  var text: String {
    guard let exponents else { return "unknown" }
    func list(_ units: [(key: String, value: Int)], _ sign: Int) -> String {
      units.map { $0.value * sign == 1 ? $0.key : "\($0.key)^\($0.value * sign)" }.joined(separator: "*")
    }
    let above = exponents.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let below = exponents.filter { $0.value < 0 }.sorted { $0.key < $1.key }
    let top = above.isEmpty ? "1" : list(above, 1)
    return below.isEmpty ? top : "\(top)/\(below.count > 1 ? "(" + list(below, -1) + ")" : list(below, -1))"
  }

  /// name[^n] joined by `*` and `/`; 1 alone has no unit. Nil for anything else.
  init?(_ text: String) {
    var result = UnitExpression.one
    var power = 1
    var rest = Substring(text)
    var isFirst = true
    while true {
      rest = rest.drop { $0 == " " }
      if !isFirst {
        guard let sign = rest.first else { break }
        guard sign == "*" || sign == "/" || sign == "·" else { return nil }
        power = sign == "/" ? -1 : 1
        rest = rest.dropFirst().drop { $0 == " " }
      }
      isFirst = false
      if rest.first == "(" {
        guard let close = rest.firstIndex(of: ")"),
          let inner = UnitExpression(String(rest[rest.index(after: rest.startIndex)..<close]))
        else { return nil }
        result = result.times(inner, power: power)
        rest = rest[rest.index(after: close)...]
        continue
      }
      let name = rest.prefix { !" */^·()".contains($0) }
      guard !name.isEmpty else { return nil }
      rest = rest.dropFirst(name.count).drop { $0 == " " }
      var exponent = 1
      if rest.first == "^" {
        rest = rest.dropFirst()
        let digits = rest.prefix { $0 == "-" || $0.isNumber }
        guard let value = Int(digits), abs(value) <= 100 else { return nil }
        exponent = value
        rest = rest.dropFirst(digits.count)
      }
      if name == "1" { continue }
      if name.first?.isNumber == true { return nil }
      result = result.times(UnitExpression(exponents: [String(name): exponent]), power: power)
    }
    self = result
  }

  private init(exponents: [String: Int]?) { self.exponents = exponents }
}
