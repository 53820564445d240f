// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader
import Synchronization

/// The replies in buffers of the caller: each NULL or with one row a point.
private func replies(
  _ handle: SearchHandle, _ count: Int, _ values: UnsafePointer<Double>?, _ constraints: UnsafePointer<Double>?,
  _ gradients: UnsafePointer<Double>?, _ costs: UnsafePointer<Double>?
) throws -> [OutsideReply] {
  let (m, k, n) = (handle.objectives, handle.constraints, handle.dimension)
  let objectives = try numbers(values, count * m, "values")
  let isFailed = (0..<count).map { i in objectives[i * m..<(i + 1) * m].allSatisfy(\.isNaN) }
  let limits =
    constraints == nil && isFailed.allSatisfy { $0 } ? nil : try numbers(constraints, count * k, "constraints")
  let slopes = gradients == nil ? nil : try numbers(gradients, count * n, "gradients")
  let prices = costs == nil ? nil : try numbers(costs, count, "costs")
  if let cost = prices?.first(where: { $0.isInfinite || $0 < 0 }) {
    throw AskTellError(.badRequest, "a cost of \(cost) cannot be; give 0 or more, or NaN where it is not known")
  }
  return (0..<count).map { i in
    var reply = OutsideReply()
    reply.objectives = [isFailed[i] ? [] : Array(objectives[i * m..<(i + 1) * m])]
    if let limits, k > 0 { reply.constraints = [Array(limits[i * k..<(i + 1) * k])] }
    if let slopes { reply.gradients = [Vector(Array(slopes[i * n..<(i + 1) * n]))] }
    if let prices, !prices[i].isNaN { reply.costs = [prices[i]] }
    return reply
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_tell(
  _ search: OpaquePointer?, _ count: Int64, _ ids: UnsafePointer<Int64>?, _ values: UnsafePointer<Double>?,
  _ constraints: UnsafePointer<Double>?, _ gradients: UnsafePointer<Double>?, _ costs: UnsafePointer<Double>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let total = try size(count, max(handle.dimension, handle.objectives, handle.constraints), "count")
    let told = try whole(ids, total, "ids")
    let replies = try replies(handle, total, values, constraints, gradients, costs)
    try handle.session.withLock { try $0.tell(told, replies) }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rank(
  _ search: OpaquePointer?, _ count: Int64, _ ids: UnsafePointer<Int64>?, _ order: UnsafePointer<Int64>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let total = try size(count, 1, "count")
    let told = try whole(ids, total, "ids")
    let places = try whole(order, total, "order")
    try handle.session.withLock { try $0.rank(told, places) }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_observe(
  _ search: OpaquePointer?, _ count: Int64, _ points: UnsafePointer<Double>?, _ values: UnsafePointer<Double>?,
  _ constraints: UnsafePointer<Double>?, _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let n = handle.dimension
    let total = try size(count, max(n, handle.objectives, handle.constraints), "count")
    let given = try numbers(points, total * n, "points")
    let replies = try replies(handle, total, values, constraints, nil, nil)
    try handle.session.withLock { session in
      let space = session.description.space
      let own = try (0..<total).map { try space.point(of: Array(given[$0 * n..<($0 + 1) * n])) }
      _ = try session.observe(own, replies)
    }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_enqueue(
  _ search: OpaquePointer?, _ point: UnsafePointer<Double>?, _ id: UnsafeMutablePointer<Int64>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let given = try numbers(point, handle.dimension, "point")
    let number = try handle.session.withLock { session in
      session.enqueue(try session.description.space.point(of: given))
    }
    id?.pointee = Int64(number)
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_report(
  _ search: OpaquePointer?, _ id: Int64, _ step: Int64, _ value: Double, _ prune: UnsafeMutablePointer<Int32>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try SearchHandle.of(search)
    let isPruned = try handle.session.withLock { try $0.report(Int(id), step: Int(step), value: value) }
    prune?.pointee = isPruned ? 1 : 0
    return GRADUS_OK
  }
}
