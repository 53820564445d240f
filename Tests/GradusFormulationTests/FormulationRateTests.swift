// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct FormulationRateTests {
  /// Knapsacks with numbers of their own, told in words.
  static func items(_ count: Int) -> [SimulatedFormulator.Item] {
    (0..<count).map { k in
      let numbers = (0..<7).map { Double(1009 + 97 * k + 131 * $0 * $0 + 17 * $0) }
      var statement = FiveElementStatement(name: "sack", sense: .maximize)
      statement.sets = [.init("ITEM", ["tent", "lamp", "rope"])]
      statement.parameters = [
        .init("value", over: ["ITEM"], Array(numbers[0..<3])), .init("weight", over: ["ITEM"], Array(numbers[3..<6])),
        .init("capacity", [2 * numbers[6]]), .init("most", [2]),
      ]
      statement.variables = [.init("take", over: ["ITEM"], kind: .binary)]
      statement.objective = "sum(i in ITEM) value[i] * take[i]"
      statement.constraints = [
        .init("load", "sum(i in ITEM) weight[i] * take[i] <= capacity"),
        .init("pieces", "sum(i in ITEM) take[i] <= most"),
      ]
      let all = statement.parameters.prefix(3).flatMap(\.values).map { "\(Int($0))" }
      let text =
        "Tent, lamp and rope are worth \(all[0...2].joined(separator: ", ")) and weigh \(all[3...5].joined(separator: ", ")). "
        + "The sack holds \(all[6]) and at most two pieces. What is worth the most?"
      return SimulatedFormulator.Item(text, statement)
    }
  }

  @Test(arguments: [(0, false), (1, false), (3, false), (2, true)])
  func successIsWhatWasPredicted(_ rounds: Int, _ judges: Bool) async throws {
    let items = Self.items(150)
    var rates = SimulatedFormulator.Rates()
    (rates.invalid, rates.unread, rates.dropped, rates.flipped, rates.altered) = (0.1, 0.1, 0.15, 0.15, 0.1)
    (rates.heeds, rates.judges) = (0.6, 0.8)
    let model = SimulatedFormulator(items, rates: rates, seed: 5)
    var formulator = Formulator()
    formulator.rounds = rounds
    formulator.judges = judges
    var right = 0
    for item in items {
      let found = try await formulator.formulate(WordProblem(item.text), asking: model)
      if found.model == item.statement.text() { right += 1 }
    }
    let predicted = try await model.successRate(items[0], by: formulator)
    let share = Double(right) / Double(items.count)
    let error = (predicted * (1 - predicted) / Double(items.count)).squareRoot()
    #expect(abs(share - predicted) <= 3 * error, "\(share) against \(predicted) ± \(error)")
    #expect(rounds > 0 ? predicted > 0.6 : abs(predicted - 0.4) < 1e-12)
  }

  @Test func votesWinAsOftenAsPredicted() async throws {
    let items = Self.items(150)
    var rates = SimulatedFormulator.Rates()
    (rates.invalid, rates.dropped, rates.flipped, rates.altered) = (0.1, 0.2, 0.15, 0.1)
    let model = SimulatedFormulator(items, rates: rates, seed: 6)
    var formulator = Formulator()
    (formulator.rounds, formulator.judges, formulator.votes) = (0, false, 3)
    var right = 0
    for item in items {
      let found = try await formulator.formulate(WordProblem(item.text), asking: model)
      if found.model == item.statement.text() { right += 1 }
    }
    let predicted = try await model.voteRate(items[0], by: formulator)
    let share = Double(right) / Double(items.count)
    let error = (predicted * (1 - predicted) / Double(items.count)).squareRoot()
    #expect(abs(share - predicted) <= 3 * error, "\(share) against \(predicted) ± \(error)")
    #expect(predicted > 0.45)
  }

  @Test func theRightModelRaisesNoDoubt() async throws {
    let items = Self.items(3)
    let found = try await Formulator().formulate(
      WordProblem(items[1].text), asking: SimulatedFormulator(items, seed: 1))
    #expect(found.outcome == .solved && found.doubts.isEmpty && found.rounds.count == 1 && found.usage.calls == 2)
    #expect(found.model == items[1].statement.text())
    let other = try await Formulator().formulate(
      WordProblem("What of 3 wares?"), asking: SimulatedFormulator(items, seed: 1))
    #expect(other.outcome == .asksBack)
  }
}
