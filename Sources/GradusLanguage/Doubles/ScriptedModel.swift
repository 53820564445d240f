// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A double that answers by a rule which sees nothing but the text it is shown.
public struct ScriptedModel: ModelService {
  public let name: String
  private let rule: @Sendable (_ prompt: String, _ seed: Int) throws -> String

  /// `rule`: from the whole prompt, messages under each other, and the request's seed (0 where it has none) to the answer. What
  /// it throws is a failure of the service.
  public init(
    _ name: String = "scripted", _ rule: @escaping @Sendable (_ prompt: String, _ seed: Int) throws -> String
  ) {
    self.name = name
    self.rule = rule
  }

  public var abilities: ModelAbilities { [.prompts, .seeds] }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    let prompt = request.prompt
    return try ModelReply.double(request, hearing: listener) { k throws(ModelFailure) in
      do { return try rule(prompt, (request.seed ?? 0) &+ k) } catch let failure as ModelFailure {
        throw failure
      } catch {
        throw .server(service: name, status: 500, cause: ModelFailure.plain("\(error)"))
      }
    }
  }
}

extension ModelRequest {
  /// All that the model is shown, messages under each other.
  public var prompt: String {
    switch content {
    case .chat(let messages): messages.map(\.content).joined(separator: "\n")
    case .prompt(let text): text
    case .embedding(let texts): texts.joined(separator: "\n")
    }
  }
}
