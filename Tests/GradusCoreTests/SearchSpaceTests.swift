// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusNumerics
import Testing

@Suite struct SearchSpaceTests {
  static func mixed() throws -> SearchSpace {
    try SearchSpace([
      SpaceParameter("x", .float(low: -2, high: 3)),
      SpaceParameter("rate", .float(low: 1e-5, high: 0.1, scale: .logarithmic)),
      SpaceParameter("dropout", .float(low: 0, high: 0.5, step: 0.1)),
      SpaceParameter("layers", .integer(low: 1, high: 4)),
      SpaceParameter("width", .integer(low: 1, high: 1024, scale: .logarithmic)),
      SpaceParameter("batch", .integer(low: 16, high: 256, step: 16)),
      SpaceParameter("rule", .categorical([#""sgd""#, #""adam""#, #""lion""#])),
      SpaceParameter("nesterov", .categorical(["false", "true"]), when: [.init("rule", in: [0...0])]),
      SpaceParameter("momentum", .float(low: 0.5, high: 1), when: [.init("nesterov", in: [1...1])]),
      SpaceParameter("order", .permutation(count: 4)),
      SpaceParameter("mix", .simplex(count: 3)),
      SpaceParameter("fixed", .integer(low: 7, high: 7)),
    ])
  }

  @Test func theLawsOfDomains() throws {
    let space = try Self.mixed()
    var outside = [Vector](repeating: space.canonical(.zeros(space.dimension)), count: 4)
    outside[0][0] = 3.5
    outside[1][3] = 2.5
    outside[2][6] = 7
    outside[3][9] = 1
    let seen = try DomainSuite.check("mixed space", space, outside: outside) { space.canonical($0) }
    #expect(seen.isEmpty, "\(seen)")
  }

  @Test(arguments: [UnitCoordinates.Categories.separate, .index])
  func coordinatesLeadBack(_ categories: UnitCoordinates.Categories) throws {
    let space = try Self.mixed()
    let map = UnitCoordinates(space, categories: categories)
    var random = RandomStream(seed: 3)
    for _ in 0..<2_000 {
      let u = Vector((0..<map.dimension).map { _ in random.uniform() })
      let point = map.point(at: u)
      #expect(space.violation(of: point) == 0)
      #expect(space.canonical(point) == point)
      let coordinates = map.coordinates(of: point)
      #expect(map.box.violation(of: coordinates) == 0)
      let back = map.point(at: coordinates)
      for (a, b) in zip(point.elements, back.elements) { #expect(abs(a - b) <= 1e-12 * max(1, abs(a))) }
    }
  }

  @Test func continuousParametersAreBijections() throws {
    let space = try SearchSpace([
      SpaceParameter("x", .float(low: -2, high: 3)),
      SpaceParameter("rate", .float(low: 1e-5, high: 0.1, scale: .logarithmic)),
      SpaceParameter("mix", .simplex(count: 4)),
    ])
    let map = UnitCoordinates(space)
    #expect(map.dimension == 5)
    var random = RandomStream(seed: 5)
    for _ in 0..<1_000 {
      let u = Vector((0..<5).map { _ in random.uniform() })
      let back = map.coordinates(of: map.point(at: u))
      for (a, b) in zip(u.elements, back.elements) { #expect(abs(a - b) < 1e-9) }
    }
    // The corners, where logarithms and roots end.
    for corner in [[0.0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]] {
      let point = map.point(at: Vector(corner))
      #expect(space.violation(of: point) == 0)
      let again = map.point(at: map.coordinates(of: point))
      for (a, b) in zip(point.elements, again.elements) { #expect(abs(a - b) < 1e-12) }
    }
  }

  @Test func everyValueIsEquallyProbable() throws {
    let space = try Self.mixed()
    var random = RandomStream(seed: 8)
    var rules = [0, 0, 0]
    var orders: [[Double]: Int] = [:]
    var shares = [0.0, 0, 0]
    var decades = 0
    let count = 12_000
    for _ in 0..<count {
      let point = space.sample(&random)
      rules[Int(point[6])] += 1
      orders[Array(point.elements[space.range(of: 9)]), default: 0] += 1
      for k in 0..<3 { shares[k] += point[space.offsets[10] + k] / Double(count) }
      if point[1] < 1e-3 { decades += 1 }
    }
    for rule in rules { #expect(abs(rule - count / 3) < 300) }
    #expect(orders.count == 24)
    for (_, seen) in orders { #expect(abs(seen - count / 24) < 120) }
    for share in shares { #expect(abs(share - 1 / 3.0) < 0.01) }
    #expect(abs(decades - count / 2) < 300)
  }

  @Test func stepsOfDecimalFractionsAreDecimal() throws {
    let space = try SearchSpace([SpaceParameter("x", .float(low: 0.1, high: 1, step: 0.1))])
    #expect(space.parameters[0].valueCount == 10)
    let map = UnitCoordinates(space)
    let values = (0..<10).map { map.point(at: [(Double($0) + 0.5) / 10])[0] }
    #expect(values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  }

  @Test func whatDoesNotMatterIsNeutral() throws {
    let space = try Self.mixed()
    var point = space.canonical(.zeros(space.dimension))
    point[7] = 1
    point[8] = 0.9
    #expect(space.activity(at: point)[8])
    #expect(space.canonical(point)[8] == 0.9)
    point[6] = 1
    #expect(space.canonical(point)[7] == 0, "without sgd there is no nesterov")
    #expect(space.canonical(point)[8] == 0.5, "and without nesterov no momentum")
    #expect(space.violation(of: point) > 0)
  }

  @Test func pointsTravelAsObjects() throws {
    let space = try Self.mixed()
    var random = RandomStream(seed: 2)
    for _ in 0..<300 {
      let point = space.sample(&random)
      let json = try JSONValue(parsing: space.json(of: point).description)
      #expect(try space.point(json: json) == point)
      #expect((json["nesterov"] == nil) == (point[6] != 0))
    }
  }

  @Test(arguments: [
    (#"[]"#, "the search space is empty"), (#"[{"type": "float", "low": 0, "high": 1}]"#, "needs a \"name\""),
    (#"[{"name": "a", "type": "flot", "low": 0, "high": 1}]"#, "did you mean \"float\"?"),
    (#"[{"name": "a", "type": "float", "low": 1, "high": 0}]"#, "\"low\" ≤ \"high\""),
    (#"[{"name": "a", "type": "float", "low": 0, "high": 1, "log": true}]"#, "positive \"low\""),
    (#"[{"name": "a", "type": "float", "low": 0, "high": "inf"}]"#, "finite number \"high\""),
    (#"[{"name": "a", "type": "float", "low": -1.7e308, "high": 1.7e308}]"#, "narrow it"),
    (#"[{"name": "a", "type": "float", "low": 0, "high": 1, "step": 0}]"#, "positive \"step\""),
    (#"[{"name": "a", "type": "int", "low": 0.5, "high": 1}]"#, "whole number \"low\""),
    (#"[{"name": "a", "type": "int", "low": -9223372036854775807, "high": 9223372036854775807}]"#, "beyond 2⁵³"),
    (#"[{"name": "a", "type": "categorical", "choices": []}]"#, "needs \"choices\""),
    (#"[{"name": "a", "type": "categorical", "choices": [1, 1]}]"#, "the same choice twice"),
    (#"[{"name": "a", "type": "permutation", "count": 0}]"#, "\"count\" from 1"),
    (#"[{"name": "a", "type": "simplex", "count": 1000000000}]"#, "\"count\" from 1"),
    (
      #"[{"name": "a", "type": "float", "low": 0, "high": 1}, {"name": "a", "type": "float", "low": 0, "high": 1}]"#,
      "occurs twice"
    ),
    (
      #"[{"name": "kind", "type": "categorical", "choices": ["p", "q"]}, {"name": "b", "type": "float", "low": 0, "high": 1, "when": {"kid": "p"}}]"#,
      "did you mean \"kind\"?"
    ),
    (
      #"[{"name": "kind", "type": "categorical", "choices": ["p", "q"]}, {"name": "b", "type": "float", "low": 0, "high": 1, "when": {"kind": "r"}}]"#,
      "which \"kind\" cannot be"
    ),
  ])
  func whatIsWrongIsSaid(_ text: String, _ cause: String) throws {
    let json = try JSONValue(parsing: text)
    do {
      _ = try SearchSpace(json: json.elements ?? [])
      Issue.record("\(text) was accepted")
    } catch {
      #expect(error.description.contains(cause), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test(arguments: [
    #"7"#, #"{"x": 1}"#, #"{"x": 1, "n": 2, "c": "a", "y": 1}"#, #"{"x": "nan", "n": 2, "c": "a"}"#,
    #"{"x": 1, "n": 2.5, "c": "a"}"#, #"{"x": 1, "n": 2, "c": "z"}"#, #"{"x": 9, "n": 2, "c": "a"}"#,
  ])
  func otherPointsAreRefused(_ text: String) throws {
    let space = try SearchSpace([
      SpaceParameter("x", .float(low: 0, high: 2)), SpaceParameter("n", .integer(low: 0, high: 5)),
      SpaceParameter("c", .categorical([#""a""#, #""b""#])),
    ])
    #expect(throws: SpaceError.self) { try space.point(json: JSONValue(parsing: text)) }
    #expect(try space.point(json: JSONValue(parsing: #"{"x": 1, "n": 2, "c": "b"}"#)) == [1, 2, 1])
  }
}
