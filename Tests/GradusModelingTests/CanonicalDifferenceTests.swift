// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

@Suite struct CanonicalDifferenceTests {
  private static func program(_ text: String) throws -> FormulaProgram {
    try FiveElementModel.parse(text: text).program
  }

  private static let base = """
    variables: {x: {lower: 0, upper: 9}, n: {kind: integer, lower: 0}}
    minimize: 3 * x + 2 * n
    subject to:
      a: x + 4 * n >= 6
      b: x - n <= 5
    """

  /// A change of the text, and what it is called.
  @Test(arguments: [
    ("3 * x", "3.9 * x", "other cost at x: 3 in the first model, 3.9 in the second"),
    ("minimize", "maximize", "other sense of the objective: minimize in the first model, maximize in the second"),
    ("4 * n >= 6", "5 * n >= 6", "other coefficient at n in a: 4 in the first model, 5 in the second"),
    ("4 * n >= 6", "240 * n >= 6", "another unit at n in a: 4 in the first model, 240 in the second"),
    (">= 6", "<= 6", "other relation in a: >= in the first model, <= in the second"),
    (">= 6", ">= 8", "other right-hand side at a: 6 in the first model, 8 in the second"),
    ("kind: integer, ", "", "other kind of n: integer in the first model, continuous in the second"),
    ("upper: 9", "upper: 8", "other bound of x (upper): 9 in the first model, 8 in the second"),
    ("\n  b: x - n <= 5", "", "the constraint b is missing in the second model"),
  ])
  func programsSayWhatDiffers(_ old: String, _ new: String, _ message: String) throws {
    let changed = Self.base.replacing(old, with: new)
    #expect(changed != Self.base)
    let differences = ModelDifference.between(try Self.program(Self.base), try Self.program(changed))
    #expect(differences.map(\.description) == [message])
  }

  @Test func scaledAndTurnedRowsAreNoDifference() throws {
    let other = Self.base.replacing("x + 4 * n >= 6", with: "-2 * x - 8 * n <= -12")
    #expect(ModelDifference.between(try Self.program(Self.base), try Self.program(other)).isEmpty)
  }

  @Test func otherNamesAreMatchedByNumbers() throws {
    let other = """
      variables: {count: {kind: integer, lower: 0}, part: {lower: 0, upper: 9}}
      minimize: 2 * count + 3 * part
      subject to:
        low: part - count <= 5
        high: part + 4 * count >= 7
      """
    let differences = ModelDifference.between(try Self.program(Self.base), try Self.program(other))
    #expect(differences == [ModelDifference(.rightHandSide, "a", "6", "7")])
  }

  @Test func unitFactors() {
    #expect(
      ModelDifference.unitFactor(from: 2, to: 120) == 60 && ModelDifference.unitFactor(from: 1000, to: 1) == 0.001)
    #expect(ModelDifference.unitFactor(from: 2, to: 2.6) == nil && ModelDifference.unitFactor(from: 0, to: 60) == nil)
    #expect(ModelDifference.unitFactor(from: 2, to: 2) == nil && ModelDifference.unitFactor(from: -3, to: -36) == 12)
  }

  @Test func statementsSayWhatWasWritten() throws {
    var model = FiveElementStatement(name: "m")
    model.sets = [.init("I", ["a", "b"])]
    model.parameters = [.init("d", over: ["I", "I"], [1, 2, 3, 4]), .init("most", [7])]
    model.variables = [.init("x", over: ["I", "I"], lower: "0")]
    model.objective = "sum(i in I, j in I) d[i,j] * x[i,j]"
    model.constraints = [.init("out", for: "i in I", "sum(j in I) x[i,j] >= 1"), .init("top", "x[a,b] <= most + 2")]
    var other = model
    #expect(ModelDifference.between(model, other).isEmpty)
    other.constraints[0].text = "1 <= sum(k in I) x[i,k]"
    #expect(ModelDifference.between(model, other).isEmpty)
    other.constraints[0].text = "sum(j in I) x[j,i] >= 1"
    #expect(ModelDifference.between(model, other).map(\.kind) == [.index])
    other = model
    other.constraints[1].text = "x[b,a] <= most + 3"
    #expect(ModelDifference.between(model, other).map(\.kind) == [.index, .rightHandSide])
    other = model
    other.sets[0].elements = [["b"], ["a"]]
    #expect(ModelDifference.between(model, other).map(\.place) == ["d"])
    other.parameters[0].values = [4, 3, 2, 1]
    #expect(ModelDifference.between(model, other).isEmpty)
    #expect(
      model.roles(of: "d") == [.cost] && model.roles(of: "most") == [.rightHandSide] && model.roles(of: "x") != [.bound]
    )
  }

  /// Texts that are no expressions are compared as they stand.
  @Test func brokenTextsAreCompared() {
    var model = FiveElementStatement(name: "m")
    model.constraints = [.init("r", "((x <= \"")]
    var other = model
    #expect(ModelDifference.between(model, other).isEmpty)
    other.constraints[0].text = "]) x <= ;"
    #expect(ModelDifference.between(model, other).map(\.kind) == [.formula])
    other.constraints[0].text = ")x] in <= (y"
    #expect(ModelDifference.between(model, other).map(\.kind) == [.formula])
  }
}
