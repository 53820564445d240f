// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import GradusModeling
import GradusNumerics
import Testing

@Suite struct PairSynthesisTests {
  private static func source(_ names: [String] = [], _ complexity: ClosedRange<Double> = 15...60) throws
    -> InstanceSource
  {
    let families = InstanceFamilies.all.filter { names.isEmpty || names.contains($0.name) }
    return try InstanceSource(families, complexity: complexity, RandomStream(seed: 1))
  }

  /// All families but pooling, whose optima are hard to prove: every line is a problem of a benchmark whose model gives its answer.
  @Test func linesAreRightByConstruction() async throws {
    let source = try Self.source()
    let synthesis = PairSynthesis(source, seed: 2)
    for number in 0..<20 {
      let pair = try await synthesis.pair(number)
      if pair.family == "pooling" {
        #expect(pair.ending == .told || pair.ending == .unsolved)
        continue
      }
      #expect(pair.ending == .told && pair.id == "\(pair.family)-2-\(number)", "\(pair.id) \(pair.ending)")
      let complexity = try #require(pair.draw?.complexity)
      #expect((15...60).contains(complexity), "\(pair.id)")
      let line = try #require(pair.json)
      let read = try BenchmarkProblem.read(String(decoding: line.serialized(), as: UTF8.self))
      let problem = try #require(read.first)
      let model = String(decoding: try #require(line["model"]).serialized(), as: UTF8.self)
      let statement = try FiveElementStatement(reading: model, notation: .json, path: "line")
      let execution = try await ModelExecutor().run(statement.program())
      let isRight = problem.answer.agrees(with: execution, tolerance: 1e-6)
      #expect(isRight && problem.problem == pair.words, "\(pair.id)")
    }
    let again = try await PairSynthesis(source, seed: 2).pair(4)
    let first = try await synthesis.pair(4)
    let other = try await PairSynthesis(source, seed: 3).pair(4)
    #expect(again == first && other.words != first.words)
  }

  /// A bilinear model whose optimum is proved by a global search, in a number of nodes that is the same everywhere.
  @Test func aGlobalOptimumIsProvedOrLeftOut() async throws {
    let synthesis = PairSynthesis(try Self.source(["pooling"], 15...25), seed: 1)
    var proved = 0
    for number in 0..<6 {
      let pair = try await synthesis.pair(number)
      #expect(pair.ending == .told || pair.message == "the solver says stationary", "\(pair.id) \(pair.ending)")
      guard pair.ending == .told else { continue }
      proved += 1
      #expect(pair.execution?.status == .optimal)
    }
    #expect(proved > 0)
  }

  @Test func whatIsOutsideOfTheRangeIsLeftOut() async throws {
    // Unit commitment leaps over small targets.
    let pair = try await PairSynthesis(try Self.source(["unit-commitment"], 1...1.5), seed: 1).pair(0)
    #expect(pair.ending == .outside && pair.json == nil)
    let nothing = try await PairSynthesis(try InstanceSource([], complexity: 1...2, RandomStream(seed: 1)), seed: 1)
      .pair(0)
    #expect(nothing.ending == .outside)
  }

  @Test func grownProblemsAreOfTheirCategory() async throws {
    let synthesis = PairSynthesis(DemonstrationSource(), seed: 1)
    for (number, category) in SocraticDemonstration.Category.allCases.enumerated() {
      let pair = try await synthesis.pair(number)
      #expect(pair.ending == .told && pair.family == category.rawValue)
      #expect(pair.words.contains("| item |") == category.hasTable)
    }
  }

  /// A double without mistakes has every pair proved; one that always models something else has hardly one accepted.
  @Test func onlyWhatIsModelledAgainIsAccepted() async throws {
    var accepted: [Int] = []
    for rate in [0.0, 1] {
      var synthesis = PairSynthesis(try Self.source(["knapsack", "diet", "transportation"]), seed: 4)
      let double = SimulatedSynthesis(misread: 0, mismodelled: rate)
      (synthesis.teller, synthesis.modeller) = (double, double)
      var count = 0
      for number in 0..<9 {
        let pair = try await synthesis.pair(number)
        count += pair.ending.isAccepted ? 1 : 0
        if rate == 0 { #expect(pair.ending == .proved && pair.agreed == 1) }
      }
      accepted.append(count)
    }
    #expect(accepted[0] == 9 && accepted[1] <= 2)
  }

  /// Nobody is asked about what has no answer; failures are the pair's own unless they end the run; words must be a problem.
  @Test func failuresHaveTheirPlace() async throws {
    var synthesis = PairSynthesis(try Self.source(["knapsack"]), seed: 1)
    let busy = ScriptedModel { _, _ in throw ModelFailure.tooLongPrompt(service: "it", cause: "words") }
    synthesis.teller = LanguageTeller(busy)
    synthesis.modeller = FormulatingModeller(Formulator(), busy)
    let failed = try await synthesis.pair(0)
    #expect(failed.ending == .failed && failed.message?.contains("longer than the model") == true)
    let gone = ScriptedModel { _, _ in throw ModelFailure.unreachable(service: "it", cause: "gone") }
    synthesis.teller = LanguageTeller(gone)
    let unreachable = synthesis
    await #expect(throws: ModelFailure.self) { try await unreachable.pair(0) }
    let source = try Self.source(["knapsack"])
    let drawn = try await source.draw(0, RandomStream(seed: 1).child("pair", 0))
    let statement = try #require(drawn).statement
    let mute = ScriptedModel { prompt, _ in
      prompt.contains("Tell the optimization problem") ? "No figures here." : statement.text(.json)
    }
    synthesis.teller = LanguageTeller(mute, critiques: 0)
    synthesis.modeller = FormulatingModeller(Formulator(), mute)
    let words = try await synthesis.pair(0)
    #expect(words.ending == .unread)
  }
}
