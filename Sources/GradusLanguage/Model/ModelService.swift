// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What a service can do beyond a conversation.
public struct ModelAbilities: OptionSet, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Tells log-probabilities.
  public static let probabilities = ModelAbilities(rawValue: 1)
  /// Goes on with a text.
  public static let prompts = ModelAbilities(rawValue: 2)
  public static let embeddings = ModelAbilities(rawValue: 4)
  /// Keeps to a schema or grammar.
  public static let forms = ModelAbilities(rawValue: 8)
  /// Equal requests with a seed have equal replies.
  public static let seeds = ModelAbilities(rawValue: 16)
}

/// Something that answers requests as a language model does: a server, a recording, a double. Services are put around each other.
public protocol ModelService: Sendable {
  /// For messages, for instance an address without its key.
  var name: String { get }
  /// What it can do beyond a conversation.
  var abilities: ModelAbilities { get }

  /// The reply; `listener` is told the pieces of the first answer as they arrive, or all of it at once. Throws when there is no reply.
  func reply(to request: ModelRequest, hearing listener: ModelListener?) async throws(ModelFailure) -> ModelReply
}

/// Hears the pieces of an answer as they arrive, on any thread.
public typealias ModelListener = @Sendable (String) -> Void

extension ModelService {
  /// The reply as a whole.
  public func reply(to request: ModelRequest) async throws(ModelFailure) -> ModelReply {
    try await reply(to: request, hearing: nil)
  }
}

/// A service as the advisor of a method: one prompt, one answer.
public struct ModelAdvisor: LanguageModel {
  public var service: any ModelService
  /// What every question has in common; its content is replaced.
  public var settings: ModelRequest
  public var prices: ModelPrices

  public init(
    _ service: any ModelService, settings: ModelRequest = ModelRequest(asking: ""), prices: ModelPrices = ModelPrices()
  ) {
    self.service = service
    self.settings = settings
    self.prices = prices
  }

  public func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var request = settings
    request.content = .chat([.user(prompt)])
    var stream = stream
    request.seed = Int(stream.next() >> 33)
    let reply = try await service.reply(to: request)
    return Completion(
      text: reply.text, promptTokens: reply.usage.prompt, completionTokens: reply.usage.completion,
      cost: prices.cost(of: reply.usage))
  }
}
