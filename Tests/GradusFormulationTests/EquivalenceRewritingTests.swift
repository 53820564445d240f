// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct EquivalenceRewritingTests {
  /// Each rewriting, and several of them one after the other.
  @Test func rewritingsStayTheSame() async throws {
    let stream = RandomStream(seed: 21)
    var same: [HarmlessRewriting?: (right: Int, all: Int)] = [:]
    for k in 0..<140 {
      let statement = EquivalenceKit.statement(k, stream)
      let canonical = CanonicalModel(try statement.program())
      var chain = statement
      for rewriting in HarmlessRewriting.allCases {
        var draws = stream.child("rewriting", k)
        chain = rewriting.applied(to: chain, &draws) ?? chain
        guard let other = rewriting.applied(to: statement, &draws) else { continue }
        try await check(rewriting, statement, canonical, other, &same)
      }
      try await check(nil, statement, canonical, chain, &same)
    }
    for (rewriting, count) in same.sorted(by: { "\($0.key as Any)" < "\($1.key as Any)" }) {
      #expect(Double(count.right) >= 0.99 * Double(count.all), "\(rewriting as Any): \(count)")
    }
    #expect(same.count == HarmlessRewriting.allCases.count + 1)
  }

  private func check(
    _ rewriting: HarmlessRewriting?, _ statement: FiveElementStatement, _ canonical: CanonicalModel,
    _ other: FiveElementStatement, _ same: inout [HarmlessRewriting?: (right: Int, all: Int)]
  ) async throws {
    same[rewriting, default: (0, 0)].all += 1
    let verdict = ModelIsomorphism(canonical, CanonicalModel(try other.program()))
    if case .same(let renaming) = verdict {
      same[rewriting, default: (0, 0)].right += 1
      #expect(renaming.variables.count == canonical.variables.count { $0 != nil })
      return
    }
    let compared = try await ProblemComparison().compare(statement, other, RandomStream(seed: 1))
    if case .different(let witness, let differences) = compared {
      Issue.record("\(rewriting as Any) of \(statement.name): \(witness.first) and \(witness.second), \(differences)")
    }
  }

  /// What was written otherwise and nothing else shows no differences in the texts either.
  @Test func namesAndOrderAreNoDifferences() throws {
    let stream = RandomStream(seed: 22)
    for k in 0..<70 {
      let statement = EquivalenceKit.statement(k, stream)
      for rewriting in [HarmlessRewriting.permutation, .negatedObjective] {
        var draws = stream.child("rewriting", k)
        let other = try #require(rewriting.applied(to: statement, &draws))
        #expect(ModelDifference.between(statement, other).isEmpty, "\(rewriting) of \(statement.name)")
        #expect(ModelDifference.between(try statement.program(), try other.program()).isEmpty, "\(statement.name)")
      }
    }
  }

  /// Logic brings variables and rows of its own, which are matched as all others.
  @Test func logicStaysTheSame() throws {
    let text = """
      sets: {FOOD: [beef, chicken, fish], PAIR: [[beef, fish], [fish, chicken]]}
      parameters: {cost: {over: FOOD, values: [3.2, 2.6, 2.3]}, need: 7}
      variables: {buy: {over: FOOD, kind: integer, lower: 0, upper: 50}, most: {lower: 0, upper: 99}}
      minimize: sum(f in FOOD) cost[f] * buy[f] + 2 * most
      subject to:
        enough: sum(f in FOOD where f != beef) buy[f] >= need - buy["beef"]
        variety: "sum(f in FOOD) (if buy[f] >= 1 then 1 else 0) >= 2"
        either: "buy[beef] <= 3 or buy[fish] <= 4"
        pairs[(a, b) in PAIR]: abs(buy[a] - buy[b]) <= most
      """
    let statement = try FiveElementStatement(reading: text)
    let program = try statement.program()
    for k in 0..<20 {
      var other = statement
      var draws = RandomStream(seed: 23).child("logic", k)
      for rewriting in [HarmlessRewriting.renaming, .permutation, .negatedObjective, .redundantRow] {
        other = try #require(rewriting.applied(to: other, &draws))
      }
      #expect(ModelIsomorphism(program, try other.program()).isSame, "\(other.text())")
      other.parameters[0].values[0] += 0.01
      #expect(!ModelIsomorphism(program, try other.program()).isSame)
    }
  }
}
