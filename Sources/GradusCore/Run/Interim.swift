// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// News from an oracle while it still works on an answer.
public struct Interim: Sendable, Codable, Hashable {
  public var value: Double?
  public var bound: Double?
  public var point: Vector?
  public var iterations = 0
  public var nodes = 0
  /// Seconds since the question was put.
  public var seconds = 0.0
  /// What the oracle is doing, such as `simplex`, `branch and bound`.
  public var phase = ""

  public init() {}
}
