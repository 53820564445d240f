// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Stops at a moment of the machine's clock: a time limit for the whole command, reading included.
struct Deadline: StoppingRule {
  var moment: ContinuousClock.Instant
  var limit: Double

  func verdict(_ progress: RunProgress) -> StopReason? {
    ContinuousClock.now >= moment ? StopReason(.time, "time limit \(Numbers.short(limit)) s") : nil
  }
}

/// Stops when |∇f(x)|, or what the method measures instead, is at most half of what the judge allows:
///
///     measure ≤ ½ tolerance·max(1, |f(x)|)
struct WhenStationary: StoppingRule {
  var tolerance: Double

  func verdict(_ p: RunProgress) -> StopReason? {
    guard let measure = p.measure, measure <= 0.5 * tolerance * max(1, abs(p.value)) else { return nil }
    return StopReason(.converged, "measure below \(Numbers.short(tolerance))", meansConvergence: true)
  }
}
