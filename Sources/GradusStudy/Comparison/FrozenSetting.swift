// SPDX-License-Identifier: Apache-2.0

/// One setting of a rule and its schedule for all workloads: what somebody gets who tunes nothing.
public struct FrozenSetting: Sendable, Codable, Hashable {
  /// A setting of the rule as text.
  public struct Change: Sendable, Codable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var changes: [Change]
  /// The share of the schedule in which the rate rises.
  public var warmup: Double
  /// The length of the schedule as a share of the steps that a workload allows; the training ends with it.
  public var length: Double

  public init(_ changes: [Change] = [], warmup: Double = 0.05, length: Double = 1) {
    precondition((0..<1).contains(warmup) && length > 0 && length <= 1, "a schedule of \(length) of the steps")
    self.changes = changes
    self.warmup = warmup
    self.length = length
  }
}
