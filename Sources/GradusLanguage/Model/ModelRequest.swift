// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One turn of a conversation.
public struct ChatMessage: Sendable, Hashable {
  /// Who speaks.
  public enum Role: String, Sendable, Codable { case system, user, assistant }

  public var role: Role
  public var content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }

  /// What the model is told before the conversation.
  public static func system(_ content: String) -> ChatMessage { ChatMessage(.system, content) }
  /// What the model is asked.
  public static func user(_ content: String) -> ChatMessage { ChatMessage(.user, content) }
  /// What the model has said.
  public static func assistant(_ content: String) -> ChatMessage { ChatMessage(.assistant, content) }
}

/// What form an answer shall have; a server that does not know it may ignore it.
public enum AnswerForm: Sendable, Hashable {
  /// Any JSON object.
  case object
  /// JSON that a schema describes.
  case schema(JSONValue)
  /// A grammar in GBNF, as llama.cpp reads it.
  case grammar(String)
}

/// Everything that a language model is asked at once. Equal requests are the same question.
public struct ModelRequest: Sendable, Hashable {
  /// The kind of question.
  public enum Content: Sendable, Hashable {
    case chat([ChatMessage])
    /// A text to go on with.
    case prompt(String)
    /// Texts whose places in space are wanted.
    case embedding([String])
  }

  public var content: Content
  /// The server's name of the model; empty: its only one.
  public var model: String
  /// From 0; nil: the server's own.
  public var temperature: Double?
  /// The share of probability that is sampled from; nil: the server's own.
  public var topP: Double?
  /// Tokens that an answer may have.
  public var maxTokens: Int?
  /// Texts at which an answer ends.
  public var stop: [String] = []
  /// How many answers are wanted.
  public var count = 1
  /// A repeated question with the same seed may have the same answer.
  public var seed: Int?
  /// How many alternatives of each token are told with their log-probabilities; nil: none is told.
  public var alternatives: Int?
  /// For prompts: the answer begins with the prompt itself, so that its log-probabilities are told as well.
  public var echoes = false
  public var form: AnswerForm?

  /// Whether places in space are wanted, and no words.
  var isEmbedding: Bool { if case .embedding = content { true } else { false } }

  public init(
    _ content: Content, model: String = "", temperature: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil
  ) {
    self.content = content
    self.model = model
    self.temperature = temperature
    self.maxTokens = maxTokens
    self.seed = seed
  }

  /// One question without a conversation before it.
  public init(
    asking question: String, model: String = "", temperature: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil
  ) {
    self.init(
      .chat([.user(question)]), model: model, temperature: temperature, maxTokens: maxTokens, seed: seed)
  }

  /// Where it goes, behind the server's base address.
  public var path: String {
    switch content {
    case .chat: "chat/completions"
    case .prompt: "completions"
    case .embedding: "embeddings"
    }
  }

  /// The request as the interface of OpenAI states it, members in a fixed order; what is nil is left out.
  public var json: JSONValue {
    var members: [JSONValue.Member] = []
    func add(_ name: String, _ value: JSONValue?) { if let value { members.append(.init(name, value)) } }
    if !model.isEmpty { add("model", .string(model)) }
    switch content {
    case .chat(let messages):
      add(
        "messages",
        .array(messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }))
      add("max_tokens", maxTokens.map { .integer($0) })
      if let alternatives {
        add("logprobs", true)
        add("top_logprobs", .integer(alternatives))
      }
    case .prompt(let text):
      add("prompt", .string(text))
      add("max_tokens", maxTokens.map { .integer($0) })
      add("logprobs", alternatives.map { .integer($0) })
      if echoes { add("echo", true) }
    case .embedding(let texts):
      add("input", JSONValue(strings: texts))
      return .object(members)
    }
    add("temperature", temperature.map { .number($0) })
    add("top_p", topP.map { .number($0) })
    if !stop.isEmpty { add("stop", JSONValue(strings: stop)) }
    if count != 1 { add("n", .integer(count)) }
    add("seed", seed.map { .integer($0) })
    switch form {
    case .object: add("response_format", ["type": "json_object"])
    case .schema(let schema):
      // Both spellings that are in use: the schema beside the type, and inside a description of its own.
      add(
        "response_format",
        ["type": "json_object", "schema": schema, "json_schema": ["name": "answer", "schema": schema]])
    case .grammar(let grammar): add("grammar", .string(grammar))
    case nil: break
    }
    return .object(members)
  }

  /// An upper estimate of the tokens of the prompt: three bytes a token, and eight for each message. English has four bytes a
  /// token, so the estimate rather stops too early than too late.
  public var promptTokenEstimate: Int {
    switch content {
    case .chat(let messages): messages.reduce(0) { $0 + $1.content.utf8.count / 3 + 9 }
    case .prompt(let text): text.utf8.count / 3 + 1
    case .embedding(let texts): texts.reduce(0) { $0 + $1.utf8.count / 3 + 1 }
    }
  }
}
