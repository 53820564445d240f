// SPDX-License-Identifier: Apache-2.0

/// A moment after which a proof is given up.
struct ProofDeadline: Sendable {
  private let instant: ContinuousClock.Instant

  init(after seconds: Double) { instant = .now + .seconds(min(max(0, seconds), 1e9)) }

  var hasPassed: Bool { ContinuousClock.now > instant }
}
