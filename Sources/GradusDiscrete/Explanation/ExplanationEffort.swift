// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What a search for a conflict may still spend: seconds, solves, and nodes of one solve.
struct ExplanationEffort {
  private let deadline: ContinuousClock.Instant?
  private let solveLimit: Int
  private let nodeLimit: Int?
  private(set) var solves = 0

  init(_ explainer: InfeasibilityExplainer) {
    deadline = explainer.timeLimit.map { .now + .seconds(min($0, 1e9)) }
    solveLimit = explainer.solveLimit
    nodeLimit = explainer.nodeLimit
  }

  /// Seconds left; nil without a limit.
  private var seconds: Double? {
    deadline.map { deadline in
      let left = ContinuousClock.now.duration(to: deadline).components
      return Double(left.seconds) + Double(left.attoseconds) * 1e-18
    }
  }

  /// True when less than these seconds, or no further solve, is left.
  func isSpent(below least: Double = 0) -> Bool { solves >= solveLimit || (seconds.map { $0 <= least } ?? false) }

  /// Counts a solve, and limits it to a share of the seconds left, but no fewer than `least`.
  mutating func spend(on question: inout SolveLinear, share: Double = 1, least: Double = 0.1) {
    solves += 1
    question.settings.timeLimit = seconds.map { max(least, share * $0) }
    question.settings.nodeLimit = nodeLimit
  }
}
