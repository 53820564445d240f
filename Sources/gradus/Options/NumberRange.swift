// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `10..40`, or one number.
struct NumberRange: ExpressibleByArgument, Sendable, Hashable, CustomStringConvertible {
  var lower: Double
  var upper: Double

  init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  init?(argument: String) {
    let parts = argument.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false).map { Double($0) }
    guard let first = parts.first, let lower = first, let last = parts.last, let upper = last, lower.isFinite,
      upper.isFinite, lower <= upper
    else { return nil }
    (self.lower, self.upper) = (lower, upper)
  }

  var defaultValueDescription: String { description }
  var description: String {
    func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
    return lower == upper ? plain(lower) : "\(plain(lower))..\(plain(upper))"
  }
}
