// SPDX-License-Identifier: Apache-2.0

/// The last link of a chain: u ← −φη(t)u, φ the factor of a schedule outside.
///
/// **Keeps** nothing.
public struct LearningRate: ElementwiseRule {
  public var schedule: Schedule

  @inlinable
  public init(_ schedule: Schedule) { self.schedule = schedule }

  /// A rate that never changes.
  @inlinable
  public init(_ rate: Double) { schedule = Schedule(peak: rate) }

  @inlinable
  public var cell: NoCell { NoCell() }

  /// −φη(t).
  @inlinable
  public func constants(_ context: StepContext) -> Float {
    -Float(context.rateFactor * schedule.rate(at: context.step))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout NoCell, _ factor: Float) { u *= factor }
}
