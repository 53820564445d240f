// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import Testing

@Suite struct StatementTests {
  private static var diet: FiveElementStatement {
    var model = FiveElementStatement(name: "a diet: cheap")
    model.sets = [
      .init("FOOD", ["beef", "sea fish", "007", "no"]), .init("ARC", tuples: [["a", "b"], ["b", "c"]]),
      .init("NONE", [String]()),
    ]
    model.parameters = [
      .init("cost", over: ["FOOD"], [3.19, 2.59, 2.29, 1e-7], unit: "$/package"), .init("need", [700]),
      .init("amount", over: ["ARC", "FOOD"], [1, 2, 3, 4, 5, 6, 7, -8.5]), .init("limit", [0.1], unit: "kg"),
    ]
    model.variables = [
      .init("buy", over: ["FOOD"], kind: .integer, lower: "0", upper: "need + cost[f]", indices: ["f"]),
      .init("flow", over: ["ARC"], lower: "-2"), .init("open", kind: .binary), .init("free"),
    ]
    model.objective = "sum(f in FOOD) cost[f] * buy[f] + free"
    model.constraints = [
      .init("enough", for: "(i, j) in ARC", "sum(f in FOOD) amount[i,j,f] * buy[f] >= need * open"),
      .init("low", "-3 <= free"), .init("named", "buy[\"sea fish\"] + flow[a,b] <= 2 * limit"),
    ]
    return model
  }

  @Test(arguments: FiveElementModel.Notation.allCases)
  func theTextIsTheStatement(_ notation: FiveElementModel.Notation) throws {
    let text = Self.diet.text(notation)
    #expect(try FiveElementStatement(reading: text, notation: notation) == Self.diet, "\(text)")
    let program = try Self.diet.program()
    #expect(program.linear.variableCount == 8 && program.linear.constraintCount == 4)
    #expect(program.linear.name == "a diet: cheap" && program.linear.columnUpper[1] == 702.59)
  }

  @Test func valuesAreFoundByElement() {
    #expect(Self.diet.value("cost", ["sea fish"]) == 2.59 && Self.diet.value("need") == 700)
    #expect(Self.diet.value("amount", ["b", "c", "no"]) == -8.5)
    #expect(Self.diet.value("amount", ["b", "a", "no"]) == nil && Self.diet.value("cost") == nil)
    #expect(Self.diet.value("nothing") == nil && Self.diet.value("cost", ["beef", "beef"]) == nil)
    #expect(Self.diet.count(over: ["ARC", "FOOD"]) == 8 && Self.diet.count(over: ["X"]) == nil)
  }

  @Test(arguments: [
    ("sets:\n  A: 1..3", "without a list"), ("parameters:\n  a: 1\n  b: 2 * a", "by an expression"),
    ("variables:\n  x: {start: 1}", "the start of x"), ("minimize: {cost: 1}", "a name of its own"),
    ("sets:\n  A: [a]\nvariables:\n  x: {over: A, lower: [1]}", "lower of x by element"),
    ("sets:\n  A: [1, 2]\nvariables:\n  x: {over: \"a in A where a > 1\"}", "x over a in A"),
    ("variables:\n  x:\nminimize: y", "y"),
  ])
  func whatAStatementDoesNotHoldIsRefused(_ text: String, _ cause: String) {
    #expect { try FiveElementStatement(reading: text) } throws: { "\($0)".contains(cause) }
  }
}
