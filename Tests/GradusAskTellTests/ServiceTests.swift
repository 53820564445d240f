// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import Testing

@Suite struct ServiceTests {
  static let space = #"""
    {"start": {"seed": 5, "objectives": 2, "budget": 200, "space": [{"name": "lr", "type": "float", "low": 1e-5, "high": 0.1, "log": true}, {"name": "layers", "type": "int", "low": 1, "high": 4}, {"name": "act", "type": "categorical", "choices": ["relu", "tanh", 3]}, {"name": "order", "type": "permutation", "count": 4}, {"name": "mix", "type": "simplex", "count": 3}, {"name": "slope", "type": "float", "low": 0, "high": 1, "when": {"act": "relu"}}, {"name": "one", "type": "categorical", "choices": ["only"]}]}}
    """#

  @Test(arguments: ["nsga2", "nsga3", "moead", "sms-emoa"])
  func mixedSpacesTakeSeveralObjectives(method: String) throws {
    var run = Conversation()
    var started = try JSONValue(parsing: Self.space)["start"]?.members ?? []
    started.append(.init("method", .string(method)))
    #expect(try run.say("start", .object(started))["oracle"]?.text == "values")
    var seen: [JSONValue] = []
    for _ in 0..<8 {
      let asked = try run.say("ask", ["max": 20])
      guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else { break }
      for point in points {
        #expect((1e-5...0.1).contains(point["lr"]?.double ?? 0) && (1...4).contains(point["layers"]?.whole ?? 0))
        #expect((point["slope"] != nil) == (point["act"]?.text == "relu"))
        #expect(point["one"]?.text == "only")
        #expect(point["order"]?.doubles?.sorted() == [0, 1, 2, 3])
      }
      seen += points
      let f = points.map { x -> JSONValue in
        let (lr, mix) = (x["lr"]?.double ?? 0, x["mix"]?.doubles ?? [])
        return [.number(lr + mix[0]), .number(0.1 - lr + mix[1] + (x["slope"]?.double ?? 0.5))]
      }
      #expect(try run.say("tell", ["ids": .array(ids), "f": .array(f)])["ok"] == true)
    }
    let best = try run.say("best")
    let front = try #require(best["front"]?.elements)
    #expect(!front.isEmpty && seen.count > 20)
    for member in front { #expect(seen.contains(try #require(member["x"])), "the front has points that were asked") }
    let state = try #require(try run.say("save")["state"]?.text)
    var again = Conversation()
    _ = try again.say("start", ["state": .string(state)])
    #expect(try again.say("ask", ["max": 9]) == run.say("ask", ["max": 9]))
  }

  @Test func methodsThatDependOnTheWidthHandOutBatches() throws {
    let start = #""dim": 2, "lower": [0, 0], "upper": [1, 1], "method": "bayesian-optimization""#
    var run = Conversation()
    _ = try run.send(#"{"start": {\#(start), "batch": 2}}"#)
    let first = try #require(try run.say("ask", ["max": 9])["ids"]?.elements)
    #expect(first.count == 2)
    #expect(try run.say("ask", ["max": 1])["ids"]?.elements?.count == 1)
    var free = Conversation()
    _ = try free.send("{\"start\": {\(start)}}")
    #expect(try free.say("ask", ["max": 5])["ids"]?.elements?.count == 5)
  }

  @Test(arguments: [
    "", "random-search", "cma-es", "bayesian-optimization", "tpe", "genetic-algorithm", "nsga2", "direct",
  ])
  func forbiddenPointsAreNeverHandedOut(method: String) throws {
    let space =
      #""space": [{"name": "w", "type": "float", "low": 0, "high": 5}, {"name": "h", "type": "int", "low": 0, "high": 5}, {"name": "act", "type": "categorical", "choices": ["relu", "tanh"]}]"#
    let known =
      #""known": [{"sum": {"w": 2, "h": 1}, "max": 6}, {"not": {"act": "relu", "h": [2, {}]}}, {"not": {"act": "relu", "w": {"low": 1}}}]"#
    let name = method.isEmpty ? "" : "\"method\": \"\(method)\", "
    var run = Conversation()
    // A list of values has no ranges in it.
    #expect(Conversation.code(try run.send("{\"start\": {\(name)\(space), \(known)}}")) == "badRequest")
    let right = known.replacing("[2, {}]", with: "[2, 3]")
    let started = try run.send("{\"start\": {\(name)\"budget\": 30, \(space), \(right)}}")
    #expect(started["ok"] == true, "\(started)")
    var kinds = Set<JSONValue>()
    for _ in 0..<10 {
      let asked = try run.say("ask", ["max": 3])
      guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else { break }
      for point in points {
        let (w, h) = (try #require(point["w"]?.double), try #require(point["h"]?.double))
        #expect(2 * w + h <= 6 + 1e-9)
        #expect(point["act"]?.text == "tanh" || ((h < 2 || h > 3) && w < 1), "\(point)")
        kinds.insert(try #require(point["act"]))
      }
      _ = try run.say("tell", Bowl.answer(points, ids: ids, oracle: started["oracle"]?.text ?? ""))
    }
    #expect(kinds.count == 2 || method == "direct")
  }

  @Test(arguments: [
    #"{"sum": {"w": 1}}"#, #"{"sum": {"v": 1}, "max": 1}"#, #"{"sum": {"act": 1}, "max": 1}"#,
    #"{"sum": [1], "max": 1}"#,
    #"{"not": {"act": "elu"}}"#, #"{"not": {}}"#, #"{"not": {"t": 1}}"#, #"{"not": {"c": 1}}"#, "7", "{}",
    #"{"sum": {"w": "inf"}, "max": 1}"#,
  ])
  func wrongKnownConstraintsAreRefused(known: String) throws {
    let space =
      #""space": [{"name": "w", "type": "float", "low": 0, "high": 5}, {"name": "act", "type": "categorical", "choices": ["relu", "tanh"]}, {"name": "t", "type": "permutation", "count": 3}, {"name": "c", "type": "float", "low": 0, "high": 1, "when": {"act": "relu"}}]"#
    var run = Conversation()
    let refused = try run.send("{\"start\": {\(space), \"known\": [\(known)]}}")
    #expect(Conversation.code(refused) == "badRequest")
    #expect(refused["error"]?["message"]?.text?.contains("known constraint 0") == true, "\(refused)")
    let plain = try run.send("{\"start\": {\"dim\": 1, \"known\": [\(known)]}}")
    #expect(Conversation.code(plain) == "badRequest")
  }

  @Test func evaluationsWorseThanTheMiddleAreEnded() throws {
    var run = Conversation()
    _ = try run.send(
      #"{"start": {"dim": 2, "lower": [0, 0], "upper": [1, 1], "method": "random-search", "pruning": {"trials": 4}}}"#)
    let ids = try #require(try run.say("ask", ["max": 6])["ids"]?.elements)
    func report(_ k: Int, _ step: Int, _ value: JSONValue) throws -> JSONValue {
      try run.say("report", ["id": ids[k], "step": .integer(step), "value": value])
    }
    for k in 0..<4 {
      #expect(try report(k, 1, .integer(k)) == ["prune": false], "too few got to this step")
      #expect(try report(k, 2, .number(Double(k) - 0.5)) == ["prune": false])
    }
    #expect(try report(4, 1, 1.0) == ["prune": false])
    #expect(try report(4, 2, 1.25) == ["prune": false], "the best value so far counts")
    #expect(try report(5, 2, 1.75) == ["prune": true])
    #expect(try report(5, 2, "nan") == ["prune": true])
    #expect(Conversation.code(try report(5, -1, 1.0)) == "badRequest")
    #expect(Conversation.code(try run.say("report", ["id": 99, "step": 1, "value": 1])) == "unknownId")
    let state = try #require(try run.say("save")["state"]?.text)
    var again = Conversation()
    _ = try again.say("start", ["state": .string(state)])
    #expect(try again.say("report", ["id": ids[5], "step": 2, "value": 2]) == ["prune": true])
    let halving: JSONValue = ["rule": "halving", "ratio": 2]
    _ = try run.say(
      "start", ["dim": 1, "lower": [0], "upper": [1], "method": "random-search", "pruning": halving])
    let three = try #require(try run.say("ask", ["max": 3])["ids"]?.elements)
    let ends = try zip(three, [2.0, 1.0, 3.0]).map { id, value in
      try run.say("report", ["id": id, "step": 1, "value": .number(value)])["prune"] == true
    }
    #expect(ends == [false, false, true])
    #expect(try run.say("save")["state"] != nil)
    _ = try run.send(#"{"start": {"dim": 1, "lower": [0], "upper": [1], "pruning": false}}"#)
    let other = try #require(try run.say("ask")["ids"]?.elements)
    #expect(try run.say("report", ["id": other[0], "step": 1, "value": "inf"]) == ["prune": false])
  }

  @Test(arguments: ["hyperband", "asha", "bohb"])
  func fidelitiesTravelWithPoints(method: String) throws {
    var run = Conversation()
    let levels: JSONValue = [["fidelity": 0.25, "cost": 0.2], ["fidelity": 1, "cost": 1]]
    let started = try run.say(
      "start", ["dim": 1, "lower": [0], "upper": [1], "method": .string(method), "fidelities": levels, "seed": 4])
    #expect(started["oracle"]?.text == "value", "\(started)")
    var (best, seen) = (Double.infinity, Set<Double>())
    for _ in 0..<60 {
      let asked = try run.say("ask", ["max": 3])
      guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else { break }
      let fidelities = try #require(asked["fidelity"]?.doubles)
      #expect(fidelities.count == points.count)
      seen.formUnion(fidelities)
      let values = try zip(points, fidelities).map { point, fidelity in
        let x = try #require(point.doubles?.first)
        let value = (x - 0.3) * (x - 0.3) - (1 - fidelity)
        if fidelity == 1 { best = min(best, value) }
        return value
      }
      let told: JSONValue = [
        "ids": .array(ids), "f": JSONValue(numbers: values), "cost": JSONValue(numbers: fidelities),
      ]
      #expect(try run.say("tell", told)["ok"] == true)
    }
    #expect(seen == [0.25, 1])
    #expect(try run.say("best")["f"]?.doubles == [best], "cheaper approximations do not count")
    let state = try #require(try run.say("save")["state"]?.text)
    var again = Conversation()
    _ = try again.say("start", ["state": .string(state)])
    #expect(try again.say("ask", ["max": 4]) == run.say("ask", ["max": 4]))
  }

  @Test func pointsFromElsewhereAreLearnedFromWhereTheMethodCan() throws {
    let told = #"{"tell": {"x": [[0.3, 0.3], [0.9, 0.1]], "f": [[0.0], [3.0]]}}"#
    for (method, learns) in [("tpe", true), ("genetic-algorithm", true), ("cma-es", false)] {
      var run = Conversation()
      let start: JSONValue = ["method": .string(method), "dim": 2, "lower": [0, 0], "upper": [1, 1], "seed": 2]
      _ = try run.say("start", start)
      #expect(try run.send(told)["learned"] == .bool(learns))
      #expect(try run.say("best")["x"]?.doubles == [0.3, 0.3])
      #expect(try run.say("pending")["ids"]?.elements == [])
      #expect(Conversation.code(try run.send(#"{"tell": {"x": [[0.3]], "f": [[0.0]]}}"#)) == "badRequest")
      #expect(Conversation.code(try run.send(#"{"tell": {"x": [[0, 0]], "ids": [0], "f": [1]}}"#)) == "badRequest")
    }
  }

  @Test(arguments: [
    #"{"start": {"dim": 2, "lower": [1, 0], "upper": [0, 1]}}"#, #"{"start": {"dim": 2, "lower": ["inf", 0]}}"#,
    #"{"start": {"dim": 1, "upper": ["-inf"]}}"#, #"{"start": {"dim": 0}}"#, #"{"start": {"dim": 1e30}}"#,
    #"{"start": {}}"#, #"{"start": {"space": []}}"#, #"{"start": {"dim": 1, "fidelities": [{"fidelity": 0.5}]}}"#,
    #"{"start": {"dim": 1, "fidelities": [{"fidelity": 1}, {"fidelity": 0.5}]}}"#,
    #"{"start": {"dim": 1, "fidelities": [{"fidelity": 1, "cost": 0}]}}"#, #"{"start": {"dim": 1, "pruning": 7}}"#,
    #"{"start": {"dim": 1, "pruning": {"rule": "mode"}}}"#, #"{"start": {"dim": 1, "pruning": {"trials": 0}}}"#,
    #"{"start": {"dim": 1, "pruning": {"rule": "halving", "ratio": 1}}}"#,
    #"{"start": {"dim": 1, "method": "cma-ess"}}"#, #"{"start": {"dim": 1, "settings": {"populatoin": 5}}}"#,
    #"{"start": {"dim": 2, "x0": [1]}}"#, #"{"start": {"dim": 2, "x0": [1, "nan"]}}"#,
    #"{"start": {"space": [{"name": "c", "type": "categorical", "choices": []}]}}"#,
    #"{"start": {"space": [{"name": "c", "type": "float", "low": 1, "high": "inf"}]}}"#,
    #"{"start": {"dim": 3, "method": "cma-es", "objectives": 2, "lower": [0, 0, 0], "upper": [1, 1, 1]}}"#,
    #"{"start": {"state": "bm9uc2Vuc2U="}}"#, #"{"start": {"method": "cma-es", "dim": 1000000}}"#,
  ])
  func wrongStartsAreRefusedAndTheOldRunGoesOn(line: String) throws {
    var run = Conversation()
    _ = try run.send(#"{"start": {"dim": 2, "lower": [0, 0], "upper": [1, 1], "seed": 1}}"#)
    let asked = try run.say("ask", ["max": 2])
    let refused = try run.send(line)
    #expect(Conversation.code(refused) != nil, "\(refused)")
    #expect(try run.say("pending")["ids"] == asked["ids"])
  }

  /// Lines that are cut, doubled, and changed at random never end the process and never leave a line unanswered.
  @Test func wildLinesAreAnswered() throws {
    let lines = [
      Self.space, #"{"start": {"dim": 3, "lower": [-5, -5, -5], "upper": [5, 5, 5], "seed": 7, "batch": 4}}"#,
      #"{"ask": {"max": 3}}"#, #"{"tell": {"f": [[1], [2], [3]]}}"#,
      #"{"tell": {"f": [1, null, "nan"], "ids": [0, 1, 2]}}"#,
      #"{"tell": {"x": [[0.1, 0.2, 0.3]], "f": [[1]]}}"#, #"{"report": {"id": 1, "step": 3, "value": 0.4}}"#,
      #"{"enqueue": {"x": [0, 0, 0]}}"#, #"{"pending": {}}"#, #"{"best": {}}"#, #"{"recommend": {}}"#, #"{"save": {}}"#,
      #"{"tell": {"grad": [[1, 2, 3]], "f": [[1]]}}"#, #"{"end": {}}"#,
    ]
    var random = RandomStream(seed: 11)
    var service = AskTellService(defaultMethod: nil)
    let scraps = Array(#"{}[]":,0123456789.-+eEnulltrfasé\"#.utf8)
    for round in 0..<4000 {
      var line = Array(lines[Int(random.next() % UInt64(lines.count))].utf8)
      let changes = round % 3 == 0 ? 0 : Int(random.next() % 4)
      for _ in 0..<changes where !line.isEmpty {
        let place = Int(random.next() % UInt64(line.count))
        switch random.next() % 4 {
        case 0: line[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: line[place] = scraps[Int(random.next() % UInt64(scraps.count))]
        case 2: line.removeSubrange(place..<min(line.count, place + 1 + Int(random.next() % 9)))
        default: line.insert(contentsOf: line[place..<min(line.count, place + 12)], at: place)
        }
      }
      guard let answer = service.answer(line) else { continue }
      let json = try JSONValue(parsing: answer)
      #expect(json.members?.isEmpty == false && answer.last == 0x0A)
      #expect(!answer.dropLast().contains(0x0A))
    }
  }

  @Test(arguments: [1, 1000])
  func oneDimensionAndAThousand(n: Int) throws {
    let sides: [JSONValue.Member] = [
      .init("lower", JSONValue(numbers: [Double](repeating: -1, count: n))),
      .init("upper", JSONValue(numbers: [Double](repeating: 1, count: n))),
    ]
    for name in ["cma-es", "random-search", "nelder-mead", "tpe", "bayesian-optimization", "differential-evolution"] {
      let entry = try #require(Catalog.entry(named: name))
      var run = Conversation()
      let started = try run.say("start", .object(sides + [.init("method", .string(name)), .init("budget", 12)]))
      #expect(started["ok"] == true, "\(name): \(started)")
      var answers = 0
      while true {
        let asked = try run.say("ask", ["max": 4])
        guard let points = asked["points"]?.elements, let ids = asked["ids"]?.elements else {
          #expect(asked["stop"] != nil, "\(asked)")
          break
        }
        answers += points.count
        #expect(points.allSatisfy { $0.elements?.count == n })
        _ = try run.say("tell", Bowl.answer(points, ids: ids, oracle: entry.outsideName ?? "value"))
      }
      #expect(answers == 12, "\(name)")
      #expect(try run.say("end")["recommend"]?.elements?.count == n)
    }
  }
}
