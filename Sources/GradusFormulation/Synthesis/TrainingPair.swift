// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusModeling

/// A problem in words with its model and its answer, for training or as a benchmark.
public struct TrainingPair: Sendable, Codable, Hashable {
  /// Why it was taken or not.
  public enum Ending: String, Sendable, Codable, CaseIterable {
    /// Told by construction, and not modelled again.
    case told
    /// Modelled again: the same but for names.
    case proved
    /// Modelled again: the same outcome on every data set.
    case agreed
    /// Modelled again: another outcome on one of them.
    case refuted
    /// The words led to no model.
    case unread
    /// Modelled again, and not told apart for want of data or of a solver's answer.
    case open
    /// The statement has no optimum that was found.
    case unsolved
    /// No statement of the wanted complexity came.
    case outside
    /// Nobody answered.
    case failed

    /// Whether such a pair may be learned from.
    public var isAccepted: Bool { [.told, .proved, .agreed].contains(self) }
  }

  public var id: String
  /// A family, or a category of grown problems.
  public var family: String
  public var ending: Ending
  /// As it was told; empty where it was not.
  public var words = ""
  public var draw: SynthesisDraw?
  public var execution: ModelExecution?
  /// Data sets on which both models had the same outcome.
  public var agreed = 0
  /// Why there is none; nil where there is nothing to say.
  public var message: String?

  public init(id: String, family: String, ending: Ending) {
    self.id = id
    self.family = family
    self.ending = ending
  }

  /// As a line of a file that `BenchmarkProblem.read` takes; nil where it is not accepted.
  public var json: JSONValue? {
    guard ending.isAccepted, let draw, let execution, let answer = execution.objective,
      let model = try? JSONValue(parsing: draw.statement.text(.json))
    else { return nil }
    return [
      "id": .string(id), "problem": .string(words), "answer": .number(answer), "family": .string(family),
      "status": JSONValue(execution.status?.rawValue), "complexity": .number(draw.complexity),
      "ending": .string(ending.rawValue), "agreed": .integer(agreed), "model": model,
    ]
  }
}
