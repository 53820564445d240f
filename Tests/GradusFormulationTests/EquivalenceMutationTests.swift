// SPDX-License-Identifier: Apache-2.0
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct EquivalenceMutationTests {
  /// 10,000 pairs: no mistake passes for the same problem, and the difference that is named is the mistake that was made.
  @Test(arguments: 0..<4)
  func mistakesAreNeverTheSameAndHaveTheirName(_ part: Int) throws {
    let stream = RandomStream(seed: 11)
    var pairs = 0
    var named: [ModelMutation: (right: Int, all: Int)] = [:]
    var k = part
    while pairs < 2500 {
      let statement = EquivalenceKit.statement(k, stream)
      let canonical = CanonicalModel(try statement.program())
      for mutation in ModelMutation.allCases {
        var draws = stream.child("mutation", k)
        guard let result = mutation.applied(to: statement, &draws) else { continue }
        pairs += 1
        let verdict = ModelIsomorphism(canonical, CanonicalModel(try result.statement.program()))
        #expect(verdict == .different, "\(mutation) at \(result.place) of \(statement.name) \(k)")
        let differences = ModelDifference.between(statement, result.statement)
        let isNamed =
          differences.count == 1 && differences[0].kind == result.kind && differences[0].place.hasPrefix(result.place)
        named[mutation, default: (0, 0)].all += 1
        if isNamed { named[mutation, default: (0, 0)].right += 1 }
      }
      k += 4
    }
    for mutation in ModelMutation.allCases {
      let count = try #require(named[mutation], "\(mutation) never found a place")
      #expect(Double(count.right) >= 0.95 * Double(count.all), "\(mutation): \(count)")
    }
  }

  /// Mistakes in a model whose names are all others: the numbers and shapes still lead to the difference.
  @Test func mistakesUnderOtherNamesAreFound() throws {
    let stream = RandomStream(seed: 12)
    var (right, all) = (0, 0)
    for k in 0..<140 {
      let statement = EquivalenceKit.statement(k, stream)
      for mutation in ModelMutation.allCases {
        var draws = stream.child("mutation", k)
        guard let result = mutation.applied(to: statement, &draws),
          let renamed = HarmlessRewriting.renaming.applied(to: result.statement, &draws)
        else { continue }
        #expect(!ModelIsomorphism(try statement.program(), try renamed.program()).isSame)
        all += 1
        let differences = ModelDifference.between(statement, renamed)
        if differences.contains(where: { $0.kind == result.kind && $0.place.hasPrefix(result.place) }) { right += 1 }
      }
    }
    #expect(Double(right) >= 0.95 * Double(all), "\(right) of \(all)")
  }
}
