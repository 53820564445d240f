// SPDX-License-Identifier: Apache-2.0

/// A rule that hears the diagonal of the curvature now and then, from whoever can compute it.
public protocol CurvatureRule: UpdateRule {
  /// True when a diagonal should be told before this step.
  func wantsCurvature(at step: Int) -> Bool
  /// Takes an estimate of the diagonal in.
  func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout)
}
