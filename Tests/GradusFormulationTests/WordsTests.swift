// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import Testing

@Suite struct WordsTests {
  static let diet = """
    name: diet
    sets:
      FOOD: [beef, chicken, fish]
      NUTRIENT: [A, C]
    parameters:
      cost: {over: FOOD, values: {beef: 3.19, chicken: 2.59, fish: 2.29}, unit: $/package}
      amount: {over: [FOOD, NUTRIENT], values: [[60, 20], [8, 0], [8, 10]]}
      need: {over: NUTRIENT, values: [700, 700]}
      most_of_all: 90
    variables:
      buy: {over: FOOD, kind: integer, lower: 0, upper: 50, unit: package}
      late: binary
    minimize: sum(f in FOOD) cost[f] * buy[f]
    subject to:
      nutrition[n in NUTRIENT]: sum(f in FOOD) amount[f,n] * buy[f] >= need[n]
      whole_load: 1 <= sum(f in FOOD) buy[f] <= most_of_all
      choice: late == 1 implies buy[beef] <= 10
    """

  @Test func aFiveElementModelIsToldFromItsExpressions() throws {
    let words = try ModelWords(text: Self.diet)
    #expect(
      words.decided == [
        "buy, for each FOOD (3): a whole number from 0 to 50 in package.", "late: yes (1) or no (0).",
      ])
    #expect(words.wanted == "The least of the sum over all FOOD of cost of it times buy of it.")
    #expect(
      words.required == [
        "nutrition: for each n in NUTRIENT, the sum over all f in FOOD of amount of f and n times buy of f is at least need of n.",
        "whole load: 1 is at most the sum over all FOOD of buy of it, which is at most most of all.",
        "choice: if late is exactly 1, then buy of beef is at most 10.",
      ])
    #expect(words.data.contains("FOOD has 3 elements: beef, chicken, fish."))
    #expect(words.data.contains("cost, for each FOOD: 3 numbers, from 2.29 to 3.19 $/package."))
    #expect(words.data.contains("most of all is 90."))
    #expect(
      words.assumptions.contains("Everything comes in whole numbers.")
        && words.assumptions.contains("Nothing is negative."))
    #expect(words.text.contains("What is taken for granted\n  Everything comes"))
  }

  @Test func bracketsStandWhereWordsWouldBindOtherwise() throws {
    let words = try ModelWords(
      text: """
        variables:
          x: {lower: 0, upper: 9}
          y: {lower: 1}
        maximize: (x - 3) * y - (x - y) / 2 - abs(x + 1) + x^2 + 2^y
        subject to:
          r: x / y <= (if x <= 3 then 4 else 1)
        """)
    #expect(
      words.wanted
        == "The most of (x minus 3) times y minus (x minus y) divided by 2 minus the size of x plus 1 plus x squared plus 2 to the power y."
    )
    #expect(words.required == ["r: x divided by y is at most (4 if x is at most 3, else 1)."])
    #expect(!words.assumptions.contains { $0.contains("proportion") })
  }

  @Test func otherModelsAreToldRowByRow() throws {
    let rows = (0..<40).map { " c\($0): 2 x + y >= \($0)" }.joined(separator: "\n")
    let read = try ModelFile.contents(
      bytes: Array("Minimize\n o: 3 x - y\nSubject To\n\(rows)\nBounds\n y <= 4\n x >= -1\nGenerals\n x\nEnd\n".utf8),
      format: .lp)
    let words = ModelWords(read)
    #expect(words.wanted == "The least of 3 times x minus y.")
    #expect(words.required.count == 31 && words.required.last == "… and 10 rows more.")
    #expect(words.required[2] == "c2: 2 times x plus y is at least 2.")
    #expect(words.decided == ["x: a whole number at least -1.", "y: a number from 0 to 4."])
    #expect(words.assumptions.contains("1 of 2 amounts may be negative."))
  }

  @Test func aModelWithoutAnythingIsToldToo() throws {
    let words = try ModelWords(text: "variables:\n  x: {}\n")
    #expect(words.wanted == "Nothing is wanted but a solution." && words.required.isEmpty)
    #expect(throws: ReadError.self) { _ = try ModelWords(text: "variables: [x]") }
  }
}
