// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// A service whose replies are kept in a file: what was asked before is not asked again.
public struct CachedModel: ModelService {
  public var base: any ModelService
  public let cassette: Cassette
  /// Counts what came from the file.
  public let meter: ModelMeter?

  public init(_ base: any ModelService, _ cassette: Cassette, meter: ModelMeter? = nil) {
    self.base = base
    self.cassette = cassette
    self.meter = meter
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    if let kept = try cassette.look(request, name) {
      meter?.countKept()
      listener?(kept.text)
      return kept
    }
    let reply = try await base.reply(to: request, hearing: listener)
    do { try cassette.add(reply, to: request, of: name) } catch { throw .file(cause: "\(error)") }
    return reply
  }
}

/// A recording in place of a service.
public struct RecordedModel: ModelService {
  public let cassette: Cassette

  public init(_ cassette: Cassette) { self.cassette = cassette }

  public var name: String { "recorded:\(cassette.path)" }
  public var abilities: ModelAbilities { [.probabilities, .prompts, .embeddings, .forms, .seeds] }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    guard let kept = try cassette.look(request, nil) else {
      throw .notRecorded(service: cassette.path, request: ModelFailure.plain(request.json.description))
    }
    listener?(kept.text)
    return kept
  }
}

extension Cassette {
  fileprivate func look(_ request: ModelRequest, _ service: String?) throws(ModelFailure) -> ModelReply? {
    do { return try reply(to: request, of: service) } catch { throw .file(cause: "\(error)") }
  }
}
