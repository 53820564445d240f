// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// Values under which the two sides of a rule differ.
public struct Counterexample: Sendable, Hashable {
  /// The values of the slots, by name.
  public var values: [String: Double]
  public var left: Double
  public var right: Double
}

extension PatternRule {
  /// Tries both sides on random values of the slots, small whole numbers among them.
  ///
  /// With `comparesDomains` a point where one side alone is a number counts as well; e-graphs do not need that, as they
  /// refuse such joins. A rest is tried as one term. Relative difference allowed: 1e-9 of the larger side, at least 1.
  public func counterexample(
    samples: Int = 2000, seed: UInt64 = 1, comparesDomains: Bool = false
  ) -> Counterexample? {
    var random = RandomStream(seed: seed)
    let names = left.names.sorted()
    for _ in 0..<samples {
      var values: [String: Double] = [:]
      for name in names {
        let u = Double(random.next() >> 11) * 0x1p-53
        values[name] = random.next() % 4 == 0 ? (6 * u - 3).rounded() : 6 * u - 3
      }
      guard left.accepts(values) else { continue }
      let (a, b) = (left.value(values), right.value(values))
      if a.isFinite != b.isFinite {
        if comparesDomains { return Counterexample(values: values, left: a, right: b) }
      } else if a.isFinite, !(abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))) {
        return Counterexample(values: values, left: a, right: b)
      }
    }
    return nil
  }
}

extension Pattern {
  /// True when slots for whole numbers hold such.
  fileprivate func accepts(_ values: [String: Double]) -> Bool {
    switch self {
    case .slot(let name, .wholeNumber): values[name].map { $0 == $0.rounded() } ?? false
    case .slot, .rest, .number: true
    case .compound(_, let parts): parts.allSatisfy { $0.accepts(values) }
    }
  }

  fileprivate func value(_ values: [String: Double]) -> Double {
    switch self {
    case .slot(let name, _), .rest(let name): return values[name] ?? .nan
    case .number(let value): return value
    case .compound(let operation, let parts):
      let arguments = parts.map { $0.value(values) }
      switch operation {
      case .sum: return arguments.reduce(0, +)
      case .product: return arguments.reduce(1, *)
      case .conditional: return arguments[0] != 0 ? arguments[1] : arguments[2]
      default: return arguments.count == 1 ? operation.value(arguments[0]) : operation.value(arguments[0], arguments[1])
      }
    }
  }
}
