// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Stops a trial whose best value so far is worse than the median of what others had reached at the same step.
///
///     stop  ⇔  min over s ≤ step of v(s)  >  median of the others' values at `step`
///
/// **Reference** D. Golovin et al., *Google Vizier*, KDD 2017, section 3.2, with values in place of running averages.
public struct MedianPruning: PruningRule {
  /// Others that must have come as far before anybody is stopped.
  public var trials: Int
  /// Steps during which nobody is stopped.
  public var warmup: Int
  /// Steps between two decisions.
  public var interval: Int

  /// By trial.
  private var best: [Int: Double] = [:]
  /// By step: what each trial reached first.
  private var reached: [Int: [Int: Double]] = [:]

  public init(trials: Int = 5, warmup: Int = 0, interval: Int = 1) {
    precondition(trials >= 1 && warmup >= 0 && interval >= 1, "at least one other trial and one step between decisions")
    self.trials = trials
    self.warmup = warmup
    self.interval = interval
  }

  public mutating func report(id: Int, step: Int, value: Double) -> Bool {
    guard !value.isNaN else { return true }
    let own = min(best[id] ?? .infinity, value)
    best[id] = own
    if reached[step]?[id] == nil { reached[step, default: [:]][id] = value }
    guard step >= warmup, (step - warmup) % interval == 0 else { return false }
    let others = (reached[step] ?? [:]).filter { $0.key != id }.values.sorted()
    guard others.count >= trials else { return false }
    let middle = others.count / 2
    let median = others.count % 2 == 1 ? others[middle] : 0.5 * (others[middle - 1] + others[middle])
    return own > median
  }
}
