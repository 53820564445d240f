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
}
