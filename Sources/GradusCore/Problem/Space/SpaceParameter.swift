// SPDX-License-Identifier: Apache-2.0

/// One thing that a search varies: its name, its values, and when it matters.
public struct SpaceParameter: Sendable, Codable, Hashable {
  /// How the values of a number are spread.
  public enum Scale: String, Sendable, Codable, Hashable, CaseIterable {
    case linear
    /// Equal ratios count the same; values must be positive.
    case logarithmic
  }

  /// The values.
  public enum Values: Sendable, Codable, Hashable {
    /// low ≤ x ≤ high; with a step only low, low + step, …
    case float(low: Double, high: Double, scale: Scale = .linear, step: Double? = nil)
    /// low, low + step, … ≤ high.
    case integer(low: Int, high: Int, scale: Scale = .linear, step: Int = 1)
    /// One of some labels without order, each the JSON text of a value.
    case categorical([String])
    /// An order of 0 … count − 1.
    case permutation(count: Int)
    /// Shares: x ≥ 0, Σx = 1.
    case simplex(count: Int)
  }

  /// When a parameter matters: a parameter before it has one of some values.
  public struct Condition: Sendable, Codable, Hashable {
    /// The name of a parameter declared earlier: a number or a category.
    public var parent: String
    /// Values of the parent, categories by index: each a closed range.
    public var ranges: [ClosedRange<Double>]

    /// Matters where the parent lies in one of the ranges.
    public init(_ parent: String, in ranges: [ClosedRange<Double>]) {
      self.parent = parent
      self.ranges = ranges
    }

    func holds(for value: Double) -> Bool { ranges.contains { $0.contains(value) } }
  }

  public var name: String
  public var values: Values
  /// All must hold, and the parents must matter themselves; empty: it always matters.
  public var conditions: [Condition]

  public init(_ name: String, _ values: Values, when conditions: [Condition] = []) {
    self.name = name
    self.values = values
    self.conditions = conditions
  }

  /// Numbers of a point that it takes.
  public var width: Int {
    switch values {
    case .float, .integer, .categorical: 1
    case .permutation(let count), .simplex(let count): count
    }
  }

  /// How many values it has; nil when they are not finitely many or more than can be counted.
  public var valueCount: Int? {
    switch values {
    case .float(let low, let high, _, let step):
      if low == high { return 1 }
      return step.map { Self.steps(from: low, to: high, by: $0) + 1 }
    case .integer(let low, let high, _, let step):
      let (span, overflow) = high.subtractingReportingOverflow(low)
      return overflow ? nil : span / step + 1
    case .categorical(let labels): return labels.count
    case .permutation(let count):
      return count <= 20 ? (1...max(1, count)).reduce(1, *) : nil
    case .simplex(let count): return count == 1 ? 1 : nil
    }
  }

  /// ⌊(high − low)/step⌋, forgiving the rounding of decimal fractions.
  static func steps(from low: Double, to high: Double, by step: Double) -> Int {
    let exact = (high - low) / step
    let nearest = exact.rounded()
    return Int(abs(exact - nearest) <= 1e-9 * max(1, abs(exact)) ? nearest : exact.rounded(.down))
  }

  /// Why it cannot be searched; nil when all is well.
  var fault: String? {
    switch values {
    case .float(let low, let high, let scale, let step):
      guard low.isFinite, high.isFinite, low <= high else { return "needs finite \"low\" ≤ \"high\"" }
      guard (high - low).isFinite else { return "has a range wider than the largest number; narrow it" }
      if scale == .logarithmic, low <= 0 { return "is logarithmic and needs a positive \"low\"" }
      guard let step else { return nil }
      if scale == .logarithmic { return "cannot be logarithmic and have a \"step\"; leave one of them out" }
      guard step.isFinite, step > 0 else { return "needs a positive \"step\"" }
      return (high - low) / step <= 0x1p53 ? nil : "has too small a \"step\" for its range"
    case .integer(let low, let high, let scale, let step):
      guard low <= high else { return "needs \"low\" ≤ \"high\"" }
      guard max(low.magnitude, high.magnitude) <= 1 << 53 else { return "has bounds beyond 2⁵³" }
      if scale == .logarithmic, low <= 0 { return "is logarithmic and needs a positive \"low\"" }
      guard step >= 1 else { return "needs a positive \"step\"" }
      return scale == .logarithmic && step > 1
        ? "cannot be logarithmic and have a \"step\"; leave one of them out" : nil
    case .categorical(let labels):
      if labels.isEmpty { return "needs \"choices\"" }
      return Set(labels).count == labels.count ? nil : "has the same choice twice"
    case .permutation(let count), .simplex(let count):
      return (1...SearchSpace.largestWidth).contains(count)
        ? nil : "needs a \"count\" from 1 to \(SearchSpace.largestWidth)"
    }
  }

  // MARK: Values as numbers

  /// The nearest value; NaN becomes the first one.
  func canonical(_ x: ArraySlice<Double>) -> [Double] {
    switch values {
    case .float, .integer, .categorical: [nearest(to: x.first ?? .nan)]
    case .permutation(let count):
      // Every list of numbers names one permutation: that of its ranks.
      SearchSpace.ranks(of: Array(x.prefix(count)))
    case .simplex: Self.share(x)
    }
  }

  private func nearest(to x: Double) -> Double {
    switch values {
    case .float(let low, let high, _, let step):
      guard x > low else { return low }
      guard let step else { return min(x, high) }
      let k = min(((x - low) / step).rounded(), Double(Self.steps(from: low, to: high, by: step)))
      return min(Self.stepped(low, step, k), high)
    case .integer(let low, let high, _, let step):
      guard x > Double(low) else { return Double(low) }
      let k = min(((x - Double(low)) / Double(step)).rounded(), Double((high - low) / step))
      return Double(low) + k * Double(step)
    case .categorical(let labels):
      return x > 0 ? min(x.rounded(), Double(labels.count - 1)) : 0
    case .permutation, .simplex: return x
    }
  }

  /// low + k·step; of decimal fractions the double that prints as the decimal sum, so that 3 steps of 0.1 are 0.3.
  private static func stepped(_ low: Double, _ step: Double, _ k: Double) -> Double {
    var unit = 1.0
    for _ in 0..<10 {
      let (a, b) = (low * unit, step * unit)
      if abs(a - a.rounded()) <= 1e-9, abs(b - b.rounded()) <= 1e-9, b.rounded() > 0 {
        let whole = a.rounded() + k * b.rounded()
        return abs(whole) < 0x1p53 ? whole / unit : low + k * step
      }
      unit *= 10
    }
    return low + k * step
  }

  private static func share(_ x: ArraySlice<Double>) -> [Double] {
    // Shares that are right up to rounding stay what they are, so that canonical points are fixed points.
    if x.allSatisfy({ $0 >= 0 }), abs(x.reduce(0, +) - 1) <= 1e-12 * Double(x.count) { return Array(x) }
    let positive = x.map { $0 > 0 ? min($0, 1e300 / Double(max(1, x.count))) : 0 }
    let sum = positive.reduce(0, +)
    return positive.map { sum > 0 ? $0 / sum : 1 / Double(positive.count) }
  }

  /// The value of a parameter that does not matter: its first.
  var neutral: [Double] {
    switch values {
    case .float(let low, _, _, _): [low]
    case .integer(let low, _, _, _): [Double(low)]
    case .categorical: [0]
    case .permutation(let count): (0..<count).map(Double.init)
    case .simplex(let count): [Double](repeating: 1 / Double(count), count: count)
    }
  }

  /// Value `number` of finitely many, from 0.
  func value(number: Int) -> [Double] {
    switch values {
    case .float(let low, _, _, let step): return [Self.stepped(low, step ?? 0, Double(number))]
    case .integer(let low, _, _, let step): return [Double(low + number * step)]
    case .categorical: return [Double(number)]
    case .simplex: return neutral
    case .permutation(let count):
      // The digits of the number in the factorial system pick from what is left.
      var (rest, left, order) = (number, Array(0..<count), [Double]())
      for k in 0..<count {
        let block = (1...max(1, count - 1 - k)).reduce(1, *)
        order.append(Double(left.remove(at: rest / block)))
        rest %= block
      }
      return order
    }
  }

  /// How far out a value lies; steps, whole numbers and orders count as well. Infinite for NaN.
  func violation(_ x: ArraySlice<Double>) -> Double {
    guard x.allSatisfy(\.isFinite) else { return .infinity }
    switch values {
    case .float, .integer, .categorical:
      let gap = abs((x.first ?? .nan) - nearest(to: x.first ?? .nan))
      return gap <= 1e-12 * max(1, abs(x.first ?? 0)) ? 0 : gap
    case .permutation(let count):
      return x.sorted() == (0..<count).map(Double.init) ? 0 : 1
    case .simplex:
      let gap = max(abs(x.reduce(0, +) - 1), -(x.min() ?? 0))
      return gap <= 1e-12 * Double(x.count) ? 0 : gap
    }
  }
}
