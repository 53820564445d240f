// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import Testing

/// Lines to a service in this process, and its answers.
struct Conversation {
  private var service = AskTellService(defaultMethod: nil)

  /// The answer to one line.
  mutating func send(_ line: String) throws -> JSONValue {
    let answer = service.answer(Array(line.utf8))
    return try JSONValue(parsing: try #require(answer))
  }

  /// The answer to one command.
  mutating func say(_ name: String, _ value: JSONValue = [:]) throws -> JSONValue {
    try send(JSONValue.object([.init(name, value)]).description)
  }

  static func code(_ answer: JSONValue) -> String? { answer["error"]?["code"]?.text }
}

/// What somebody outside answers: a bowl with its middle at 0.3, tilted a little, so that no two coordinates are alike.
enum Bowl {
  static func value(_ x: [Double]) -> Double {
    x.enumerated().reduce(0) { $0 + (1 + 0.1 * Double($1.offset)) * ($1.element - 0.3) * ($1.element - 0.3) }
  }

  static func gradient(_ x: [Double]) -> [Double] {
    x.enumerated().map { 2 * (1 + 0.1 * Double($0.offset)) * ($0.element - 0.3) }
  }

  /// The numbers of a point, whether it is an array or an object.
  static func numbers(_ point: JSONValue) -> [Double] {
    if let numbers = point.doubles { return numbers }
    return (point.members ?? []).flatMap { member -> [Double] in
      if let number = member.value.double { return [number] }
      if let numbers = member.value.doubles { return numbers }
      return [Double(member.value.description.utf8.count)]
    }
  }

  /// The line that tells about points, for the oracle that the method wants.
  static func answer(
    _ points: [JSONValue], ids: [JSONValue], oracle: String, objectives: Int = 1, constraints: Int = 0
  ) -> JSONValue {
    let all = points.map(numbers)
    var members: [JSONValue.Member] = [.init("ids", .array(ids))]
    if oracle == "rank" {
      let order = all.indices.sorted { value(all[$0]) < value(all[$1]) }
      return .object(members + [.init("rank", .array(order.map { .integer($0) }))])
    }
    let f = all.map { x in
      JSONValue(numbers: (0..<objectives).map { k in value(x.map { $0 + 0.2 * Double(k) }) })
    }
    members.append(.init("f", .array(f)))
    if constraints > 0 {
      let g = all.map { x in JSONValue(numbers: (0..<constraints).map { x[$0 % max(1, x.count)] - 0.8 }) }
      members.append(.init("g", .array(g)))
    }
    if oracle == "gradient" { members.append(.init("grad", .array(all.map { JSONValue(numbers: gradient($0)) }))) }
    return .object(members)
  }
}
