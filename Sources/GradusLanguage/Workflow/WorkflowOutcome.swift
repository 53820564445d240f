// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What came of a workflow with one assignment on some data.
public struct WorkflowOutcome: Sendable, Codable, Hashable {
  /// One for each place that was asked about, the higher the better; NaN where it failed.
  public var scores: [Double]
  /// What was said about each.
  public var remarks: [String]
  /// What happened on the places that tell most, the worst first; not of all of them.
  public var stories: [TraceStory]
  /// What calls of language models were given and answered, place by place; empty where the workflow does not tell.
  public var calls: [[PredictorCall]]
  /// In the currency of the budget.
  public var cost: Double
  /// d score / d number for numbers that the output can be differentiated in, the mean over all places.
  public var slopes: [String: Double] = [:]
  /// What calls of language models have used, and how many there were.
  public var usage = TokenUsage()
  public var requests = 0
  /// Of all places together, where somebody wants to know.
  public var seconds = 0.0
  /// How far limits of cost, time and the like were overrun, as shares of them; 0: nowhere.
  public var violation = 0.0

  public init(
    scores: [Double], remarks: [String] = [], stories: [TraceStory] = [], calls: [[PredictorCall]] = [],
    cost: Double = 0
  ) {
    self.scores = scores
    self.remarks = remarks
    self.stories = stories
    self.calls = calls
    self.cost = cost
  }

  /// What happened on the worst place, or at least what was said.
  public var story: TraceStory { stories.first ?? TraceStory(feedback: remarks.joined(separator: "\n")) }

  /// The mean score; a place that failed counts as the lowest that a metric usually has, 0.
  public var mean: Double {
    scores.isEmpty ? 0 : scores.reduce(0) { $0 + ($1.isNaN ? 0 : $1) } / Double(scores.count)
  }

  /// What is compared: the mean score, or less than any of those where a limit is overrun.
  public var score: Double { violation > 0 ? -1e6 * (1 + violation) : mean }

  /// Of two runs on the same places, the worse score of each with what was said of it; used is what both have used.
  func worst(_ other: WorkflowOutcome) -> WorkflowOutcome {
    var worst = self
    for k in scores.indices where k < other.scores.count && (other.scores[k].isNaN || other.scores[k] < scores[k]) {
      worst.scores[k] = other.scores[k]
      if k < other.remarks.count, k < worst.remarks.count { worst.remarks[k] = other.remarks[k] }
      if k < other.calls.count, k < worst.calls.count { worst.calls[k] = other.calls[k] }
    }
    if other.mean < mean { worst.stories = other.stories }
    worst.cost += other.cost
    worst.usage = usage + other.usage
    worst.requests += other.requests
    worst.seconds += other.seconds
    return worst
  }
}
