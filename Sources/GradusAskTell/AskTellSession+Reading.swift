// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellSession {
  /// Takes a line in: answers to points that wait, an order of them, or what is known of points of the caller (`"x"`).
  ///
  /// True or false: whether the method learns from the points of the caller; nil for answers to its own. A wrong line
  /// changes nothing.
  mutating func tell(_ json: JSONValue) throws -> Bool? {
    guard json.members != nil else { throw AskTellError(.badRequest, "\"tell\" must be an object") }
    if let own = json["x"], !own.isNull { return try observe(own, json) }
    let ids = try identifiers(json)
    let places = try places(of: ids)
    if let ranking = json["rank"], !ranking.isNull {
      try rank(ids, ranking.elements?.map { $0.whole ?? -1 } ?? [])
      return nil
    }
    try tell(ids, try replies(json, places.map { handed[$0] }))
    return nil
  }

  private mutating func observe(_ own: JSONValue, _ json: JSONValue) throws -> Bool {
    guard let elements = own.elements else {
      throw AskTellError(.badRequest, "\"x\" must be an array of points")
    }
    if let ids = json["ids"], !ids.isNull {
      throw AskTellError(.badRequest, "\"x\" and \"ids\" name different points; tell them in two lines")
    }
    let points = try elements.map { try description.space.point(from: $0, "x") }
    return try observe(points, try replies(json, points.map { Handed(id: -1, ticket: nil, point: $0) }))
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

  private func replies(_ json: JSONValue, _ points: [Handed]) throws(AskTellError) -> [OutsideReply] {
    var replies = [OutsideReply](repeating: OutsideReply(), count: points.count)
    let gradients = json["grad"].flatMap { $0.isNull ? nil : $0 }
    if let values = json["f"], !values.isNull || gradients != nil {
      let list = try elements(values, "f", points.count)
      for i in replies.indices { replies[i].objectives = [try objectives(list[i])] }
    } else if rule == nil {
      throw AskTellError(.badRequest, "\"tell\" needs \"f\", one list of objectives a point")
    } else {
      // Update rules know a point by its gradient; where one needs the loss as well, `tell` refuses.
      for i in replies.indices { replies[i].objectives = [[]] }
    }
    if let constraints = json["g"], !constraints.isNull {
      let list = try elements(constraints, "g", points.count)
      for i in replies.indices { replies[i].constraints = [try numbers(list[i], "g", description.constraints)] }
    } else if description.constraints > 0, replies.contains(where: { !$0.objectives[0].isEmpty }) {
      throw AskTellError(
        .badRequest, "\"tell\" needs \"g\", one list of \(description.constraints) constraints a point")
    }
    if let costs = json["cost"], !costs.isNull {
      let list = try elements(costs, "cost", points.count)
      for i in replies.indices where !list[i].isNull {
        guard let cost = list[i].double, cost.isFinite, cost >= 0 else {
          throw AskTellError(.badRequest, "an entry of \"cost\" must be a number of at least 0")
        }
        replies[i].costs = [cost]
      }
    }
    guard let gradients else { return replies }
    let slopes = try elements(gradients, "grad", points.count)
    for i in replies.indices {
      let n = points[i].point.count
      if slopes[i].isNull, rule != nil, points[i].ticket != nil {
        throw AskTellError(
          .badRequest,
          "\(entry.card.name) cannot step without a gradient, and \"grad\" is null; nothing was changed; "
            + "tell the point again")
      }
      // Where the evaluation failed there is no slope either.
      let slope = slopes[i].isNull ? [Double](repeating: .nan, count: n) : try numbers(slopes[i], "grad", n)
      replies[i].gradients = [Vector(slope)]
    }
    return replies
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
}
