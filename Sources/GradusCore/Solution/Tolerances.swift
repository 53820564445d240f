// SPDX-License-Identifier: Apache-2.0

/// How exact an answer must be, in the user's unscaled problem.
///
///     row and bound violation ≤ feasibility·max(1, |side|)      dual residual ≤ dual·max(1, ‖c‖∞)
///     |x − round x| ≤ integrality                               gap ≤ max(gapAbsolute, gapRelative·max(1, |objective|))
public struct Tolerances: Sendable, Codable, Hashable {
  public var feasibility = 1e-6
  public var dual = 1e-6
  public var integrality = 1e-6
  /// For integer problems; continuous ones use 1e-6 unless this is smaller.
  public var gapRelative = 1e-4
  public var gapAbsolute = 1e-6
  /// |∇f(x)| ≤ stationarity·max(1, |f(x)|) for unconstrained problems.
  public var stationarity = 1e-6

  public init() {}
}
