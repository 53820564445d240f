// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A condition on what a command tells: `latency <= 20`, `2*latency + memory <= 100`, `accuracy >= 0.9`.
///
///     Σ cᵢ·mᵢ + c₀  ≤ or ≥  Σ dᵢ·mᵢ + d₀;   violation  g = left − right for ≤, right − left for ≥;  g ≤ 0 keeps it
public struct MetricConstraint: Sendable, Hashable {
  /// As it was given.
  public let text: String
  /// Σ over the terms of g: a metric's name and its factor.
  let terms: [String: Double]
  let constant: Double

  /// The metrics that it needs, in alphabetical order.
  public var metrics: [String] { terms.keys.sorted() }

  /// Reads a condition. Throws what is wrong with it.
  public init(_ text: String) throws(SpaceError) {
    self.text = text
    func refuse(_ what: String) -> SpaceError {
      SpaceError("the constraint \"\(text)\" \(what); write it like \"latency <= 20\" or \"a + 2*b >= 1\"")
    }
    guard let operation = ["<=", ">=", "≤", "≥"].first(where: { text.contains($0) }) else {
      throw refuse(text.contains("<") || text.contains(">") ? "needs <= or >=" : "has no <= or >=")
    }
    let sides = text.split(separator: operation, omittingEmptySubsequences: false)
    guard sides.count == 2 else { throw refuse("has more than one \(operation)") }
    let isUpper = operation == "<=" || operation == "≤"
    var (terms, constant) = ([String: Double](), 0.0)
    for (side, sign) in zip(sides, isUpper ? [1.0, -1] : [-1.0, 1]) {
      var parser = SumParser(text: side)
      guard let sum = parser.sum() else { throw refuse("is no sum of numbers and names") }
      for (name, factor) in sum.terms { terms[name, default: 0] += sign * factor }
      constant += sign * sum.constant
    }
    terms = terms.filter { $0.value != 0 }
    guard !terms.isEmpty else { throw refuse("names nothing that the command tells") }
    self.terms = terms
    self.constant = constant
  }

  /// g; nil where a metric is missing or no number.
  public func violation(_ metrics: [String: Double]) -> Double? {
    var sum = constant
    for name in terms.keys.sorted() {
      guard let value = metrics[name], !value.isNaN, let factor = terms[name] else { return nil }
      sum += factor * value
    }
    return sum.isNaN ? nil : sum
  }

  /// `a + 2*b - c*0.5 + 3`.
  private struct SumParser {
    var rest: Substring

    init(text: Substring) { rest = text }

    mutating func sum() -> (terms: [String: Double], constant: Double)? {
      var (terms, constant, isFirst) = ([String: Double](), 0.0, true)
      skip()
      while !rest.isEmpty {
        var sign = 1.0
        if take("-") { sign = -1 } else if !take("+"), !isFirst { return nil }
        isFirst = false
        guard let (name, factor) = term() else { return nil }
        if let name { terms[name, default: 0] += sign * factor } else { constant += sign * factor }
        skip()
      }
      return isFirst ? nil : (terms, constant)
    }

    private mutating func term() -> (name: String?, factor: Double)? {
      var (name, factor): (String?, Double) = (nil, 1)
      repeat {
        skip()
        if let number = number() {
          factor *= number
        } else if let word = word(), name == nil {
          name = word
        } else {
          return nil
        }
        skip()
      } while take("*")
      return factor.isFinite ? (name, factor) : nil
    }

    private mutating func number() -> Double? {
      guard let first = rest.first, first.isASCII, first.isNumber || first == "." else { return nil }
      var end = rest.startIndex
      while end < rest.endIndex {
        let c = rest[end]
        let isSigned = end > rest.startIndex && "eE".contains(rest[rest.index(before: end)])
        let isExponentSign = isSigned && (c == "-" || c == "+")
        guard c.isASCII, c.isNumber || c == "." || c == "e" || c == "E" || isExponentSign else { break }
        end = rest.index(after: end)
      }
      guard let value = Double(rest[..<end]), value.isFinite else { return nil }
      rest = rest[end...]
      return value
    }

    private mutating func word() -> String? {
      guard let first = rest.first, first.isLetter || first == "_" else { return nil }
      let name = rest.prefix { $0.isLetter || $0.isNumber || "_./".contains($0) }
      rest = rest[name.endIndex...]
      return String(name)
    }

    private mutating func take(_ character: Character) -> Bool {
      guard rest.first == character else { return false }
      rest.removeFirst()
      return true
    }

    private mutating func skip() { rest = rest.drop { $0.isWhitespace } }
  }
}
