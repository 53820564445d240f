// SPDX-License-Identifier: Apache-2.0

/// What one attempt at one instance cost.
public struct SettingExperience: Sendable, Hashable {
  /// Which instance of the sequence, counted from 0; a round whose first attempt was cut off has two attempts.
  public var round: Int
  public var configuration: [Int]
  /// Features of the instance, known before it is solved.
  public var context: [Double]
  /// In whatever unit costs are counted: seconds, answers, iterations; positive.
  public var cost: Double
  /// False when the attempt was cut off at this cost.
  public var isFinished: Bool
  /// What the default was expected to cost on this instance, at least.
  public var expected: Double

  public init(
    round: Int, configuration: [Int], context: [Double], cost: Double, isFinished: Bool, expected: Double
  ) {
    self.round = round
    self.configuration = configuration
    self.context = context
    self.cost = cost
    self.isFinished = isFinished
    self.expected = expected
  }

  var isStandard: Bool { configuration.allSatisfy { $0 == 0 } }
}
