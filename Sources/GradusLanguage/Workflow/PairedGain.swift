// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How much better one set of scores is than another, place by place, and whether that is more than noise.
///
/// The interval is `BootstrapInterval` of the mean difference of the pairs, 95 %. A gain whose interval holds 0 is no gain.
public struct PairedGain: Sendable, Codable, Hashable, CustomStringConvertible {
  public let before: Double
  public let after: Double
  /// Mean of after − before.
  public let gain: Double
  public let lower: Double
  public let upper: Double
  public let pairs: Int

  /// Failed places (NaN) count 0. The counts of both must agree.
  public init(_ before: [Double], _ after: [Double], seed: UInt64 = 0, resamples: Int = 10_000) {
    precondition(before.count == after.count, "\(before.count) scores are compared with \(after.count)")
    func plain(_ x: Double) -> Double { x.isNaN ? 0 : x }
    let differences = zip(before, after).map { plain($1) - plain($0) }
    let n = differences.count
    pairs = n
    self.before = n == 0 ? 0 : before.reduce(0) { $0 + plain($1) } / Double(n)
    self.after = n == 0 ? 0 : after.reduce(0) { $0 + plain($1) } / Double(n)
    gain = n == 0 ? 0 : differences.reduce(0, +) / Double(n)
    guard n > 1 else {
      (lower, upper) = (-.infinity, .infinity)
      return
    }
    let interval = BootstrapInterval(
      meanOf: differences, resamples: resamples, random: RandomStream(seed: seed).child("bootstrap"))
    (lower, upper) = (interval.lower, interval.upper)
  }

  public var isGain: Bool { lower > 0 }
  public var isLoss: Bool { upper < 0 }

  public var description: String {
    func short(_ x: Double) -> String {
      let text = "\((x * 1000).rounded() / 1000)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    let verdict = isGain ? "a gain" : isLoss ? "a loss" : "no gain beyond noise"
    return
      "\(verdict): from \(short(before)) to \(short(after)) on \(pairs) places set aside, \(short(gain)) [\(short(lower)), \(short(upper))]"
  }
}
