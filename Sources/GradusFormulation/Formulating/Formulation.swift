// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What was said about one answer of a model.
public struct FormulationMessage: Sendable, Codable, Hashable, CustomStringConvertible {
  /// Who says it.
  public enum Source: String, Sendable, Codable, CaseIterable {
    /// The answer is not the JSON that was asked for.
    case form
    /// The reader of models, units included.
    case reader
    case solver
    /// The comparison of numbers and kinds, without a model.
    case judge
    /// The model that judges.
    case model
  }

  public var source: Source
  public var text: String

  public init(_ source: Source, _ text: String) {
    self.source = source
    self.text = text
  }

  /// Whether it leaves the model without an optimum, whatever one thinks of it.
  public var isHard: Bool { source == .form || source == .reader || source == .solver }
  public var description: String { text }
}

/// One answer of the model and what was said about it.
public struct FormulationRound: Sendable, Codable, Hashable {
  /// The answer as a model in YAML; the answer itself, cut off after 2,000 characters, where it is none.
  public var answer: String
  public var status: Status?
  public var objective: Double?
  public var messages: [FormulationMessage]
}

/// What a formulation used.
public struct FormulationUsage: Sendable, Codable, Hashable {
  public var calls = 0
  public var promptTokens = 0
  public var completionTokens = 0
  /// Whether the tokens are estimates.
  public var isEstimate = false
  /// At the prices that the formulator was given.
  public var cost = 0.0

  public init() {}

  public static func + (a: FormulationUsage, b: FormulationUsage) -> FormulationUsage {
    var sum = a
    sum.calls += b.calls
    sum.promptTokens += b.promptTokens
    sum.completionTokens += b.completionTokens
    sum.isEstimate = a.isEstimate || b.isEstimate
    sum.cost += b.cost
    return sum
  }
}

/// Equal answers of a vote.
public struct FormulationVote: Sendable, Codable, Hashable {
  public var status: Status?
  public var objective: Double?
  public var count: Int
}

/// What became of words: a model with its answer and the doubts that are left, or what is missing.
public struct Formulation: Sendable, Codable, Hashable {
  /// The model in YAML; nil where none could be read.
  public var model: String?
  /// What solving it gave; nil without a model, and where it was not to be solved.
  public var execution: ModelExecution?
  public var doubts: [FormulationDoubt] = []
  /// What the text does not say, or says in two ways; not empty where the model asks back.
  public var missing: [String] = []
  /// Answers in their order, those of all votes.
  public var rounds: [FormulationRound] = []
  /// Empty without a vote; the most frequent first.
  public var votes: [FormulationVote] = []
  public var usage = FormulationUsage()
  /// Why it ended early, as when a budget was used up; nil where it did not.
  public var stopped: String?

  public init() {}

  /// How it ended, in one word.
  public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// An optimum, and nobody names a fault.
    case solved
    /// A model without an optimum, or with a fault that a judge names.
    case unsettled
    /// A model that was not to be solved.
    case formulated
    case asksBack
    case noModel
  }

  public var outcome: Outcome {
    if asksBack { return .asksBack }
    if model == nil { return .noModel }
    if execution == nil { return .formulated }
    return isSettled ? .solved : .unsettled
  }

  /// Whether the model asks back and gives no model.
  public var asksBack: Bool { !missing.isEmpty }
  /// Whether there is an optimum, and nobody who judged it names a fault.
  public var isSettled: Bool {
    execution?.hasOptimum == true && !doubts.contains { $0.kind == .judged }
  }
}
