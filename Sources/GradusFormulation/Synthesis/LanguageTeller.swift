// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
public import GradusModeling
public import GradusNumerics

/// Tells statements in words by a language model that criticizes its own words.
///
///     words₀ = model(statement)
///     critique = model(wordsₖ, statement);   wordsₖ₊₁ = model(wordsₖ, critique)      until nothing is criticized, at most `critiques` times
///
/// **Cost** one call, and two for each critique. Throws `ModelFailure` where no answer came. **Reference** H. Lu et al., *OptMATH*, arXiv
/// 2502.11102, the backward direction.
public struct LanguageTeller: ProblemTeller {
  public var service: any ModelService
  /// T_max.
  public var critiques: Int
  public var maxTokens = 2048

  public init(_ service: any ModelService, critiques: Int = 1) {
    self.service = service
    self.critiques = critiques
  }

  static let telling = """
    Tell the optimization problem between <model> and </model> as a person would tell it who has it: a story with every number of its
    parameters, what is decided, whether in whole numbers, what is wanted, and every requirement. No formulas, no names of parameters, and
    nothing that is not in the model. Write nothing but the story.
    """
  static let criticizing = """
    Between <model> and </model> stands an optimization problem, and between <story> and </story> how somebody told it. List what the story
    leaves out, says otherwise or adds, one fault on a line that begins with "- ". Where it says the same, write "none".
    """
  static let mending = "Write the story again without these faults, and nothing but the story."

  public func words(for statement: FiveElementStatement, stream: RandomStream) async throws -> String {
    let model = WordProblem.marked(statement.text(), "model")
    var draws = stream
    var story = try await answer("\(Self.telling)\n\(model)", &draws)
    for _ in 0..<max(0, critiques) {
      let said = try await answer("\(Self.criticizing)\n\(model)\n\(WordProblem.marked(story, "story"))", &draws)
      let faults = said.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { $0.hasPrefix("- ") }
      if faults.isEmpty { break }
      let list = faults.prefix(20).joined(separator: "\n")
      story = try await answer("\(model)\n\(WordProblem.marked(story, "story"))\n\(list)\n\(Self.mending)", &draws)
    }
    return story
  }

  private func answer(_ prompt: String, _ draws: inout RandomStream) async throws -> String {
    var request = ModelRequest(asking: prompt)
    request.maxTokens = maxTokens
    request.seed = Int(draws.next() >> 33)
    let reply = try await service.reply(to: request)
    return reply.text.trimmed
  }
}
