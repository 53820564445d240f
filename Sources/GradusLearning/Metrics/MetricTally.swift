// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Gathers what metrics need, batch by batch, so that outputs are not kept.
public protocol MetricTally: Sendable {
  /// Outputs of a model and what they are compared with.
  mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws
  /// Those that are defined for what was added.
  var metrics: [Metric] { get }
}
