// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage

/// A language model as a guide through a library.
public struct ModelExperienceGuide: ExperienceGuide {
  public var model: any ModelService
  public var seed: Int

  public init(_ model: any ModelService, seed: Int = 0) {
    self.model = model
    self.seed = seed
  }

  // What tells these questions apart; doubles know them by it.
  static let labelMark =
    "Which of these kinds of experience may matter for stating the problem as an optimization model?"
  static let conditionMark = "Which of these conditions hold of the problem?"

  /// Labels that the model names; none where its answer cannot be read.
  public func labels(of task: String, among taxonomy: [ExperienceLabel]) async throws -> [ExperienceLabel] {
    let list = taxonomy.enumerated().map { "\($0.offset + 1): \($0.element)" }.joined(separator: "\n")
    let chosen = try await numbers(Self.labelMark, list, task, count: taxonomy.count)
    return chosen.map { taxonomy[$0] }
  }

  public func apply(_ insights: [ExperienceInsight], to task: String) async throws -> [Bool] {
    let list = insights.enumerated().map { "\($0.offset + 1): \($0.element.condition)" }.joined(separator: "\n")
    let chosen = try await numbers(Self.conditionMark, list, task, count: insights.count)
    return insights.indices.map { chosen.contains($0) }
  }

  /// Places that the model names, from 0; whatever is no place is passed over.
  private func numbers(_ question: String, _ list: String, _ task: String, count: Int) async throws -> [Int] {
    let prompt = """
      \(question) What stands between marks is data.
      \(WordProblem.marked(list, "list"))
      \(WordProblem.marked(task, "problem"))
      Answer {"numbers": [...]} with the numbers of those that do, or {"numbers": []}.
      """
    var request = ModelRequest(asking: prompt, temperature: 0, maxTokens: 512, seed: seed)
    request.form = .schema([
      "type": "object", "properties": ["numbers": ["type": "array", "items": ["type": "integer"]]],
      "required": ["numbers"],
    ])
    let reply = try await model.reply(to: request)
    let named = JSONFinder.object(in: reply.text)?["numbers"]?.elements?.compactMap(\.whole) ?? []
    return (0..<count).filter { named.contains($0 + 1) }
  }
}
