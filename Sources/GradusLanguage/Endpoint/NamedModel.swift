// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A service whose requests name a model of the server, and stop when somebody asks for a stop.
public struct NamedModel: ModelService {
  public var base: any ModelService
  /// The server's name of the model, for requests that name none; empty: its only one.
  public var model: String
  public var interruption: Interruption?

  public init(_ base: any ModelService, model: String = "", interruption: Interruption? = nil) {
    self.base = base
    self.model = model
    self.interruption = interruption
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(to request: ModelRequest, hearing listener: ModelListener?) async throws(ModelFailure) -> ModelReply
  {
    if let interruption, interruption.isRaised { throw .cancelled }
    var request = request
    if request.model.isEmpty { request.model = model }
    return try await base.reply(to: request, hearing: listener)
  }
}
