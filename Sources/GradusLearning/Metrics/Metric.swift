// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A number that says how good a model is, under the name it is known by.
public struct Metric: Sendable, Codable, Hashable, CustomStringConvertible {
  public var name: String
  public var value: Double
  /// Whether more is better.
  public var isBetterHigher: Bool

  public init(_ name: String, _ value: Double, isBetterHigher: Bool) {
    self.name = name
    self.value = value
    self.isBetterHigher = isBetterHigher
  }

  public var description: String { "\(name) \(value)" }
}

/// Gathers what metrics need, batch by batch, so that outputs are not kept.
public protocol MetricTally: Sendable {
  /// Outputs of a model and what they are compared with.
  mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws
  /// Those that are defined for what was added.
  var metrics: [Metric] { get }
}

/// How good a model is on data.
public struct Evaluation: Sendable, Hashable {
  /// What is minimized.
  public var loss: Double
  /// What models of this kind are judged by.
  public var metrics: [Metric]

  /// The metric of this name.
  public subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }

  /// The share of rows whose largest score is that of their class; NaN for other tasks.
  public var accuracy: Double { self["accuracy"] ?? .nan }
}
