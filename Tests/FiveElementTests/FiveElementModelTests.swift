// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Models in the five-element language as programs.
@Suite struct FiveElementModelTests {
  static let diet = """
    name: diet
    sets:
      FOOD: [beef, chicken, fish]
      NUTRIENT: [A, C]
    parameters:
      cost:    {over: FOOD, values: {beef: 3.19, chicken: 2.59, fish: 2.29}, unit: $/package}
      amount:  {over: [FOOD, NUTRIENT], values: [[60, 20], [8, 0], [8, 10]]}      # or file: amount.csv
      need:    {over: NUTRIENT, values: [700, 700]}
    variables:
      buy: {over: FOOD, kind: integer, lower: 0, upper: 50}
    minimize: sum(f in FOOD) cost[f] * buy[f]
    subject to:
      nutrition[n in NUTRIENT]: sum(f in FOOD) amount[f,n] * buy[f] >= need[n]
      variety: sum(f in FOOD) (if buy[f] >= 1 then 1 else 0) >= 2

    """

  /// The example of the contract.
  @Test func diet() throws {
    let reading = try FiveElementModel.parse(text: Self.diet)
    let form = reading.program.linear
    #expect(reading.program.isLinear)
    #expect(form.name == "diet")
    #expect(form.sense == .minimize)
    #expect(
      Array(form.columnNames) == [
        "buy[beef]", "buy[chicken]", "buy[fish]", "variety.if1", "variety.if2", "variety.if3",
      ])
    #expect(form.costs == [3.19, 2.59, 2.29, 0, 0, 0])
    #expect(form.kinds.allSatisfy { $0 == .integer })
    #expect(form.columnUpper == [50, 50, 50, 1, 1, 1])
    #expect(Array(form.rowNames.prefix(2)) == ["nutrition[A]", "nutrition[C]"])
    #expect(Array(form.rowNames.suffix(1)) == ["variety"])
    print(Array(form.rowNames), form.rowLower, form.rowUpper, form.matrix.values, reading.notes)
  }
}
