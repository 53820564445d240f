// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// A service whose replies are kept in a file: what was asked before is not asked again.
public struct CachedModel: ModelService {
  public var base: any ModelService
  public let tape: ReplyTape
  /// Counts what came from the file.
  public let meter: ModelMeter?
  private let shelf = Shelf()

  public init(_ base: any ModelService, _ tape: ReplyTape, meter: ModelMeter? = nil) {
    self.base = base
    self.tape = tape
    self.meter = meter
  }

  public var place: String { base.place }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(to request: ModelRequest) async throws(ModelFailure) -> ModelReply {
    if let kept = try shelf.look(tape, request, place) {
      meter?.countKept()
      return kept
    }
    let reply = try await base.reply(to: request)
    try shelf.put(reply, tape, request, place)
    return reply
  }

  public func reply(
    to request: ModelRequest, hearing hear: @escaping @Sendable (String) -> Void
  ) async throws(ModelFailure) -> ModelReply {
    if let kept = try shelf.look(tape, request, place) {
      meter?.countKept()
      hear(kept.text)
      return kept
    }
    let reply = try await base.reply(to: request, hearing: hear)
    try shelf.put(reply, tape, request, place)
    return reply
  }
}

/// A recording in place of a service.
public struct RecordedModel: ModelService {
  public let tape: ReplyTape
  private let shelf = Shelf()

  public init(_ tape: ReplyTape) { self.tape = tape }

  public var place: String { "recorded:\(tape.path)" }
  public var abilities: ModelAbilities { [.probabilities, .prompts, .embeddings, .forms, .seeds] }

  public func reply(to request: ModelRequest) async throws(ModelFailure) -> ModelReply {
    if let kept = try shelf.look(tape, request, nil) { return kept }
    throw .notRecorded(place: tape.path, request: ModelFailure.plain(request.json.description))
  }
}

/// Failures of the file as those of the service.
private struct Shelf {
  func look(_ tape: ReplyTape, _ request: ModelRequest, _ place: String?) throws(ModelFailure) -> ModelReply? {
    do { return try tape.reply(to: request, of: place) } catch {
      throw .unreadable(place: tape.path, cause: ModelFailure.plain("\(error)"))
    }
  }

  func put(_ reply: ModelReply, _ tape: ReplyTape, _ request: ModelRequest, _ place: String) throws(ModelFailure) {
    do { try tape.add(reply, to: request, of: place) } catch {
      throw .unreadable(place: tape.path, cause: ModelFailure.plain("\(error)"))
    }
  }
}
