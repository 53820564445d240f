// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct AskTellTests {
  /// All lines at once: the answers do not depend on when the lines come.
  private func answers(_ lines: [String], _ options: [String] = []) throws -> [JSONValue] {
    let ending = try CommandRunner.run(["ask-tell"] + options, input: lines.joined(separator: "\n") + "\n")
    #expect(ending.code == 0)
    #expect(ending.error.isEmpty)
    return try ending.out.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  private func code(_ answer: JSONValue) -> String? { answer["error"]?["code"]?.text }

  static let start = #"""
    {"start": {"dim": 3, "lower": [-5, -5, -5], "upper": [5, 5, 5], "seed": 7, "x0": null, "budget": null}}
    """#

  @Test func everyLineGetsOneAnswerAndErrorsEndNothing() throws {
    let found = try answers([
      #"{"ask": {"max": 1}}"#, "nonsense", "[]", "{}", Self.start, #"{"ask": {"max": 0}}"#, #"{"ask": {"max": 2}}"#,
      #"{"tell": {"f": [[1]]}}"#, #"{"tell": {"f": [[1], [2]], "ids": [0, 0]}}"#,
      #"{"tell": {"f": [[1], [2]], "ids": [0, 9]}}"#, #"{"tell": {"f": [["x"], [2]]}}"#, #"{"pending": {}}"#,
      #"{"tell": {"f": [[1], null], "future": 1}}"#, #"{"tell": {"f": [[1], [2]]}}"#, #"{"pending": {}}"#,
      #"{"best": {}}"#, #"{"end": {}}"#, #"{"best": {}}"#, #"{"quit": {}}"#, Self.start,
    ])
    #expect(found.count == 18)
    #expect(found.indices.filter { code(found[$0]) != nil } == [0, 1, 2, 3, 5, 7, 8, 9, 10, 13, 17])
    #expect(code(found[0]) == "noRun")
    #expect(code(found[1]) == "malformed")
    #expect(code(found[2]) == "unknownCommand")
    #expect(code(found[9]) == "unknownId")
    #expect(found[4] == ["ok": true, "method": "cma-es", "oracle": "value"])
    #expect(found[6]["ids"]?.elements == [0, 1])
    #expect(found[11]["ids"]?.elements == [0, 1], "wrong lines change nothing")
    #expect(found[14]["ids"]?.elements == [])
    #expect(found[15]["f"]?.doubles == [1])
    #expect(found[15]["x"] == found[6]["points"]?.elements?[0])
  }

  @Test func answersMayComeOutOfOrderAndLater() throws {
    let found = try answers([
      Self.start, #"{"ask": {"max": 4}}"#, #"{"tell": {"f": [[3]], "ids": [3]}}"#, #"{"ask": {"max": 2}}"#,
      #"{"tell": {"f": [[5], [4]], "ids": [5, 0]}}"#, #"{"pending": {}}"#, #"{"tell": {"f": [[1]], "ids": [3]}}"#,
      #"{"tell": {"f": [[2], [1], [0]], "ids": [1, 2, 4]}}"#, #"{"pending": {}}"#, #"{"best": {}}"#,
    ])
    #expect(found[5]["ids"]?.elements == [1, 2, 4])
    #expect(code(found[6]) == "unknownId")
    #expect(found[8]["ids"]?.elements == [])
    #expect(found[9]["x"] == found[3]["points"]?.elements?[0])
  }

  @Test func severalObjectivesHaveAFront() throws {
    let start = #"""
      {"start": {"dim": 2, "lower": [0, 0], "upper": [1, 1], "objectives": 2, "seed": 3}}
      """#
    var lines = [start, #"{"best": {}}"#]
    // The tool is deterministic: what the first points are is asked once and answered with x and 1 − x + y.
    let first = try answers([start, #"{"ask": {"max": 50}}"#])
    #expect(first[0]["method"]?.text == "sms-emoa")
    let points = try #require(first[1]["points"]?.elements).map { try #require($0.doubles) }
    let told = points.enumerated().map { i, x in i == 0 ? "null" : "[\(x[0]), \(1 - x[0] + x[1])]" }
    lines += [#"{"ask": {"max": 50}}"#, #"{"tell": {"f": ["# + told.joined(separator: ", ") + "]}}"]
    lines += [#"{"ask": {"max": 1}}"#, #"{"best": {}}"#, #"{"end": {}}"#]
    let found = try answers(lines)
    #expect(found[1]["front"]?.elements == [])
    #expect(found[4]["points"]?.elements?.count == 1)
    let front = try #require(found[5]["front"]?.elements)
    #expect(!front.isEmpty && front.count < points.count)
    for member in front {
      let (x, f) = (try #require(member["x"]?.doubles), try #require(member["f"]?.doubles))
      #expect(f == [x[0], 1 - x[0] + x[1]] && points.contains(x))
    }
    #expect(front.contains { $0["x"] == found[5]["x"] && $0["f"] == found[5]["f"] })
    #expect(found[6]["recommend"]?.elements == front.compactMap { $0["x"] })
  }

  @Test func suiteAndProblemAreNeverRead() throws {
    func points(_ more: String) throws -> [JSONValue] {
      let start = #"{"start": {"dim": 2, "lower": [-1, -1], "upper": [1, 1], "seed": 4"# + more + "}}"
      return try Array(
        answers([
          start, #"{"ask": {"max": 6}}"#, #"{"tell": {"f": [1, 2, 3, 4, 5, 6]}}"#,
          #"{"ask": {"max": 6}}"#,
        ]).dropFirst())
    }
    let plain = try points("")
    for words in [#", "suite": "bbob", "problem": "f1""#, #", "problem": {"a": [1]}, "suite": 7, "ref_point": null"#] {
      #expect(try points(words) == plain)
    }
  }

  @Test func aSavedRunContinuesToTheBit() throws {
    let some = [
      Self.start, #"{"ask": {"max": 9}}"#, #"{"tell": {"f": [[3], [1]], "ids": [2, 4]}}"#,
      #"{"enqueue": {"x": [1, 1, 1]}}"#,
      #"{"save": {}}"#,
    ]
    let rest = [
      #"{"tell": {"f": [[5], [6], [7], [8], [9]], "ids": [0, 1, 3, 5, 6]}}"#, #"{"ask": {"max": 9}}"#, #"{"best": {}}"#,
      #"{"pending": {}}"#,
    ]
    let whole = try answers(some + rest)
    let state = try #require(whole[4]["state"]?.text)
    let resumed = try answers(["{\"start\": {\"state\": \"\(state)\"}}"] + rest)
    #expect(Array(resumed.dropFirst()) == Array(whole.dropFirst(5)))
    let broken = try answers([#"{"start": {"state": "AAAA"}}"#, #"{"start": {"state": 7}}"#])
    #expect(broken.map(code) == ["state", "state"])
  }

  @Test func namedSpacesGiveNamedPoints() throws {
    let space = #"""
      {"start": {"seed": 1, "space": [{"name": "lr", "type": "float", "low": 1e-5, "high": 0.1, "log": true}, {"name": "layers", "type": "int", "low": 1, "high": 4}, {"name": "act", "type": "categorical", "choices": ["relu", "tanh", 3]}]}}
      """#
    let found = try answers([
      space, #"{"ask": {"max": 6}}"#, #"{"enqueue": {"x": {"lr": 0.01, "layers": 2, "act": 3}}}"#,
      #"{"enqueue": {"x": {"lr": 7, "layers": 2, "act": 3}}}"#, #"{"ask": {"max": 1}}"#,
    ])
    for point in found[1]["points"]?.elements ?? [] {
      #expect(point.members?.map(\.name) == ["lr", "layers", "act"])
      #expect((1e-5...0.1).contains(point["lr"]?.double ?? 0))
      #expect((1...4).contains(point["layers"]?.whole ?? 0))
      #expect(["relu", "tanh", 3].contains(point["act"] ?? .null))
    }
    #expect(code(found[3]) == "badRequest")
    #expect(found[4]["points"]?.elements?.first?["layers"]?.whole == 2)
  }

  @Test func budgetsWaitsAndEnds() throws {
    let found = try answers([
      #"{"start": {"dim": 2, "lower": [0, 0], "upper": [1, 1], "budget": 3}}"#, #"{"ask": {"max": 9}}"#,
      #"{"ask": {"max": 9}}"#, #"{"tell": {"f": [1, 2, 3], "ids": [0, 1, 2]}}"#, #"{"ask": {"max": 9}}"#,
      #"{"end": {}}"#,
    ])
    #expect(found[1]["ids"]?.elements?.count == 3)
    #expect(found[2] == ["wait": true])
    #expect(found[4]["stop"]?.text != nil)
    #expect(found[5]["recommend"]?.doubles?.count == 2)
  }

  @Test func gradientMethodsAreToldGradients() throws {
    let found = try answers([
      #"{"start": {"method": "lbfgs", "dim": 2, "x0": [3, 4]}}"#, #"{"ask": {"max": 5}}"#, #"{"ask": {"max": 5}}"#,
      #"{"tell": {"f": [[25]]}}"#, #"{"tell": {"f": [[25]], "grad": [[6]]}}"#,
      #"{"tell": {"f": [[25]], "grad": [[6, 8]]}}"#,
      #"{"ask": {"max": 5}}"#,
    ])
    #expect(found[0]["oracle"]?.text == "gradient")
    #expect(found[1]["points"] == [[3.0, 4.0]])
    #expect(found[1] == found[2], "a sequential method repeats its question")
    #expect(code(found[3]) == "badRequest" && code(found[4]) == "badRequest")
    #expect(found[6]["ids"]?.elements == [1])
  }

  @Test func constraintsOutweighValues() throws {
    let found = try answers([
      #"{"start": {"dim": 2, "lower": [0, 0], "upper": [1, 1], "constraints": 1}}"#, #"{"ask": {"max": 3}}"#,
      #"{"tell": {"f": [[1], [2], [3]]}}"#, #"{"tell": {"f": [[1], [2], [3]], "g": [[0.5], [-1], [-1]]}}"#,
      #"{"best": {}}"#,
    ])
    #expect(code(found[2]) == "badRequest")
    #expect(found[4]["f"]?.doubles == [2])
  }

  @Test func linesOfAnySizeAndNoise() throws {
    let long = "{\"ask\": {\"max\": 1, \"note\": \"" + String(repeating: "x", count: 1_000_000) + "\"}}"
    let found = try answers([Self.start, long, "\u{1}\u{2}", #"{"ask": {"max": 1}}"#])
    #expect(found[1]["ids"]?.elements == [0])
    #expect(code(found[2]) == "malformed")
    #expect(found[3]["ids"]?.elements == [1])
  }
}
