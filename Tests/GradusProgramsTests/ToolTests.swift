// SPDX-License-Identifier: Apache-2.0
import GradusPrograms
import Synchronization
import Testing

@Suite struct ToolTests {
  private struct Closed: Error, CustomStringConvertible {
    var description: String { "the shop\nis closed" }
  }

  /// A plan is read from the calls: which tool, and whose result each argument is.
  @Test func thePlanIsTheTrace() throws {
    let tools = [
      try MiniTool.stub(parsing: "fn search(query: String, most: Int) -> [String]", summary: "finds flights"),
      try MiniTool.stub(parsing: "fn price(flight: String) -> Int"),
      try MiniTool.stub(parsing: "fn book(flight: String, paid: Int) -> String"),
    ]
    let program = """
      fn cheapest(flight: String) -> Int { return price(flight) }
      fn f(city: String) -> String {
        let found = search("to " + city, 2)
        let best = found[0]
        let paid = cheapest(best)
        let same = paid
        let more = paid + 0
        let ticket = book(best, same)
        book(ticket, more)
        best = ticket
        for t in search(best, 1) { ticket = t }
        return book(ticket, 1)
      }
      """
    let run = try MiniCode(parsing: program, tools: tools).run("f", [.string("Rome")])
    #expect(run.value == .string("text"))
    let text = MiniValue.string("text")
    #expect(
      run.calls == [
        ToolCall("search", [.literal(.string("to Rome")), .literal(.int(2))], result: .strings(["text"]), line: 3),
        // An element of a result is not the result.
        ToolCall("price", [.literal(text)], result: .int(1), line: 1),
        ToolCall("book", [.literal(text), .result(of: 1)], result: text, line: 8),
        ToolCall("book", [.result(of: 2), .literal(.int(1))], result: text, line: 9),
        ToolCall("search", [.result(of: 2), .literal(.int(1))], result: .strings(["text"]), line: 11),
        ToolCall("book", [.literal(text), .literal(.int(1))], result: text, line: 12),
      ])
  }

  @Test func whatAToolThrowsIsAFaultOfItsLine() throws {
    let tools = [
      MiniTool("closed", [], result: .int) { _ in throw Closed() },
      MiniTool("wrong", [.init("x", .int)], result: .int) { _ in .string("?") },
    ]
    func fault(_ term: String) throws -> MiniFault? {
      try MiniCode(parsing: "fn f() -> Int {\n return \(term)\n}", tools: tools).run("f").fault
    }
    #expect(
      try fault("closed()")?.description == "line 2: the tool closed failed: the shop is closed; change its arguments")
    #expect(try fault("wrong(1)")?.reason == .tool("wrong", cause: "its answer is no Int"))
    #expect(throws: MiniError.self) { try fault("wrong(1.0)") }
    #expect(throws: MiniError.self) { try fault("wrog(1)") }
    #expect(throws: MiniError.self) { try MiniCode(parsing: "fn f() -> Int { return 1 }", tools: tools + [tools[0]]) }
  }

  /// Tools count steps like calls, and their lists are the program's.
  @Test func resultsAreValues() throws {
    let asked = Mutex<[[MiniValue]]>([])
    let tools = [
      MiniTool("both", [.init("xs", .list(.int)), .init("y", .float)], result: .list(.list(.int))) { arguments in
        asked.withLock { $0.append(arguments) }
        return .list([arguments[0], arguments[0]])
      }
    ]
    let code = try MiniCode(
      parsing: """
        fn f() -> [[Int]] {
          let xs = [1, 2]
          let found = both(xs, 0.5)
          found[0][0] = 9
          push(found, xs)
          return found
        }
        """, tools: tools)
    let run = code.run("f")
    #expect(run.value == .list([.ints([9, 2]), .ints([1, 2]), .ints([1, 2])]))
    #expect(asked.withLock { $0 } == [[.ints([1, 2]), .float(0.5)]])
    #expect(run.steps == 4 + 2 + 2 + 1 + 1)
  }
}
