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
  public let seeds: [UInt64]
  public let seconds: Double

  /// What was measured: every claim holds, the deciding ones hold, or not even those.
  public var status: AtlasStatus {
    let deciding = verdicts.filter { !$0.claim.isSecondary }
    guard !deciding.isEmpty, deciding.allSatisfy(\.holds) else { return .doesNotHold }
    return verdicts.allSatisfy(\.holds) ? .holds : .partly
  }

  /// True when the author's standing is what was measured.
  public var confirmsStanding: Bool { status == standing.status }
}
