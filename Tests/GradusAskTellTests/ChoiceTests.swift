// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import Testing

/// Methods that nobody named.
@Suite struct ChoiceTests {
  static let table: [(String, String, oracle: String)] = [
    (#""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1], "budget": 1000"#, "automatic", "value"),
    (#""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1]"#, "cma-es", "value"),
    (#""dim": 3, "budget": 20"#, "automatic", "value"),
    (#""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1], "budget": 50"#, "automatic", "value"),
    (#""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1], "budget": 50, "batch": 4"#, "bayesian-optimization", "values"),
    (#""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1], "budget": 10"#, "bayesian-optimization", "values"),
    (
      #""dim": 3, "lower": [0, 0, 0], "upper": [1, 1, 1], "budget": 50, "noisy": true"#, "bayesian-optimization",
      "values"
    ),
    (#""dim": 2, "lower": [0, 0], "upper": [1, 1], "budget": 5000, "constraints": 1"#, "cma-es", "value"),
    (#""dim": 2, "lower": [0, 0], "upper": [1, 1], "budget": 40, "constraints": 1"#, "bayesian-optimization", "values"),
    (#""dim": 2, "lower": [0, 0], "upper": [1, 1], "objectives": 2"#, "sms-emoa", "values"),
    (#""dim": 2, "lower": [0, 0], "upper": [1, 1], "objectives": 2, "budget": 60"#, "bayesian-optimization", "values"),
    (#""dim": 2, "lower": [0, 0], "upper": [1, 1], "objectives": 5, "budget": 60"#, "nsga3", "values"),
    (#""dim": 10001"#, "differential-evolution", "value"),
    (#""space": [{"name": "k", "type": "int", "low": 1, "high": 9}], "budget": 2000"#, "cma-es", "value"),
    (#""space": [{"name": "p", "type": "permutation", "count": 5}], "budget": 2000"#, "genetic-algorithm", "values"),
    (#""space": [{"name": "k", "type": "int", "low": 1, "high": 9}], "budget": 30"#, "bayesian-optimization", "values"),
    (
      #""dim": 1, "lower": [0], "upper": [1], "budget": 30, "fidelities": [{"fidelity": 0.1, "cost": 0.1}, {"fidelity": 1, "cost": 1}]"#,
      "multi-fidelity-bo", "value"
    ),
    (
      #""dim": 1, "lower": [0], "upper": [1], "fidelities": [{"fidelity": 0.1, "cost": 0.1}, {"fidelity": 1, "cost": 1}]"#,
      "bohb", "value"
    ),
  ]

  @Test(arguments: table)
  func whatIsKnownDecides(row: (start: String, method: String, oracle: String)) throws {
    for name in ["", #", "method": "automatic""#] {
      var run = Conversation()
      let started = try run.send("{\"start\": {\(row.start)\(name)}}")
      #expect(started["method"]?.text == row.method, "\(started)")
      #expect(started["oracle"]?.text == row.oracle)
      let why = try #require(try run.say("why")["why"]?.elements)
      #expect(!why.isEmpty && why.allSatisfy { !($0.text ?? "").isEmpty })
      #expect(try run.say("ask")["points"]?.elements?.isEmpty == false)
    }
  }

  /// The method of that name says on the way what it does, and what it was told of noise and parallel answers.
  @Test func whatIsChosenOnTheWayIsSaid() throws {
    var run = Conversation()
    _ = try run.send(#"{"start": {"dim": 2, "lower": [-5, -5], "upper": [5, 5], "budget": 300}}"#)
    while let points = try run.say("ask")["points"]?.elements {
      _ = try run.say("tell", ["f": .array(points.map { [.number(Bowl.value(Bowl.numbers($0)))] })])
    }
    let state = try #require(try run.say("save")["state"]?.text)
    let said = try run.say("why")
    let why = try #require(said["why"]?.elements).compactMap(\.text)
    #expect(why.count >= 3 && why.contains { $0.contains("quadratic model") }, "\(why)")
    var again = Conversation()
    _ = try again.say("start", ["state": .string(state)])
    #expect(try again.say("why") == said)
    var parallel = Conversation()
    _ = try parallel.send(#"{"start": {"dim": 2, "lower": [-5, -5], "upper": [5, 5], "budget": 300, "batch": 8}}"#)
    #expect(try parallel.say("ask")["points"]?.elements?.count == 8)
    var noisy = Conversation()
    _ = try noisy.send(#"{"start": {"dim": 2, "lower": [-5, -5], "upper": [5, 5], "budget": 300, "noisy": true}}"#)
    #expect(try noisy.say("ask", ["max": 4])["points"]?.elements?.count == 4)
    var named = Conversation()
    _ = try named.send(#"{"start": {"dim": 2, "method": "cma-es"}}"#)
    #expect(try named.say("why")["why"]?.elements == [])
  }

  @Test func everyChoiceIsInTheCatalog() throws {
    for dimension in [1, 5, 30, 20_000] {
      for budget in [nil, 1, 50, 5_000] {
        for objectives in 1...4 {
          for flags in 0..<16 {
            let traits = SearchTraits(
              dimension: dimension, isBox: flags & 1 == 0, hasOrders: flags & 1 != 0 && flags & 2 == 0,
              objectives: objectives, constraints: flags & 2,
              isNoisy: flags & 4 != 0, hasFidelities: flags & 8 != 0, budget: budget, parallelism: 1 + flags % 3)
            let choice = SearchChoice(for: traits)
            let entry = try #require(Catalog.entry(named: choice.method), "\(choice.method)")
            #expect(objectives == 1 || entry.outsideName == "values")
            #expect(!choice.reasons.isEmpty)
          }
        }
      }
    }
  }
}
