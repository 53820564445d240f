// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusPrograms
import Synchronization
import Testing

@Suite struct ToolPlanTests {
  static func stubs() throws -> [ToolStub] {
    [
      try ToolStub(
        "fn flights(from: String, to: String) -> [String]", for: ToolDescription("flights", "flights between cities")),
      try ToolStub(
        "fn cheapest(flights: [String]) -> String", for: ToolDescription("cheapest", "the flight that costs least")),
      try ToolStub("fn fare(flight: String) -> Float", for: ToolDescription("fare", "what a flight costs")),
      try ToolStub("fn book_it(flight: String, paid: Float) -> Int", for: ToolDescription("book-it", "books a flight")),
    ]
  }

  private static let booking = ToolPlan([
    .init("flights", [.init("from", .literal(.string("Rome"))), .init("to", .literal(.string("Oslo")))]),
    .init("cheapest", [.init("flights", .result(of: 0))]),
    .init("fare", [.init("flight", .result(of: 1))]),
    .init("book-it", [.init("flight", .result(of: 1)), .init("paid", .result(of: 2))]),
  ])

  @Test func aPlanIsWhatAProgramCalls() throws {
    let program = """
      fn plan() -> Int {
        let start = "Rome"
        let best = cheapest(flights(start, "Oslo"))
        let same = best
        return book_it(same, fare(best))
      }
      """
    let plan = try ToolPlan(running: program, on: Self.stubs())
    #expect(plan == Self.booking)
    #expect(
      plan.description
        == #"[{"tool":"flights","arguments":{"from":"Rome","to":"Oslo"}},{"tool":"cheapest","arguments":{"flights":{"result":0}}},"#
        + #"{"tool":"fare","arguments":{"flight":{"result":1}}},"#
        + #"{"tool":"book-it","arguments":{"flight":{"result":1},"paid":{"result":2}}}]"#)
    let printed = try #require(plan.program(on: Self.stubs()))
    #expect(try ToolPlan(running: printed, on: Self.stubs()) == plan)
    #expect(try ToolPlan(json: JSONValue(parsing: Array(plan.description.utf8)), reading: Self.stubs()) == plan)
  }

  /// Each with its line, so that it can be mended.
  @Test(arguments: [
    (
      "fn plan() -> Float {\n  return fares(\"x\")\n}",
      "line 2, column 10: the function 'fares' is unknown; did you mean 'fare'?"
    ),
    ("fn plan() -> Float {\n  return fare()\n}", "line 2, column 10: 'fare' is given 0 arguments; it takes (String)"),
    ("fn plan() -> Float {\n  return fare(7)\n}", "line 2, column 15: found an Int, expected a String; use text(…)"),
    (
      "fn plan() -> Float {\n  let f = flights(\"a\", \"b\")\n  return fare(f[0])\n}",
      "line 3: 'f[0]' is computed from what a tool gives, which nobody knows yet; pass results as they are"
    ),
    (
      "fn plan() -> Float {\n  return fare(text(book_it(\"a\", 1.0)))\n}",
      "line 2: 'text(book_it(\"a\", 1.0))' is computed from what a tool gives, which nobody knows yet; pass results as they are"
    ),
    (
      "fn plan() -> Float {\n  if fare(\"a\") > 0.5 {\n  }\n  return fare(\"b\")\n}",
      "line 2: a plan is one call after the other; use let, assignments, calls and return alone"
    ),
    ("fn plan() -> Int {\n  return 1\n}", "line 1: no tool is called"),
    ("fn plan(x: Int) -> Int {\n  return x\n}", "line 1: write one function, fn plan() -> Type"),
    ("fn go() -> Int {\n  return 1\n}", "line 1: write one function, fn plan() -> Type"),
    ("fn plan() -> Int {\n  return 1 / 0\n}", "line 2: a division by 0; test the divisor before"),
    ("fn plan( {", "line 1, column 10: found '{'; here stands the name of a parameter"),
    ("", "line 1, column 1: found the end; here stands a function, such as fn f(x: Int) -> Int { return x }"),
  ]) func errorsSayWhere(program: String, error: String) throws {
    let stubs = try Self.stubs()
    #expect { try ToolPlan(running: program, on: stubs) } throws: { "\($0)" == error }
  }

  /// A value that was known before may be computed, and a variable that held a result may hold a value again.
  @Test func whatIsKnownMayBeComputed() throws {
    let plan = try ToolPlan(
      running: """
        fn plan() -> Float {
          let city = cheapest(["a", "b"])
          city = "A" + "1"
          return fare(city + "x")
        }
        """, on: Self.stubs())
    #expect(plan.calls[1].arguments[0].value == .literal(.string("A1x")))
  }

  @Test func checksOfJSONFindTheSameErrors() throws {
    let stubs = try Self.stubs()
    func fault(_ text: String) throws -> String? {
      try ToolPlan(json: JSONValue(parsing: Array(text.utf8)), reading: stubs).fault(with: stubs).map { "\($0)" }
    }
    #expect(try fault(Self.booking.description) == nil)
    #expect(
      try fault(#"[{"tool": "fares", "arguments": {}}]"#) == "call 0: there is no tool 'fares'; did you mean 'fare'?")
    #expect(try fault(#"[{"tool": "fare", "arguments": {}}]"#) == "call 0: 'fare' takes (flight)")
    #expect(try fault(#"[{"tool": "fare", "arguments": {"flight": 7}}]"#) == "call 0: 'flight' is not a String")
    // Of itself, of a later call, of another type.
    for number in ["0", "1", "-1", "9"] {
      #expect(
        try fault("[{\"tool\": \"fare\", \"arguments\": {\"flight\": {\"result\": \(number)}}}]")
          == "call 0: 'flight' is not a String")
    }
    // Arguments may stand in any order, and a whole number is a Float.
    #expect(try fault(#"[{"tool": "book-it", "arguments": {"paid": 3, "flight": "x"}}]"#) == nil)
    for text in ["{}", "[1]", #"[{"tool": "fare"}]"#, #"[{"tool": "fare", "arguments": {"flight": null}}]"#] {
      #expect(throws: PredictionFault.self) { try fault(text) }
    }
  }

  /// The order of calls that do not need each other makes no other plan; everything else does.
  @Test func plansAreEqualUpToOrder() throws {
    let a = ToolPlan.Call("a", []), b = ToolPlan.Call("b", [])
    func join(_ x: Int, _ y: Int) -> ToolPlan.Call {
      .init("join", [.init("x", .result(of: x)), .init("y", .result(of: y))])
    }
    let one = ToolPlan([a, b, join(0, 1)])
    #expect(one.normalized == one && ToolPlan([b, a, join(1, 0)]).normalized == one)
    #expect(ToolPlan([b, a, join(0, 1)]).normalized != one)
    #expect(ToolPlan([a, join(0, 0)]).normalized != ToolPlan([a, a, join(0, 1)]).normalized)
    // Not needed, in a circle, out of range, or very deep.
    #expect(ToolPlan([b, a, join(1, 1)]).normalized.calls.map(\.tool) == ["a", "join", "b"])
    #expect(ToolPlan([join(1, 1), join(0, 9)]).normalized.calls.count == 2)
    let deep = ToolPlan((0..<200_000).map { ToolPlan.Call("n", [.init("x", .result(of: $0 - 1))]) })
    #expect(deep.normalized.calls.count == 200_000)
  }

  @Test func carryingOutCallsTheTools() throws {
    let called = Mutex<[String]>([])
    func tool(_ name: String, _ types: [MiniType], _ result: MiniValue, _ type: MiniType) -> MiniTool {
      MiniTool(name, types.map { .init("x", $0) }, result: type) { given in
        called.withLock { $0.append("\(name)\(given)") }
        return result
      }
    }
    let tools = [
      tool("flights", [.string, .string], .strings(["R1"]), .list(.string)),
      tool("cheapest", [.list(.string)], .string("R1"), .string), tool("fare", [.string], .float(9.5), .float),
      tool("book-it", [.string, .float], .int(4), .int),
    ]
    #expect(try Self.booking.carryOut(with: tools).last == .int(4))
    #expect(called.withLock { $0 }.last == "book-it[\"R1\", 9.5]")
    #expect(throws: PredictionFault.self) { try Self.booking.carryOut(with: Array(tools.dropLast())) }
    #expect(throws: PredictionFault.self) {
      try ToolPlan([.init("fare", [.init("flight", .result(of: 0))])]).carryOut(with: tools)
    }
  }

  @Test func wordsFindTexts() {
    let index = TextIndex(["the fare of a flight", "hotels in a city", "flights between two cities", ""])
    #expect(index.nearest(to: "Which HOTEL is best?", most: 1) == [1])
    #expect(index.nearest(to: "flights, flight", most: 2) == [2, 0])
    #expect(index.nearest(to: "nothing", most: 9) == [0, 1, 2, 3] && index.nearest(to: "", most: -1) == [])
    let own = index.similarities(to: "two cities between flights")
    #expect(abs(own[2] - 1) < 1e-12 && own[3] == 0 && own.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-12 })
    #expect(TextIndex([]).nearest(to: "x", most: 3) == [])
  }
}
