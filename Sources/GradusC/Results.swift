// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader
import Synchronization

/// As `gradus.h` says.
@c
@implementation
public func gradus_pending(
  _ search: OpaquePointer?, _ most: Int64, _ ids: UnsafeMutablePointer<Int64>?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  answering(nil, 0) {
    let waiting = try SearchHandle.of(search).session.withLock { $0.handed.map(\.id) }
    count?.pointee = Int64(waiting.count)
    guard let ids else { return GRADUS_OK }
    for (i, id) in waiting.prefix(try size(most, 1, "the number of ids")).enumerated() { ids[i] = Int64(id) }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_best(
  _ search: OpaquePointer?, _ point: UnsafeMutablePointer<Double>?, _ values: UnsafeMutablePointer<Double>?
) -> Int32 {
  answering(nil, 0) {
    let handle = try SearchHandle.of(search)
    let found = handle.session.withLock { session in
      session.choice.map { (point: session.description.space.numbers(of: $0.point), values: $0.objectives) }
    }
    guard let found else { return GRADUS_NONE }
    copy(found.point, to: point)
    let none = [Double](repeating: .nan, count: handle.objectives)
    copy(found.values.isEmpty ? none : found.values, to: values)
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_recommend(_ search: OpaquePointer?, _ point: UnsafeMutablePointer<Double>?) -> Int32 {
  answering(nil, 0) {
    let found = try SearchHandle.of(search).session.withLock { session in
      session.recommendation.map { session.description.space.numbers(of: $0) }
    }
    guard let found else { return GRADUS_NONE }
    copy(found, to: point)
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_front(
  _ search: OpaquePointer?, _ most: Int64, _ points: UnsafeMutablePointer<Double>?,
  _ values: UnsafeMutablePointer<Double>?, _ count: UnsafeMutablePointer<Int64>?
) -> Int32 {
  answering(nil, 0) {
    let handle = try SearchHandle.of(search)
    let room = try size(most, max(handle.dimension, handle.objectives), "the number of points")
    let members = handle.session.withLock { session in
      session.front.map { (session.description.space.numbers(of: $0.point), $0.outcomes.objectives) }
    }
    count?.pointee = Int64(members.count)
    for (i, member) in members.prefix(room).enumerated() {
      copy(member.0, to: points.map { $0 + i * handle.dimension })
      copy(member.1, to: values.map { $0 + i * handle.objectives })
    }
    return GRADUS_OK
  }
}

private func copy(_ numbers: [Double], to target: UnsafeMutablePointer<Double>?) {
  guard let target else { return }
  for (i, number) in numbers.enumerated() { target[i] = number }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_save(
  _ search: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int64,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  var length: Int64 = 0
  let status = answering(message, room) {
    let saved = try SearchHandle.of(search).session.withLock { try $0.saved() }
    length = write(saved, to: text, capacity)
    return GRADUS_OK
  }
  return status < 0 ? Int64(status) : length
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_end(_ search: OpaquePointer?) { SearchHandle.release(search) }
