// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellSession {
  /// Takes answers in. Everything is looked at before anything is told, so a wrong line changes nothing.
  mutating func tell(_ json: JSONValue) throws {
    guard json.members != nil else { throw AskTellError(.badRequest, "\"tell\" must be an object") }
    let ids = try identifiers(json)
    var places: [Int] = []
    for id in ids {
      guard let place = handed.firstIndex(where: { $0.id == id }) else {
        throw AskTellError(.unknownId, "no point \(id) waits for an answer; it was never asked or already answered")
      }
      guard !places.contains(place) else { throw AskTellError(.unknownId, "the id \(id) occurs twice") }
      places.append(place)
    }
    if let ranking = json["rank"], !ranking.isNull { return try rank(ranking, places) }
    let replies = try replies(json, places)
    var told: [(ticket: Int, reply: OutsideReply)] = []
    for (place, reply) in zip(places, replies) {
      let point = handed[place]
      if let ticket = point.ticket { told.append((ticket, methodReply(reply))) }
      if entry.outsideName == "rank", point.ticket != nil {
        throw AskTellError(.badRequest, "\(entry.card.name) needs \"rank\", an order of the points of the last ask")
      }
      hear(reply, at: point.point)
    }
    let gone = Set(ids)
    handed.removeAll { gone.contains($0.id) }
    for (ticket, reply) in told { try run.tellOutside(ticket, reply) }
    answered += ids.count
  }

  private func identifiers(_ json: JSONValue) throws(AskTellError) -> [Int] {
    guard let given = json["ids"], !given.isNull else { return lastAsk }
    var ids: [Int] = []
    for element in given.elements ?? [.null] {
      guard let id = element.whole else {
        throw AskTellError(.badRequest, "\"ids\" must be an array of whole numbers")
      }
      ids.append(id)
    }
    return ids
  }

  // MARK: Reading answers

  private func replies(_ json: JSONValue, _ places: [Int]) throws(AskTellError) -> [OutsideReply] {
    var replies = [OutsideReply](repeating: OutsideReply(), count: places.count)
    let gradients = json["grad"].flatMap { $0.isNull ? nil : $0 }
    let needsGradient = entry.outsideName == "gradient"
    if let values = json["f"], !values.isNull || gradients != nil {
      let list = try elements(values, "f", places.count)
      for i in replies.indices { replies[i].objectives = [try objectives(list[i])] }
    } else if rule == nil {
      throw AskTellError(.badRequest, "\"tell\" needs \"f\", one list of objectives a point")
    } else {
      // Update rules know a point by its gradient; `checkStep` refuses where one needs the loss as well.
      for i in replies.indices { replies[i].objectives = [[]] }
    }
    if let constraints = json["g"], !constraints.isNull {
      let list = try elements(constraints, "g", places.count)
      for i in replies.indices { replies[i].constraints = [try numbers(list[i], "g", description.constraints)] }
    } else if description.constraints > 0, replies.contains(where: { !$0.objectives[0].isEmpty }) {
      throw AskTellError(
        .badRequest, "\"tell\" needs \"g\", one list of \(description.constraints) constraints a point")
    }
    guard let gradients else {
      let isMissing = needsGradient && places.contains { handed[$0].ticket != nil }
      guard isMissing else { return replies }
      throw AskTellError(.badRequest, "\(entry.card.name) needs \"grad\", one gradient a point")
    }
    let slopes = try elements(gradients, "grad", places.count)
    for i in replies.indices {
      let n = handed[places[i]].point.count
      // Where the evaluation failed there is no slope either.
      let slope = slopes[i].isNull ? [Double](repeating: .nan, count: n) : try numbers(slopes[i], "grad", n)
      replies[i].gradients = [Vector(slope)]
      if handed[places[i]].ticket != nil { try checkStep(replies[i], isFailed: slopes[i].isNull) }
    }
    return replies
  }

  /// Throws where an update rule cannot step with the reply: one number that is none would spoil all that it remembers.
  private func checkStep(_ reply: OutsideReply, isFailed: Bool) throws(AskTellError) {
    guard let rule, let gradient = reply.gradients.first else { return }
    let remedy = "nothing was changed; tell the point again"
    guard !isFailed else {
      throw AskTellError(
        .badRequest, "\(entry.card.name) cannot step without a gradient, and \"grad\" is null; \(remedy)")
    }
    if rule.needsLoss, reply.objectives.first?.first?.isFinite != true {
      throw AskTellError(
        .badRequest, "\(entry.card.name) needs \"f\", the loss of each point, beside \"grad\"; \(remedy)")
    }
    guard let i = gradient.elements.firstIndex(where: { !$0.isFinite }) else { return }
    let tensor = description.layout?.slots.first { $0.range.contains(i) }
    let place = tensor.map { " (\(i - $0.offset) of \"\($0.name)\")" } ?? ""
    throw AskTellError(.badRequest, "\"grad\" is \(gradient[i]) at coordinate \(i)\(place); \(remedy)")
  }

  private func elements(_ json: JSONValue, _ name: String, _ count: Int) throws(AskTellError) -> [JSONValue] {
    if json.isNull { return [JSONValue](repeating: .null, count: count) }
    guard let elements = json.elements, elements.count == count else {
      throw AskTellError(.badRequest, "\"\(name)\" must be an array with one entry a point, here \(count)")
    }
    return elements
  }

  /// The objectives of one point; empty for a failed evaluation.
  private func objectives(_ json: JSONValue) throws(AskTellError) -> [Double] {
    if json.isNull { return [] }
    if let single = json.double, description.objectives == 1 { return [single] }
    if let elements = json.elements, elements.count == description.objectives, elements.contains(where: \.isNull) {
      return []
    }
    return try numbers(json, "f", description.objectives)
  }

  private func numbers(_ json: JSONValue, _ name: String, _ count: Int) throws(AskTellError) -> [Double] {
    if json.isNull { return [Double](repeating: .nan, count: count) }
    guard let numbers = json.doubles, numbers.count == count else {
      let found = json.doubles.map { ", not of \($0.count)" } ?? ""
      throw AskTellError(.badRequest, "an entry of \"\(name)\" must be an array of \(count) numbers\(found)")
    }
    return numbers
  }

  /// An order of the points of one question that asks for one.
  private mutating func rank(_ json: JSONValue, _ places: [Int]) throws {
    let order = json.elements?.compactMap(\.whole) ?? []
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

  // MARK: Judging answers

  /// What the method hears: for methods that know no constraints, every infeasible point is worse than every feasible
  /// one, and worse the more it violates.
  private func methodReply(_ reply: OutsideReply) -> OutsideReply {
    guard description.constraints > 0, entry.outsideName != "values" else { return reply }
    let violation = Self.violation(reply)
    guard violation > 0, !reply.objectives[0].isEmpty else { return reply }
    var penalized = reply
    penalized.objectives = [[1e100 * (1 + min(violation, 1e100))]]
    penalized.constraints = []
    return penalized
  }

  private static func violation(_ reply: OutsideReply) -> Double {
    (reply.constraints.first ?? []).reduce(0) { $0 + ($1.isNaN ? .infinity : max(0, $1)) }
  }

  private mutating func hear(_ reply: OutsideReply, at point: Vector) {
    let objectives = reply.objectives[0]
    guard let value = objectives.first, !value.isNaN else { return }
    let violation = Self.violation(reply)
    if let best {
      guard let old = best.objectives.first else { return }
      guard violation < best.violation || (violation == best.violation && value < old) else { return }
    }
    best = Best(point: point, objectives: objectives, violation: violation)
  }
}
