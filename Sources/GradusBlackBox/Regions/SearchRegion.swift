// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A box around a good point that grows with successes and shrinks with failures:
///
///     center ± L·w/2,   wⱼ = ℓⱼ/(Πℓ)^{1/d};      L ← 2L after some successes in a row, L/2 after some failures
struct SearchRegion: Sendable, Codable {
  static let largestLength = 1.6

  /// L.
  private(set) var length: Double
  private var successes = 0
  private var failures = 0
  /// Answers that belong to it, by their place in the history.
  private(set) var members: [Int] = []
  /// The member in the middle; nil before the first sound one.
  var center: Int?
  /// Points of its design that are not asked about yet, and those whose answers are awaited.
  var designLeft: Int
  var designAwaited = 0
  var objectiveFit: SurrogateFit.Parameters?
  var constraintFits: [SurrogateFit.Parameters?]
  /// Members at the last fit.
  var fittedAt = 0

  init(length: Double, design: Int, constraints: Int) {
    self.length = length
    designLeft = design
    constraintFits = Array(repeating: nil, count: constraints)
  }

  var isDesigned: Bool { designLeft == 0 && designAwaited == 0 }

  /// Whether there are enough new members for new parameters.
  var isFitDue: Bool { fittedAt == 0 || members.count >= fittedAt + max(1, members.count / 10) }

  mutating func take(_ member: Int) { members.append(member) }

  /// Counts an answer of a question that was asked in the region.
  mutating func count(success: Bool, after successesNeeded: Int, _ failuresNeeded: Int) {
    (successes, failures) = success ? (successes + 1, 0) : (0, failures + 1)
    if successes >= successesNeeded {
      length = min(2 * length, Self.largestLength)
      successes = 0
    } else if failures >= failuresNeeded {
      length /= 2
      failures = 0
    }
  }

  /// Keeps the length from falling below.
  mutating func hold(at least: Double) { length = max(length, least) }

  /// Sides of the box, inside the cube; categories have all their values.
  func box(around middle: Vector, _ metric: InputMetric, lengths: Vector) -> Box {
    let numbers = middle.indices.filter { !metric.isCategory[$0] }
    // Far beyond the cube a length says no more than that the coordinate does not matter.
    let logs = middle.indices.map { log(min(max(lengths[metric.groups[$0]], 0.005), 2)) }
    let mean = numbers.isEmpty ? 0 : numbers.reduce(0) { $0 + logs[$1] } / Double(numbers.count)
    var (lower, upper) = (Vector.zeros(middle.count), Vector(repeating: 1, count: middle.count))
    for j in numbers {
      let half = 0.5 * length * exp(logs[j] - mean)
      lower[j] = max(0, middle[j] - half)
      upper[j] = min(1, middle[j] + half)
    }
    return Box(lower: lower, upper: upper)
  }
}
