// SPDX-License-Identifier: Apache-2.0

/// What becomes of a trial. The numbers are those of optuna's operation log.
public enum TrialState: Int, Sendable, Hashable, CaseIterable {
  case running = 0
  case complete = 1
  /// Ended before its end, because it was not worth it.
  case pruned = 2
  case failed = 3
  /// Nobody has begun it.
  case waiting = 4

  /// Whether nothing changes any more.
  public var isFinished: Bool { self != .running && self != .waiting }

  public var name: String { "\(self)" }
}

/// Whether an objective is to be small or large. The numbers are those of optuna's operation log.
public enum ObjectiveDirection: Int, Sendable, Hashable {
  case minimize = 1
  case maximize = 2

  /// 1 or −1: the factor that makes small values the good ones.
  public var sign: Double { self == .minimize ? 1 : -1 }
}
