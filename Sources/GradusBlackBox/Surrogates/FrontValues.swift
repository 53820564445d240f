// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Several objectives as a surrogate sees them. Volume counts up to a reference point r; beyond it values need not be told
/// apart, and are drawn together:
///
///     r = max(worst of the front, median of all) + (worst − best)/10 of the front
///     f ≤ r: f,   f > r: r + w·ln(1 + (f − r)/w),   w = r − best
struct FrontValues {
  /// The answers that nothing dominates.
  let front: [Int]
  let reference: [Double]
  private let width: [Double]
  private let failed: [Double]

  /// nil where every evaluation failed.
  init?(_ history: SearchHistory, _ feasible: [Int]) {
    front = history.front
    var (reference, width, failed): ([Double], [Double], [Double]) = ([], [], [])
    for values in history.objectives {
      let sound = values.filter(\.isFinite).sorted()
      guard let least = sound.first, let most = sound.last else { return nil }
      let own = front.map { values[$0] }
      let (low, high) = (own.min() ?? least, own.max() ?? sound[sound.count / 2])
      // A front of one point has no width of its own.
      let middle = sound[sound.count / 2]
      let isFlat = high - low <= 1e-9 * (most - least)
      let range = isFlat ? max(middle - low, 1e-9 * abs(low), 1e-300) : high - low
      // What is worse than half of all answers is of no interest, even where the front is still short.
      let end = max(high, middle) + 0.1 * range
      reference.append(end)
      width.append(end - low)
      failed.append(most)
    }
    (self.reference, self.width, self.failed) = (reference, width, failed)
  }

  /// A value of objective k; a failed one counts as the worst heard.
  func shrunk(_ value: Double, _ k: Int) -> Double {
    let value = value.isFinite ? value : failed[k]
    let excess = value - reference[k]
    return excess > 0 ? reference[k] + width[k] * log1p(excess / width[k]) : value
  }
}
