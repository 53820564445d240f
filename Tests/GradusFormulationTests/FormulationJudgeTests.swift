// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct FormulationJudgeTests {
  static let text = """
    A baker sells bread at 4 and cake at 7. Bread takes 2 hours, cake 3 hours; there are 60 hours a week, and 20 % of them are lost.
    How many breads and cakes bring the most?
    """

  private func doubts(
    _ parameters: String, _ rows: String, text: String = text
  ) throws -> [FormulationDoubt] {
    let model = """
      {"sets": {"W": ["bread", "cake"]}, "parameters": {\(parameters)},
       "variables": {"make": {"over": "W", "kind": "integer", "lower": 0}},
       "maximize": "sum(w in W) price[w] * make[w]", "subject to": {\(rows)}}
      """
    return try NumberJudge(WordProblem(text)).doubts(of: JSONValue(parsing: model))
  }

  private let data =
    "\"price\": {\"over\": \"W\", \"values\": [4, 7]}, \"time\": {\"over\": \"W\", \"values\": {\"bread\": 2, \"cake\": 3}}"

  @Test func aModelWithAllNumbersRaisesNoDoubt() throws {
    let found = try doubts(
      data + ", \"hours\": 60, \"kept\": 0.8", "\"work\": \"sum(w in W) time[w] * make[w] <= kept * hours\"")
    #expect(found.isEmpty, "\(found)")
    // 48 = 60·0.8 is made of two numbers of the text; so are minutes of hours.
    #expect(try doubts(data + ", \"hours\": 48", "\"work\": \"sum(w in W) time[w] * make[w] <= hours\"").isEmpty)
    #expect(
      try doubts(
        data + ", \"minutes\": 3600, \"kept\": 0.8",
        "\"work\": \"60 * sum(w in W) time[w] * make[w] <= kept * minutes\""
      )
      .isEmpty)
  }

  @Test func leftOutAndAlteredNumbersAreNamed() throws {
    let dropped = try doubts(data + ", \"hours\": 60", "\"work\": \"sum(w in W) time[w] * make[w] <= hours\"")
    #expect(dropped.map(\.kind) == [.unexplained] && dropped[0].text.contains("20"), "\(dropped)")
    let altered = try doubts(
      data + ", \"hours\": 61.7, \"kept\": 0.8", "\"work\": \"sum(w in W) time[w] * make[w] <= kept * hours\"")
    #expect(altered.map(\.kind) == [.unexplained, .invented], "\(altered)")
    #expect(altered.last?.text.contains("61.7 in hours") == true)
  }

  @Test func aParameterThatNothingUsesExplainsNothing() throws {
    let found = try doubts(data + ", \"hours\": 60, \"kept\": 0.8", "\"work\": \"sum(w in W) make[w] <= 60\"")
    #expect(found.contains { $0.kind == .unexplained && $0.text.contains("kept") }, "\(found)")
  }

  @Test func subscriptsExponentsAndElementsAreNoData() throws {
    let model = """
      {"sets": {"D": "1..5"}, "variables": {"x": {"over": "D", "lower": 0}},
       "minimize": "sum(d in D) x[d]^2", "subject to": {"last": "x[5] >= 9", "`row 77`": "x[1] + x[2] >= 8"}}
      """
    let problem = try WordProblem("Over five days find the smallest sum of squares; day 5 needs 9, the first two 8.")
    #expect(NumberJudge(problem).doubts(of: try JSONValue(parsing: model)).isEmpty)
  }

  @Test func mixedUnitsAreConverted() async throws {
    let text =
      "A baker has 30 kg of flour. A loaf takes 500 g and brings 3, a roll takes 60 grams and brings 0.5. What brings the most?"
    func doubts(_ row: String, _ text: String) async throws -> [String] {
      let model = """
        {"variables": {"loaf": {"lower": 0}, "roll": {"lower": 0}}, "maximize": "3 * loaf + 0.5 * roll", "subject to": {"flour": "\(row)"}}
        """
      var formulator = Formulator()
      formulator.solves = false
      let messages = try await formulator.messages(to: model, on: WordProblem(text))
      return messages.map(\.text).filter { $0.contains("converts") }
    }
    let mixed = try await doubts("500 * loaf + 60 * roll <= 30", text)
    #expect(
      mixed.count == 1 && mixed[0].contains("30 kg and 500 g") && mixed[0].contains("the factor is 1000"), "\(mixed)")
    for row in [
      "500 * loaf + 60 * roll <= 30000", "0.5 * loaf + 0.06 * roll <= 30", "500 * loaf + 60 * roll <= 1000 * 30",
      "(500 * loaf + 60 * roll) * 0.001 <= 30",
    ] {
      let found = try await doubts(row, text)
      #expect(found.isEmpty, "\(row): \(found)")
    }
    // One unit, one quantity in two units, and periods that count nothing are not mixed.
    for text in [
      "There are 30 kg. A loaf takes 0.5 kg, a roll 0.06 kg. What brings the most?",
      "A loaf takes 1 hour 30 minutes. How many loaves in 9 hours?", "For 5 days of 8 hours: how many loaves?",
      "Prices are $3 and $2 per ton. What costs least?",
    ] {
      let found = try await doubts("loaf <= 30", text)
      #expect(found.isEmpty, "\(text): \(found)")
    }
    let money = try await doubts(
      "3 * loaf + 25 * roll <= 9", "A loaf costs $3, a roll 25 cents, and $9 are there. How many?")
    #expect(money.first?.contains("the factor is 100") == true, "\(money)")
    let table = try await doubts(
      "13 * loaf + 19 * roll <= 40",
      "| Time (minutes) |\n| loaf 13 |\n| roll 19 |\nThere are 40 hours. How many of each?")
    #expect(table.first?.contains("40 h and min") == true, "\(table)")
  }

  /// What a family tells and states has one unit for each thing.
  @Test func familiesMixNoUnits() async throws {
    var formulator = Formulator()
    formulator.solves = false
    for (k, family) in InstanceFamilies.all.enumerated() {
      var stream = RandomStream(seed: 8).child("family", k)
      let model = family.statement(size: 8, difficulty: 0.5, &stream)
      let messages = try await formulator.messages(
        to: model.text(.json), on: WordProblem(family.words(model, &stream)))
      #expect(!messages.contains { $0.text.contains("converts") }, "\(family.name): \(messages)")
    }
  }

  @Test func anythingIsJudgedWithoutACrash() throws {
    let problem = try WordProblem(String(repeating: "3 4 ", count: 5000) + "?")
    for text in [
      "{}", "{\"parameters\": [1], \"sets\": 3, \"variables\": \"x\", \"subject to\": [[[[7]]]]}",
      "{\"minimize\": \"'`[[^\"}",
    ] {
      _ = NumberJudge(problem).doubts(of: try JSONValue(parsing: text))
    }
  }
}
