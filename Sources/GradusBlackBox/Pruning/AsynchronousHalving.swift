// SPDX-License-Identifier: Apache-2.0

/// Stops a trial that is not among the best 1/η of those that have reached the same rung.
///
///     rungs at  r, rη, rη², …  steps;   at each, a trial goes on when its value is among the ⌊n/η⌋ best of the n values
///     heard there so far, its own included, or the best of all
///
/// Nobody waits for others, so early trials are judged by few.
///
/// **Reference** L. Li et al., *A system for massively parallel hyperparameter tuning*, MLSys 2020, in the form that stops.
public struct AsynchronousHalving: PruningRule {
  /// r.
  public var first: Int
  /// η.
  public var ratio: Int

  /// Values heard at each rung, best first.
  private var rungs: [[Double]] = []
  /// Rungs that a trial has passed.
  private var passed: [Int: Int] = [:]

  public init(first: Int = 1, ratio: Int = 4) {
    precondition(first >= 1 && ratio >= 2, "the first rung is at a positive step, and rungs thin out at least by two")
    self.first = first
    self.ratio = ratio
  }

  public mutating func report(id: Int, step: Int, value: Double) -> Bool {
    guard !value.isNaN else { return true }
    var rung = passed[id] ?? 0
    while let due = position(ofRung: rung), step >= due {
      while rungs.count <= rung { rungs.append([]) }
      let place = rungs[rung].firstIndex { $0 > value } ?? rungs[rung].count
      rungs[rung].insert(value, at: place)
      rung += 1
      passed[id] = rung
      let values = rungs[rung - 1]
      // Equal values are equally good.
      if value > values[max(1, values.count / ratio) - 1] { return true }
    }
    return false
  }

  /// nil where the number is too large to be reached.
  private func position(ofRung rung: Int) -> Int? {
    var step = first
    for _ in 0..<rung {
      let (product, overflow) = step.multipliedReportingOverflow(by: ratio)
      if overflow { return nil }
      step = product
    }
    return step
  }
}
