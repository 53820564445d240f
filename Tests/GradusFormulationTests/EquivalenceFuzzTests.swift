// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct EquivalenceFuzzTests {
  private static let words = [
    "sum", "(", ")", "[", "]", "{", "}", "i", "in", "I", "where", "x", "<=", ">=", "==", "+", "-", "*", "2", "if",
    "then",
    "else", "and", "not", ",", "\"a\"", "`b c`", "min", "..", "^", "é", "\"", "#", "1e400", "max", "cost", "[i]",
  ]

  /// Texts that are no expressions, sets that do not exist, numbers that are missing: nothing crashes, and what is no model has no
  /// verdict but `undecided`.
  @Test func nothingCrashes() async throws {
    var draws = RandomStream(seed: 41)
    func text() -> String {
      (0..<draws.integer(below: 12)).map { _ in Self.words[draws.integer(below: Self.words.count)] }.joined(
        separator: " ")
    }
    for k in 0..<400 {
      var first = EquivalenceKit.statement(k, RandomStream(seed: 42))
      var second = first
      first.constraints.append(.init("odd", for: text(), text()))
      second.constraints.append(.init("odd", for: text(), text()))
      second.objective = text()
      second.variables[0].lower = text()
      second.variables[0].indices = ["i", "i", "i"]
      second.parameters[0].over = ["I", "nothing"]
      if let count = second.parameters.last?.values.count, count > 1 {
        second.parameters[second.parameters.count - 1].values = []
      }
      #expect(!ModelDifference.between(first, second).isEmpty)
      _ = DataCorrespondence(first, second).carried(first.scaledData(draws))
      for mutation in ModelMutation.allCases { _ = mutation.applied(to: second, &draws) }
      for rewriting in HarmlessRewriting.allCases { _ = rewriting.applied(to: second, &draws) }
      guard case .undecided = try await ProblemComparison(samples: 1).compare(first, second, draws) else {
        Issue.record("a verdict on \(second.constraints.last?.text ?? "")")
        continue
      }
    }
  }

  /// What is cut into words comes back as it was.
  @Test func expressionsKeepTheirText() throws {
    for k in 0..<7 {
      let statement = EquivalenceKit.statement(k, RandomStream(seed: 43))
      for text in statement.constraints.flatMap({ [$0.indices, $0.text] }) + [statement.objective] {
        #expect(try #require(ExpressionPieces(text)).text == text)
      }
    }
    #expect(ExpressionPieces("x[\"a b\"] + `if`")?.text == "x[\"a b\"] + `if`" && ExpressionPieces("x ≤ 1") == nil)
  }
}
