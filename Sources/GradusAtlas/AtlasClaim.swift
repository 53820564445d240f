// SPDX-License-Identifier: Apache-2.0

/// One measurable statement about a system.
///
/// The margin of a seed says by how much it satisfies the claim; positive margins speak for it:
///
///     ratio:       ln(threshold) − ln(measured/baseline)          (atMost; the negative for atLeast)
///     difference:  threshold − (measured − baseline)
///     value:       ln(threshold) − ln(measured), or threshold − measured when one of them is not positive
public struct AtlasClaim: Sendable, Hashable {
  /// Which side of the threshold the claim is on.
  public enum Direction: String, Sendable, Codable { case atMost, atLeast }

  /// What is compared with the threshold.
  public enum Comparison: String, Sendable, Codable {
    /// measured / baseline, both positive.
    case ratio
    /// measured − baseline.
    case difference
    /// measured alone; a baseline is shown beside it where there is one.
    case value
  }

  /// When the seeds together satisfy the claim.
  public enum Requirement: Sendable, Hashable {
    /// The one-sided signed-rank test of the margins has p ≤ 0.05 (and so at least five seeds are needed).
    case significant
    /// Every seed satisfies it; equality counts.
    case everySeed
    /// At least this share of the seeds satisfies it; equality counts.
    case share(Double)
  }

  /// A short key, unique in its entry.
  public let key: String
  /// The claim in one sentence.
  public let sentence: String
  /// What is measured, with its unit.
  public let metric: String
  /// What it is compared with; nil for a value that stands alone.
  public let baseline: String?
  public let direction: Direction
  public let comparison: Comparison
  /// Calibrated on development seeds, then frozen.
  public let threshold: Double
  public let requirement: Requirement
  /// False for the statement that decides, true for what is asserted beside it.
  public let isSecondary: Bool
  /// True when seconds are measured, which differ from run to run.
  public let isTimed: Bool
  /// True for what is shown and asserted by nobody, because the sheet doubts it: it decides nothing.
  public let isReported: Bool

  public init(
    _ key: String, _ sentence: String, metric: String, baseline: String? = nil, _ direction: Direction,
    _ threshold: Double, comparison: Comparison = .ratio, requirement: Requirement = .significant,
    isSecondary: Bool = false, isTimed: Bool = false, isReported: Bool = false
  ) {
    precondition(comparison == .value || baseline != nil, "a comparison needs a baseline")
    precondition(comparison != .ratio || threshold > 0, "the threshold of a ratio is positive")
    self.key = key
    self.sentence = sentence
    self.metric = metric
    self.baseline = baseline
    self.direction = direction
    self.comparison = comparison
    self.threshold = threshold
    self.requirement = requirement
    self.isSecondary = isSecondary
    self.isTimed = isTimed
    self.isReported = isReported
  }

  /// 0: decides, 1: is asserted beside, 2: is only shown.
  var rank: Int { isReported ? 2 : isSecondary ? 1 : 0 }
}

/// What one seed showed about one claim.
public struct AtlasObservation: Sendable, Hashable {
  /// The key of the claim.
  public var claim: String
  public var measured: Double
  public var baseline: Double?
  /// What each side was allowed to spend, in the same unit; nil where the spending itself is measured.
  public var budget: Budget?

  /// Answers, operations or seconds of both sides.
  public struct Budget: Sendable, Hashable {
    public var system: Double
    public var baseline: Double

    public init(system: Double, baseline: Double) {
      self.system = system
      self.baseline = baseline
    }
  }

  public init(_ claim: String, measured: Double, baseline: Double? = nil, budget: Budget? = nil) {
    self.claim = claim
    self.measured = measured
    self.baseline = baseline
    self.budget = budget
  }
}

/// At which size the paper showed it, and at which size this demonstration does.
public struct AtlasScale: Sendable, Hashable {
  public var paper: String
  public var here: String

  public init(paper: String, here: String) {
    self.paper = paper
    self.here = here
  }
}

/// How an entry stands by its author's measurement; every run of the entry checks it.
public enum AtlasStanding: Sendable, Hashable {
  case holds
  /// The deciding claim holds and a secondary one does not, and what was tried.
  case partly(tried: String)
  /// The deciding claim does not hold, and what was tried.
  case doesNotHold(tried: String)

  public var status: AtlasStatus {
    switch self {
    case .holds: .holds
    case .partly: .partly
    case .doesNotHold: .doesNotHold
    }
  }

  public var tried: String? {
    switch self {
    case .holds: nil
    case .partly(let tried), .doesNotHold(let tried): tried
    }
  }
}

/// The state of a system of the atlas.
public enum AtlasStatus: String, Sendable, Codable { case holds, partly, doesNotHold, absent }
