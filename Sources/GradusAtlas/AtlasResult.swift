// SPDX-License-Identifier: Apache-2.0

/// What one run of a demonstration showed.
public struct AtlasResult: Sendable {
  public let system: AtlasSystem
  public let scale: AtlasScale
  public let home: String
  public let effort: AtlasEffort
  public let standing: AtlasStanding
  /// The deciding claims first.
  public let verdicts: [AtlasVerdict]
  /// The seeds that were measured.
  public let seeds: [UInt64]
  /// Seeds that were asked for and not finished, because time was over or somebody interrupted.
  public let missing: [UInt64]
  public let seconds: Double

  /// False when seeds are missing: then nothing is decided, and the figures are those of the seeds that were finished.
  public var isComplete: Bool { missing.isEmpty }

  /// What was measured: every claim holds, the deciding ones hold, or not even those.
  public var status: AtlasStatus {
    let asserted = verdicts.filter { !$0.claim.isReported }
    let deciding = asserted.filter { !$0.claim.isSecondary }
    guard !deciding.isEmpty, deciding.allSatisfy(\.holds) else { return .doesNotHold }
    return asserted.allSatisfy(\.holds) ? .holds : .partly
  }

  /// True when the author's standing is what was measured.
  public var confirmsStanding: Bool { status == standing.status }
}
