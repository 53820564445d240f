// SPDX-License-Identifier: Apache-2.0

/// Decides while trials run which of them should stop.
///
/// Trials report what they have reached after more and more steps: the loss after an epoch, the value after so many samples.
/// Rules are values: saved and restored bit for bit, and the same reports in the same order give the same decisions.
public protocol PruningRule: Sendable, Codable {
  /// Takes in what trial `id` has reached at `step` ≥ 0, smaller being better; true when the trial should stop.
  ///
  /// A trial that reports NaN should stop. Steps of one trial come in increasing order; a step that was already reported
  /// replaces nothing and is judged anew.
  mutating func report(id: Int, step: Int, value: Double) -> Bool
}
