// SPDX-License-Identifier: Apache-2.0

/// What a run is measured by when settings are tuned; less is better.
public enum KnobMeasure: String, Sendable, Hashable, CaseIterable {
  /// Questions answered until the problem's own check confirms the answer.
  case answers
  /// Multiplications and additions until then, of methods that count them.
  case operations
  /// Seconds by the clock until then.
  case seconds
  /// The value reached with a given number of answers.
  case value
  /// |objective − bound| / max(1, |objective|) at the end.
  case gap

  /// Whether the same run is measured the same again.
  public var isExact: Bool { self != .seconds && self != .gap }

  /// Whether runs are compared by ratios, rather than by differences.
  public var isRatio: Bool { self != .value }

  /// What suits the runs of the default, exact measures first, and why.
  public static func suiting(_ runs: [KnobRun]) -> (measure: KnobMeasure, reason: String) {
    if runs.allSatisfy({ $0.operations != nil }) { return (.operations, "the method counts them") }
    if runs.allSatisfy({ $0.answer == nil }), runs.allSatisfy({ $0.isChecked && $0.value != nil }) {
      return (.value, "no run of the default ends with an answer that can be confirmed")
    }
    if runs.contains(where: { $0.answers > 2 }) { return (.answers, "the same run asks as many again") }
    return (.seconds, "the method asks once and counts nothing")
  }
}
