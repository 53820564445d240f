// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

/// A schedule made from the gradient norms of an earlier run.
///
///     Gₜ ← median of G over a window of τT steps around t
///     wₜ = Gₜ⁻²  (‖·‖₂, for gradient descent)        or  wₜ = Gₜ⁻¹  (‖·‖₁, for rules of the Adam type)
///     ηₜ ∝ wₜ Σₚ₌ₜ₊₁ᵀ wₚ,   largest value 1
///
/// It minimizes, up to constants, what the theory of the last iterate of a convex problem guarantees; with constant norms it
/// is the linear decay 1 − t/T, with norms that fall at the start it has a warm-up.
///
/// **Reference** A. Defazio, A. Cutkosky, H. Mehta & K. Mishchenko, *When, why and how much? Adaptive learning rate
/// scheduling by refinement* (2023), theorem 6 and algorithm 1.
public struct ScheduleRefinement: Sendable, Codable, Hashable {
  /// Which norm of the gradient was logged, and for which kind of rule.
  public enum Norm: String, Sendable, Codable, Hashable, CaseIterable {
    /// ‖g‖₂ of gradient descent, with or without momentum.
    case euclidean
    /// ‖g‖₁ of rules that divide each coordinate by its size.
    case absolute
  }

  public var norm: Norm
  /// τ: the window of the median as a share of the run.
  public var window: Double

  public init(norm: Norm = .euclidean, window: Double = 0.1) {
    precondition((0...1).contains(window), "the window of a median is a share of the run, not \(window)")
    self.norm = norm
    self.window = window
  }

  /// Norms that a schedule cannot be made of.
  public struct Unusable: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// Shares of the peak for steps 1 … T, from the norms of these steps. The last one is 0.
  ///
  /// Throws for fewer than two norms and for norms that are no positive finite numbers throughout a window.
  /// Cost: T·log T times the width of the window at most.
  public func shares(_ norms: [Double]) throws(Unusable) -> [Double] {
    guard norms.count >= 2 else {
      throw Unusable(description: "\(norms.count) gradient norms; a schedule is refined from those of a whole run")
    }
    if let t = norms.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw Unusable(description: "the gradient norm of step \(t + 1) is \(norms[t]); expected a number ≥ 0")
    }
    let smooth = Self.medians(norms, width: max(1, Int((window * Double(norms.count)).rounded())))
    guard let largest = smooth.max(), largest > 0 else {
      throw Unusable(description: "all gradient norms are 0; there was nothing to descend")
    }
    // A norm of zero would weigh infinitely; it weighs as the smallest norm that a double of this size tells apart.
    let weights = smooth.map { g in
      let g = max(g / largest, 1e-8)
      return norm == .euclidean ? 1 / (g * g) : 1 / g
    }
    var shares = [Double](repeating: 0, count: weights.count)
    var after = 0.0
    for t in weights.indices.reversed() {
      shares[t] = weights[t] * after
      after += weights[t]
    }
    let top = shares.max() ?? 1
    return shares.map { $0 / top }
  }

  /// The refined schedule over as many steps as there are norms, or over `steps`.
  public func schedule(_ norms: [Double], peak: Double, steps: Int? = nil) throws(Unusable) -> Schedule {
    Schedule(peak: peak, table: try shares(norms), steps: steps ?? norms.count)
  }

  /// Running medians; beyond the ends the first and the last value stand.
  static func medians(_ values: [Double], width: Int) -> [Double] {
    let (before, n) = (width / 2, values.count)
    return (0..<n).map { t in
      var window = (t - before..<t - before + width).map { values[min(max($0, 0), n - 1)] }
      window.sort()
      return width % 2 == 1 ? window[width / 2] : 0.5 * (window[width / 2 - 1] + window[width / 2])
    }
  }
}
