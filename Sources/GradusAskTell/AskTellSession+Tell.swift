// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellSession {
  /// Takes answers in, one a point in the order of `ids`. Everything is looked at before anything is told, so that wrong
  /// answers change nothing.
  package mutating func tell(_ ids: [Int], _ replies: [OutsideReply]) throws {
    precondition(ids.count == replies.count, "one reply a point")
    let places = try places(of: ids)
    for (place, reply) in zip(places, replies) where handed[place].ticket != nil { try check(reply, handed[place]) }
    let points = places.map { handed[$0] }
    let gone = Set(ids)
    handed.removeAll { gone.contains($0.id) }
    for (point, reply) in zip(points, replies) {
      hear(reply, at: point)
      guard let ticket = point.ticket else {
        _ = try run.inform(point.point, methodReply(reply))
        continue
      }
      try run.tellOutside(ticket, methodReply(reply))
    }
    answered += ids.count
  }

  /// Takes in what is known of points that were never asked about. True when the method learns from it; otherwise it counts
  /// only for the best answer heard.
  package mutating func observe(_ points: [Vector], _ replies: [OutsideReply]) throws -> Bool {
    precondition(points.count == replies.count, "one reply a point")
    var isLearning = run.learnsFromOthers
    for (point, reply) in zip(points, replies) {
      hear(reply, at: Handed(id: -1, ticket: nil, point: point))
      isLearning = try run.inform(point, methodReply(reply)) && isLearning
    }
    return isLearning
  }

  /// An order, best first, of all points of one question that asks for one.
  package mutating func rank(_ ids: [Int], _ order: [Int]) throws {
    let places = try places(of: ids)
    guard order.count == places.count, order.sorted() == Array(places.indices) else {
      throw AskTellError(.badRequest, "\"rank\" must hold every index from 0 to \(places.count - 1) once, best first")
    }
    let tickets = Set(places.map { handed[$0].ticket })
    guard entry.outsideName == "rank", tickets.count == 1, let first = tickets.first, let ticket = first,
      handed.count(where: { $0.ticket == ticket }) == places.count
    else { throw AskTellError(.badRequest, "\(entry.card.name) needs \"f\"; an order is not enough") }
    var reply = OutsideReply()
    reply.ranking = order
    let winner = handed[places[order[0]]].point
    try run.tellOutside(ticket, reply)
    best = Best(point: winner, objectives: [], violation: 0)
    handed.removeAll { $0.ticket == ticket }
    answered += places.count
  }

  /// Where the points of these ids are among those handed out.
  func places(of ids: [Int]) throws(AskTellError) -> [Int] {
    var places: [Int] = []
    var seen = Set<Int>()
    for id in ids {
      guard let place = handed.firstIndex(where: { $0.id == id }) else {
        throw AskTellError(.unknownId, "no point \(id) waits for an answer; it was never asked or already answered")
      }
      guard seen.insert(id).inserted else { throw AskTellError(.unknownId, "the id \(id) occurs twice") }
      places.append(place)
    }
    return places
  }

  // MARK: Looking at answers

  /// Throws where the method cannot go on with the reply.
  private func check(_ reply: OutsideReply, _ point: Handed) throws(AskTellError) {
    switch entry.outsideName {
    case "rank":
      throw AskTellError(.badRequest, "\(entry.card.name) needs \"rank\", an order of the points of the last ask")
    case "gradient":
      guard let gradient = reply.gradients.first, gradient.count == point.point.count else {
        throw AskTellError(.badRequest, "\(entry.card.name) needs \"grad\", one gradient a point")
      }
      try checkStep(reply, gradient)
    default: break
    }
  }

  /// Throws where an update rule cannot step with the reply: one number that is none would spoil all that it remembers.
  private func checkStep(_ reply: OutsideReply, _ gradient: Vector) throws(AskTellError) {
    guard let rule else { return }
    let remedy = "nothing was changed; tell the point again"
    if rule.needsLoss, reply.objectives.first?.first?.isFinite != true {
      throw AskTellError(
        .badRequest, "\(entry.card.name) needs \"f\", the loss of each point, beside \"grad\"; \(remedy)")
    }
    guard let i = gradient.elements.firstIndex(where: { !$0.isFinite }) else { return }
    let tensor = description.layout?.slots.first { $0.range.contains(i) }
    let place = tensor.map { " (\(i - $0.offset) of \"\($0.name)\")" } ?? ""
    throw AskTellError(.badRequest, "\"grad\" is \(gradient[i]) at coordinate \(i)\(place); \(remedy)")
  }

  // MARK: Judging answers

  /// What the method hears: for methods that know no constraints, every infeasible point is worse than every feasible
  /// one, and worse the more it violates.
  private func methodReply(_ reply: OutsideReply) -> OutsideReply {
    guard description.constraints > 0, entry.outsideName != "values" else { return reply }
    let violation = Self.violation(reply)
    guard violation > 0, reply.objectives.first?.isEmpty == false else { return reply }
    var penalized = reply
    penalized.objectives = [[1e100 * (1 + min(violation, 1e100))]]
    penalized.constraints = []
    return penalized
  }

  private static func violation(_ reply: OutsideReply) -> Double {
    (reply.constraints.first ?? []).reduce(0) { $0 + ($1.isNaN ? .infinity : max(0, $1)) }
  }

  /// Keeps the best answer. Cheaper approximations do not count.
  private mutating func hear(_ reply: OutsideReply, at point: Handed) {
    guard let objectives = reply.objectives.first, let value = objectives.first, !value.isNaN,
      point.fidelity ?? 1 >= 1
    else { return }
    let violation = Self.violation(reply)
    if let best {
      guard let old = best.objectives.first else { return }
      guard violation < best.violation || (violation == best.violation && value < old) else { return }
    }
    best = Best(point: point.point, objectives: objectives, violation: violation)
  }
}
