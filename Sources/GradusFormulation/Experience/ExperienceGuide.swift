// SPDX-License-Identifier: Apache-2.0

/// Who says which insights apply to a task: a language model, or a double.
public protocol ExperienceGuide: Sendable {
  /// The labels of a taxonomy under which experience with a task would stand.
  func labels(of task: String, among taxonomy: [ExperienceLabel]) async throws -> [ExperienceLabel]
  /// For each of at most 30 insights whether its condition holds of a task.
  func apply(_ insights: [ExperienceInsight], to task: String) async throws -> [Bool]
}

/// Who works on tasks and learns from them: whatever `ExperienceLearner` leaves to a model.
public protocol ExperienceStudent: ExperienceGuide {
  /// Works on a task with insights in view; whether the answer is the one that is known. `attempt` makes equal questions different.
  func solves(_ task: String, with insights: [ExperienceInsight], attempt: Int) async throws -> Bool
  /// Insights from a failed attempt and the answer that is known.
  func lessons(from task: String, knowing insights: [ExperienceInsight], attempt: Int) async throws
    -> [ExperienceInsight]
  /// One insight for two that say the same; nil where they do not.
  func merged(_ first: ExperienceInsight, _ second: ExperienceInsight) async throws -> ExperienceInsight?
  /// Other conditions for an insight, from tasks where it was needed, where it was in the way, and where it was missed.
  func conditions(
    for insight: ExperienceInsight, needed: [String], idle: [String], missed: [String], count: Int
  ) async throws -> [String]
}

extension ExperienceLibrary {
  /// Insights that a guide judges at once.
  public static let batch = 30

  /// What a guide thinks of for a task: insights under its labels whose conditions hold, in the order of the library. Cost: one
  /// question for the labels and one for each 30 insights under them.
  public func retrieve(for task: String, by guide: some ExperienceGuide) async throws -> [ExperienceInsight] {
    guard !insights.isEmpty else { return [] }
    let labels = try await guide.labels(of: task, among: taxonomy)
    let candidates = insights.filter { labels.contains($0.label) }
    var found: [ExperienceInsight] = []
    for start in stride(from: 0, to: candidates.count, by: Self.batch) {
      let part = Array(candidates[start..<min(candidates.count, start + Self.batch)])
      let holds = try await guide.apply(part, to: task)
      found += zip(part, holds).filter(\.1).map(\.0)
    }
    return found
  }
}
