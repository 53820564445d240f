// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What an interior-point run remembers between iterations; all else follows from the problem.
///
/// Everything is in the engine's scaled units.
struct InteriorPointIterate: Sendable, Codable {
  /// (x, s): variables and row activities.
  var w: Buffer<Double>
  /// Row multipliers.
  var y: Buffer<Double>
  /// Slacks and multipliers of finite lower bounds, in the order of the engine's lists.
  var lowerSlack: Buffer<Double>
  var lowerDual: Buffer<Double>
  /// The same of finite upper bounds.
  var upperSlack: Buffer<Double>
  var upperDual: Buffer<Double>
  var iteration = 0
}
