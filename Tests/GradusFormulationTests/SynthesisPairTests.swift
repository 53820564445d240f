// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import GradusModeling
import GradusNumerics
import Testing

@Suite struct SynthesisPairTests {
  private static func knapsack() throws -> FiveElementStatement {
    var stream = RandomStream(seed: 3)
    return try #require(InstanceFamilies.family(named: "knapsack")).statement(size: 6, difficulty: 0.5, &stream)
  }

  /// Without mistakes every pair is proved; with a mistake each, hardly one is taken, and none is proved.
  @Test func mistakesAreNotTaken() async throws {
    let right = SimulatedSynthesis(misread: 0, mismodelled: 0), wrong = SimulatedSynthesis(misread: 1, mismodelled: 0)
    var taken = 0
    for (k, family) in InstanceFamilies.all.prefix(12).enumerated() {
      var stream = RandomStream(seed: 5).child("statement", k)
      let statement = family.statement(size: 10, difficulty: 0.5, &stream)
      let good = try await BidirectionalSynthesis().pair(statement, telling: right, modelling: right, stream: stream)
      #expect(
        good.ending == .proved && good.answer == statement && !good.words.isEmpty, "\(family.name) \(good.ending)")
      let bad = try await BidirectionalSynthesis().pair(statement, telling: wrong, modelling: wrong, stream: stream)
      #expect(bad.ending != .proved && bad.answer != statement, "\(family.name)")
      taken += bad.isAccepted ? 1 : 0
    }
    #expect(taken <= 3)
  }

  /// What does not bind is seen on other data alone.
  @Test func otherDataFindWhatOneOptimumHides() async throws {
    var loose = try Self.knapsack()
    loose.name = "no family"
    let first = try await ModelExecutor().run(loose.program())
    // No more things than are taken anyway: with other data more would be.
    let taken = first.values.values.count { $0 > 0.5 }
    let without = loose
    loose.constraints.append(.init("few", "sum(i in ITEM) take[i] <= \(taken)"))
    let second = try await ModelExecutor().run(loose.program())
    try #require(first.objective == second.objective)
    struct Losing: ProblemTeller, ProblemModeller {
      var answer: FiveElementStatement?
      func words(for statement: FiveElementStatement, stream: RandomStream) async throws -> String { "a story" }
      func statement(for words: String, stream: RandomStream) async throws -> FiveElementStatement? { answer }
    }
    let losing = Losing(answer: without)
    let alone = try await BidirectionalSynthesis(samples: 0).pair(
      loose, telling: losing, modelling: losing, stream: RandomStream(seed: 1))
    #expect(alone.ending == .agreed && alone.isAccepted)
    let several = try await BidirectionalSynthesis(samples: 40).pair(
      loose, telling: losing, modelling: losing, stream: RandomStream(seed: 1))
    #expect(
      several.ending == .refuted && several.agreed > 0 && !several.isAccepted, "\(several.ending) \(several.agreed)")
    let none = try await BidirectionalSynthesis().pair(
      loose, telling: Losing(), modelling: Losing(), stream: RandomStream(seed: 1))
    #expect(none.ending == .unread && none.answer == nil)
  }

  /// The story is told, criticized once and told again; the formulator reads it.
  @Test func aModelTellsAndModels() async throws {
    let statement = try Self.knapsack()
    let service = ScriptedModel { prompt, _ in
      if prompt.contains("List what the story") {
        return prompt.contains("better story") ? "none" : "- the capacity is missing"
      }
      if prompt.contains("Write the story again") { return "A better story with 3 things. What is most?" }
      if prompt.contains("Tell the optimization problem") { return "A story." }
      return statement.text(.json)
    }
    let teller = LanguageTeller(service, critiques: 3)
    let words = try await teller.words(for: statement, stream: RandomStream(seed: 1))
    #expect(words == "A better story with 3 things. What is most?")
    let hasty = try await LanguageTeller(service, critiques: 0).words(for: statement, stream: RandomStream(seed: 1))
    #expect(hasty == "A story.")
    var formulator = Formulator()
    (formulator.judges, formulator.rounds) = (false, 0)
    let modeller = FormulatingModeller(formulator, service)
    let pair = try await BidirectionalSynthesis().pair(
      statement, telling: teller, modelling: modeller, stream: RandomStream(seed: 1))
    #expect(pair.ending == .proved)
    let nothing = try await modeller.statement(for: "no problem", stream: RandomStream(seed: 1))
    #expect(nothing == nil)
  }
}
