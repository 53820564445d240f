// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import Testing

/// What holds for every method that can be answered from outside.
@Suite struct EveryMethodTests {
  static let names = Catalog.all.filter { $0.outsideName != nil }.map(\.card.name)

  /// A problem that the method takes: a box of two numbers, one that has no bounds, one with fidelities, or several
  /// objectives.
  private static func start(_ name: String, _ seed: Int = 3) throws -> (start: JSONValue, objectives: Int) {
    let entry = try #require(Catalog.entry(named: name))
    let head: [JSONValue.Member] = [
      .init("method", .string(name)), .init("seed", .integer(seed)), .init("x0", [-0.6, 0.9]), .init("budget", 400),
    ]
    let box: [JSONValue.Member] = [.init("lower", [-1, -1]), .init("upper", [1, 2])]
    let levels: JSONValue = [["fidelity": 0.25, "cost": 0.2], ["fidelity": 1, "cost": 1]]
    for members in [head + box, head, head + box + [.init("fidelities", levels)]] {
      for objectives in entry.outsideName == "values" ? [1, 2] : [1] {
        let start = JSONValue.object(members + [.init("objectives", .integer(objectives))])
        var trial = Conversation()
        if try trial.say("start", start)["ok"] != nil { return (start, objectives) }
      }
    }
    throw Failed(name: name)
  }

  private struct Failed: Error { var name: String }

  @Test(arguments: names)
  func aRunSavedInTheMiddleContinuesToTheBit(name: String) throws {
    let (start, objectives) = try Self.start(name)
    var first = Conversation()
    let oracle = try #require(try first.say("start", start)["oracle"]?.text)
    /// Asks for three points and tells what waits, all but the last one unless everything is to be told.
    func step(_ run: inout Conversation, _ known: inout [JSONValue: JSONValue], isWhole: Bool) throws -> JSONValue {
      let asked = try run.say("ask", ["max": 3])
      for (id, point) in zip(asked["ids"]?.elements ?? [], asked["points"]?.elements ?? []) { known[id] = point }
      let waiting = try #require(try run.say("pending")["ids"]?.elements)
      let told = isWhole || oracle == "rank" || waiting.count < 2 ? waiting : Array(waiting.dropLast())
      let points = try told.map { try #require(known[$0]) }
      let reply = Bowl.answer(points, ids: told, oracle: oracle, objectives: objectives)
      if !told.isEmpty {
        let answer = try run.say("tell", reply)
        #expect(answer["ok"] == true, "\(name): \(answer)")
      }
      return asked
    }
    var known: [JSONValue: JSONValue] = [:]
    for k in 0..<12 { _ = try step(&first, &known, isWhole: k % 4 != 1) }
    // Saved with a question open.
    let open = try first.say("ask", ["max": 2])
    for (id, point) in zip(open["ids"]?.elements ?? [], open["points"]?.elements ?? []) { known[id] = point }
    let state = try #require(try first.say("save")["state"]?.text)
    var second = Conversation()
    let resumed = try second.say("start", ["state": .string(state)])
    #expect(resumed["method"]?.text == name)
    #expect(try second.say("pending") == first.say("pending"))
    var again = known
    for k in 0..<40 {
      let a = try step(&first, &known, isWhole: k % 3 != 1)
      let b = try step(&second, &again, isWhole: k % 3 != 1)
      #expect(a == b, "\(name) at step \(k)")
      if a["stop"] != nil { break }
    }
    #expect(try first.say("best") == second.say("best"))
    #expect(try first.say("end") == second.say("end"))
  }

  @Test(arguments: names)
  func wordsThatNameABenchmarkChangeNothing(name: String) throws {
    let (start, objectives) = try Self.start(name)
    func points(_ more: [JSONValue.Member]) throws -> [JSONValue] {
      var run = Conversation()
      let oracle = try #require(
        try run.say("start", .object(((start.members ?? []) + more).reversed()))["oracle"]?.text)
      return try (0..<6).map { _ in
        let asked = try run.say("ask", ["max": 4])
        if let points = asked["points"]?.elements, let ids = asked["ids"]?.elements {
          _ = try run.say("tell", Bowl.answer(points, ids: ids, oracle: oracle, objectives: objectives))
        }
        return asked
      }
    }
    let plain = try points([])
    let words: [[JSONValue.Member]] = [
      [.init("suite", "bbob"), .init("problem", "f1_i1_d2")],
      [.init("problem", ["dim": 7, "seed": 9]), .init("suite", 3), .init("instance", .null)],
      [.init("suite", ["lower", "upper"]), .init("problem", true), .init("ref_point", [1, 1])],
    ]
    for word in words { #expect(try points(word) == plain, "\(name)") }
  }

  @Test(arguments: names)
  func failuresAndNumbersThatAreNoneEndNothing(name: String) throws {
    let (start, objectives) = try Self.start(name)
    var run = Conversation()
    let oracle = try #require(try run.say("start", start)["oracle"]?.text)
    guard oracle != "rank", !RuleCatalog.entries.contains(where: { $0.card.name == name }) else { return }
    let bad: [JSONValue] = [.null, "nan", "inf", "-inf"]
    for k in 0..<24 {
      let asked = try run.say("ask", ["max": 5])
      guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else {
        #expect(asked["stop"] != nil || asked["wait"] != nil, "\(name): \(asked)")
        continue
      }
      var reply = Bowl.answer(points, ids: ids, oracle: oracle, objectives: objectives)
      if k % 2 == 0, case .object(var members) = reply, let place = members.firstIndex(where: { $0.name == "f" }),
        var values = members[place].value.elements
      {
        let word = bad[k / 2 % bad.count]
        values[0] = word.isNull ? .null : .array(Array(repeating: word, count: objectives))
        members[place].value = .array(values)
        reply = .object(members)
      }
      let answer = try run.say("tell", reply)
      #expect(answer["ok"] == true, "\(name): \(answer)")
    }
    #expect(try run.say("end")["ok"] == true)
  }

  /// A function that says nothing, and one that says something else every time though it was declared exact.
  @Test(arguments: names)
  func functionsWithoutShapeEndNothing(name: String) throws {
    let (start, objectives) = try Self.start(name)
    for isConstant in [true, false] {
      var run = Conversation()
      var random = RandomStream(seed: 5)
      let oracle = try #require(try run.say("start", start)["oracle"]?.text)
      for _ in 0..<20 {
        let asked = try run.say("ask", ["max": 4])
        guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else {
          #expect(asked["stop"] != nil || asked["wait"] != nil, "\(name): \(asked)")
          break
        }
        func number() -> Double { isConstant ? 7 : random.uniform() }
        let answer: JSONValue =
          switch oracle {
          case "rank": ["ids": .array(ids), "rank": .array(ids.indices.map { .integer($0) })]
          case "gradient":
            [
              "ids": .array(ids), "f": .array(ids.map { _ in [.number(number())] }),
              "grad": .array(
                points.map { JSONValue(numbers: Bowl.numbers($0).map { _ in isConstant ? 0 : number() }) }),
            ]
          default:
            ["ids": .array(ids), "f": .array(ids.map { _ in .array((0..<objectives).map { _ in .number(number()) }) })]
          }
        let told = try run.say("tell", answer)
        #expect(told["ok"] == true, "\(name): \(told)")
      }
      #expect(try run.say("end")["ok"] == true, "\(name)")
    }
  }

  /// A space of one point: it is asked, perhaps again, and no method hangs on it.
  @Test(arguments: names)
  func aSpaceOfOnePointIsSearched(name: String) throws {
    let levels: JSONValue = [["fidelity": 0.25, "cost": 0.2], ["fidelity": 1, "cost": 1]]
    let space: JSONValue = [
      ["name": "c", "type": "categorical", "choices": ["only"]], ["name": "k", "type": "int", "low": 3, "high": 3],
      ["name": "x", "type": "float", "low": 0.5, "high": 0.5],
    ]
    var run = Conversation()
    let head: JSONValue = ["method": .string(name), "space": space, "budget": 9, "seed": 1]
    var started = try run.say("start", head)
    if started["ok"] == nil {
      started = try run.say("start", .object((head.members ?? []) + [.init("fidelities", levels)]))
    }
    guard let oracle = started["oracle"]?.text else {
      #expect(Conversation.code(started) == "unsuitable", "\(name): \(started)")
      return
    }
    for _ in 0..<12 {
      let asked = try run.say("ask", ["max": 3])
      guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else { break }
      #expect(points.allSatisfy { $0 == ["c": "only", "k": 3, "x": 0.5] }, "\(name): \(asked)")
      let answer: JSONValue =
        oracle == "rank"
        ? ["ids": .array(ids), "rank": .array(ids.indices.map { .integer($0) })]
        : ["ids": .array(ids), "f": .array(ids.map { _ in [2.0] })]
      #expect(try run.say("tell", answer)["ok"] == true)
    }
    #expect(try run.say("end")["ok"] == true, "\(name)")
  }
}
