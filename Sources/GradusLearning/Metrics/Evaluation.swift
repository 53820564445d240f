// SPDX-License-Identifier: Apache-2.0

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
