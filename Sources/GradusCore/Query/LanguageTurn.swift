// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// One completion and what it used.
public struct Completion: Sendable, Codable, Hashable {
  public var text: String
  public var promptTokens: Int
  public var completionTokens: Int
  /// In the currency of the budget.
  public var cost: Double

  public init(text: String, promptTokens: Int = 0, completionTokens: Int = 0, cost: Double = 0) {
    self.text = text
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cost = cost
  }
}

/// A language model, real, recorded or scripted.
public protocol LanguageModel: Sendable {
  /// Sampling is seeded by the stream in the question, so a repeated question may have a repeated answer.
  func complete(_ prompt: String, stream: RandomStream) async throws -> Completion
}

/// The score of a program with text parameters, and what was said about it.
public struct Execution: Sendable, Codable, Hashable {
  public var score: Double
  public var feedback: String
  public var cost: Double

  public init(score: Double, feedback: String, cost: Double = 0) {
    self.score = score
    self.feedback = feedback
    self.cost = cost
  }
}

/// The program whose texts are improved, and the model that advises.
public struct LanguageOracle: Sendable {
  public var advisor: any LanguageModel
  public var execute: @Sendable (_ parameters: [String: String]) async throws -> Execution

  /// The workflow as a closure from named texts to what came of them; an error it throws fails the question, not the run.
  public init(
    advisor: any LanguageModel, execute: @escaping @Sendable (_ parameters: [String: String]) async throws -> Execution
  ) {
    self.advisor = advisor
    self.execute = execute
  }
}

/// How well do these texts do, or what does the advisor say?
public enum Language: Query, Codable {
  case execute([String: String], costEstimate: Double = 0)
  case consult(prompt: String, stream: RandomStream, costEstimate: Double = 0)

  /// What the program did, or what the model said.
  public enum Answer: Sendable, Codable {
    case execution(Execution)
    case completion(Completion)
  }

  public static var needs: String { "a language model and a program to run" }

  public var kind: String {
    switch self {
    case .execute: "execution"
    case .consult: "completion"
    }
  }

  public var costEstimate: Double {
    switch self {
    case .execute(_, let estimate), .consult(_, _, let estimate): estimate
    }
  }

  /// What the execution or the completion says it cost.
  public func cost(of answer: borrowing Answer) -> Double {
    switch copy answer {
    case .execution(let execution): execution.cost
    case .completion(let completion): completion.cost
    }
  }

  /// Runs the program with these texts, or asks the advisor.
  public func put(to oracle: LanguageOracle) async throws -> Answer {
    switch self {
    case .execute(let parameters, _): .execution(try await oracle.execute(parameters))
    case .consult(let prompt, let stream, _):
      .completion(try await oracle.advisor.complete(prompt, stream: stream))
    }
  }
}
