// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader
import Synchronization

/// As `gradus.h` says.
@c
@implementation
public func gradus_abi() -> Int32 { GRADUS_ABI }

/// As `gradus.h` says.
@c
@implementation
public func gradus_version(_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int64) -> Int64 {
  write(gradusVersion, to: text, capacity)
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_methods(_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int64) -> Int64 {
  let rules = Set(RuleCatalog.entries.map(\.card.name))
  let known = Catalog.all.compactMap { entry -> JSONValue? in
    guard let oracle = entry.outsideName else { return nil }
    return [
      "name": .string(entry.card.name), "summary": .string(entry.card.summary), "oracle": .string(oracle),
      "rule": .bool(rules.contains(entry.card.name)),
    ]
  }
  return write(JSONValue.array(known).description, to: text, capacity)
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_start(
  _ text: UnsafePointer<CChar>?, _ length: Int64, _ search: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    guard let search else { throw AskTellError(.badRequest, "there is no place for the handle of the search") }
    let json = try description(text, length)
    if let state = json["state"], !state.isNull {
      guard let saved = state.text else { throw AskTellError(.state, "\"state\" must be the text of gradus_save") }
      search.pointee = SearchHandle(try AskTellSession(restoring: saved, json)).pointer
    } else {
      search.pointee = SearchHandle(try AskTellSession(AskTellDescription(json))).pointer
    }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_facts(_ search: OpaquePointer?, _ facts: UnsafeMutablePointer<gradus_search_facts>?) -> Int32 {
  answering(nil, 0) {
    let handle = try SearchHandle.of(search)
    guard let facts else { return GRADUS_BAD_REQUEST }
    let (oracle, isParallel, isInformed) = handle.session.withLock {
      ($0.entry.outsideName ?? "value", $0.entry.isParallel, $0.learnsFromOthers)
    }
    let kinds = ["value": GRADUS_VALUE, "gradient": GRADUS_GRADIENT, "rank": GRADUS_RANK]
    facts.pointee = gradus_search_facts(
      dimension: Int64(handle.dimension), objectives: Int64(handle.objectives),
      constraints: Int64(handle.constraints), oracle: kinds[oracle] ?? GRADUS_VALUES, is_parallel: isParallel ? 1 : 0,
      is_informed: isInformed ? 1 : 0, reserved: 0)
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_method(_ search: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int64) -> Int64 {
  guard let handle = try? SearchHandle.of(search) else { return Int64(GRADUS_BAD_REQUEST) }
  return write(handle.session.withLock { $0.entry.card.name }, to: text, capacity)
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_reasons(_ search: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int64) -> Int64 {
  guard let handle = try? SearchHandle.of(search) else { return Int64(GRADUS_BAD_REQUEST) }
  return write(handle.session.withLock { $0.explanation.joined(separator: "\n") }, to: text, capacity)
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_ask(
  _ search: OpaquePointer?, _ most: Int64, _ points: UnsafeMutablePointer<Double>?,
  _ ids: UnsafeMutablePointer<Int64>?, _ fidelities: UnsafeMutablePointer<Double>?,
  _ count: UnsafeMutablePointer<Int64>?, _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let room = try size(most, handle.dimension, "the number of points")
    guard room >= 1, let points, let ids, let count else {
      throw AskTellError(.badRequest, "an ask needs room for at least one point, its id and their count")
    }
    count.pointee = 0
    // What was handed out leaves the lock as numbers of its own.
    let asked = try handle.session.withLock { session throws -> AskedNumbers in
      switch try session.ask(room) {
      case .wait: return AskedNumbers(status: GRADUS_WAIT)
      case .stop(let reason): return AskedNumbers(status: GRADUS_STOP, reason: reason)
      case .points(let found):
        return AskedNumbers(
          status: GRADUS_OK, ids: found.map(\.id),
          points: found.map { session.description.space.numbers(of: $0.point) },
          fidelities: found.map { $0.fidelity ?? 1 })
      }
    }
    write(asked.reason, to: message, capacity)
    count.pointee = Int64(asked.ids.count)
    guard asked.ids.count <= room else {
      throw BufferTooSmall(needed: asked.ids.count)
    }
    for (i, id) in asked.ids.enumerated() {
      ids[i] = Int64(id)
      fidelities?[i] = asked.fidelities[i]
      for (k, number) in asked.points[i].enumerated() { points[i * handle.dimension + k] = number }
    }
    return asked.status
  }
}

/// Points as they leave a session.
private struct AskedNumbers: Sendable {
  var status: Int32
  var reason = ""
  var ids: [Int] = []
  var points: [[Double]] = []
  var fidelities: [Double] = []
}
