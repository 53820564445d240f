// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What a reply used, in tokens as the server counted them.
public struct TokenUsage: Sendable, Hashable, Codable {
  public var prompt: Int
  public var completion: Int
  /// Whether the numbers are estimates, because the server told none.
  public var isEstimate: Bool

  public init(prompt: Int = 0, completion: Int = 0, isEstimate: Bool = false) {
    self.prompt = prompt
    self.completion = completion
    self.isEstimate = isEstimate
  }

  public var total: Int { prompt + completion }

  public static func + (a: TokenUsage, b: TokenUsage) -> TokenUsage {
    TokenUsage(
      prompt: a.prompt + b.prompt, completion: a.completion + b.completion, isEstimate: a.isEstimate || b.isEstimate)
  }
}

/// A token and how likely it was.
public struct TokenProbability: Sendable, Hashable {
  public var token: String
  /// Natural logarithm; nil for the first token of an echoed prompt.
  public var logProbability: Double?

  public init(_ token: String, _ logProbability: Double?) {
    self.token = token
    self.logProbability = logProbability
  }
}

/// What came back from a language model.
public struct ModelReply: Sendable, Hashable {
  /// Why an answer ended.
  public enum Ending: String, Sendable, Codable {
    /// By itself, or at a stop text.
    case stop
    /// At the largest number of tokens.
    case length
    /// The server withheld it.
    case refused
    case other
  }

  public struct Answer: Sendable, Hashable {
    public var text: String
    public var ending: Ending
    /// Empty where none were asked for, or the server tells none.
    public var tokens: [TokenProbability]

    public init(_ text: String, ending: Ending = .stop, tokens: [TokenProbability] = []) {
      self.text = text
      self.ending = ending
      self.tokens = tokens
    }
  }

  public var answers: [Answer]
  /// One place for each text of a request for embeddings.
  public var embeddings: [[Double]]
  public var usage: TokenUsage

  public init(_ answers: [Answer], embeddings: [[Double]] = [], usage: TokenUsage = TokenUsage()) {
    self.answers = answers
    self.embeddings = embeddings
    self.usage = usage
  }

  /// The first answer; empty where there is none.
  public var text: String { answers.first?.text ?? "" }
}

// MARK: As JSON

extension ModelReply {
  /// As it is kept; read back by `init(json:)`.
  public var json: JSONValue {
    let answers = answers.map { answer -> JSONValue in
      var members: [JSONValue.Member] = [
        .init("text", .string(answer.text)), .init("ending", .string(answer.ending.rawValue)),
      ]
      if !answer.tokens.isEmpty {
        members.append(.init("tokens", JSONValue(strings: answer.tokens.map(\.token))))
        members.append(.init("logProbabilities", .array(answer.tokens.map { JSONValue($0.logProbability) })))
      }
      return .object(members)
    }
    var members: [JSONValue.Member] = [
      .init("answers", .array(answers)),
      .init(
        "usage",
        [
          "prompt": .integer(usage.prompt), "completion": .integer(usage.completion),
          "estimate": .bool(usage.isEstimate),
        ]),
    ]
    if !embeddings.isEmpty { members.append(.init("embeddings", .array(embeddings.map { JSONValue(numbers: $0) }))) }
    return .object(members)
  }

  /// nil for anything but what `json` gives.
  public init?(json: JSONValue) {
    guard let kept = json["answers"]?.elements, let usage = json["usage"], let prompt = usage["prompt"]?.whole,
      let completion = usage["completion"]?.whole
    else { return nil }
    var answers: [Answer] = []
    for one in kept {
      guard let text = one["text"]?.text, let ending = one["ending"]?.text.flatMap(Ending.init) else { return nil }
      let tokens = one["tokens"]?.elements?.compactMap(\.text) ?? []
      let probabilities = one["logProbabilities"]?.elements ?? []
      guard tokens.count == probabilities.count else { return nil }
      answers.append(
        Answer(text, ending: ending, tokens: zip(tokens, probabilities).map { TokenProbability($0, $1.double) }))
    }
    self.init(
      answers, embeddings: json["embeddings"]?.elements?.compactMap(\.doubles) ?? [],
      usage: TokenUsage(prompt: prompt, completion: completion, isEstimate: usage["estimate"]?.truth ?? false))
  }
}
