// SPDX-License-Identifier: Apache-2.0

/// The one word a user hears.
public enum Status: String, Sendable, Codable, Hashable, CaseIterable {
  case optimal, locallyOptimal, stationary, feasible, infeasible, locallyInfeasible, unbounded, infeasibleOrUnbounded
  case targetReached, limit, interrupted, failed

  /// True when a statement was reached (exit code 0).
  public var isStatement: Bool {
    switch self {
    case .optimal, .locallyOptimal, .stationary, .infeasible, .locallyInfeasible, .unbounded, .targetReached: true
    case .feasible, .infeasibleOrUnbounded, .limit, .interrupted, .failed: false
    }
  }
}

/// What the method claims, what the problem confirms, and what it took.
public struct Solution<Point: Sendable & Codable>: Sendable {
  public var report: Report<Point>
  public var verdict: Verdict
  public var stopped: StopReason
  public var progress: RunProgress

  public init(report: Report<Point>, verdict: Verdict, stopped: StopReason, progress: RunProgress) {
    self.report = report
    self.verdict = verdict
    self.stopped = stopped
    self.progress = progress
  }

  /// The statement the check supports, or how the run ended without one.
  public var status: Status {
    switch verdict.outcome {
    case .optimal: .optimal
    case .locallyOptimal: .locallyOptimal
    case .stationary: .stationary
    case .infeasible: .infeasible
    case .locallyInfeasible: .locallyInfeasible
    case .unbounded: .unbounded
    case .infeasibleOrUnbounded: .infeasibleOrUnbounded
    case .feasible, .unproved:
      switch stopped.kind {
      case .interrupt: .interrupted
      case .failure: .failed
      case .target where verdict.outcome == .feasible: .targetReached
      default: verdict.outcome == .feasible ? .feasible : .limit
      }
    }
  }
}
