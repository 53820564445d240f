// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Synchronization
import Testing

@Suite struct TokenSearchTests {
  /// A workflow whose score is the sum of the weights of the words in its prompt, and 1 more for two of them together.
  struct Scorer: WorkflowOracle {
    var weights: [String: Double]
    var pair: Set<String> = []

    func score(_ prompt: String) -> Double {
      let words = Set(prompt.split(separator: " ").map(String.init))
      return words.reduce(pair.isEmpty || !pair.isSubset(of: words) ? 0 : 1) { $0 + (weights[$1] ?? 0) }
    }

    func run(
      _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
    ) async throws -> WorkflowOutcome {
      let score = score(assignment["prompt"]?.text ?? "")
      return WorkflowOutcome(scores: items.map { _ in score }, remarks: items.map { _ in "" })
    }

    func report(
      _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
    ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }

    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion { Completion(text: "") }
  }

  private static let words = (0..<40).map { "word\($0)" }
  private static var scorer: Scorer {
    var weights: [String: Double] = [:]
    // Four help, four harm, the rest does nothing.
    for k in 0..<4 {
      weights["word\(k * 7)"] = 1 + Double(k)
      weights["word\(k * 7 + 1)"] = -1
    }
    return Scorer(weights: weights, pair: ["word7", "word14"])
  }

  private static func program(_ places: Int = 6) throws -> LanguageProgram {
    LanguageProgram(
      [try WorkflowParameter("prompt", .text(limit: 200), start: .text("the template"))], selectionCount: places)
  }

  private static func search(_ change: (inout PrunedTokenSearch) -> Void = { _ in }) throws -> PrunedTokenSearch {
    var method = PrunedTokenSearch(try TokenVocabulary(words))
    (method.percentile, method.length, method.population, method.epochs) = (0.9, 4, 20, 10)
    change(&method)
    return method
  }

  @Test func pruningKeepsWhatHelpsMost() async throws {
    let run = try Run(try Self.program(), by: try Self.search(), asking: Self.scorer, seed: 1)
    // The template and 40 words.
    for _ in 0..<41 { _ = try await run.step() }
    #expect(run.state.survivors == [21, 14, 7, 0])
    while try await run.step() {}
    // 41, then 20 · 10, then five finalists and the template on what was not searched on; here all places were.
    #expect(run.progress.answers == 41 + 200 + 6)
    let text = run.report.point["prompt"]?.text ?? ""
    #expect(text.hasSuffix(" the template") && text.split(separator: " ").count == 6)
    #expect(Self.scorer.score(text) == 11 && run.report.value == -11)
  }

  @Test(arguments: PrunedTokenSearch.Searcher.allCases) func everySearcherFindsTheBestString(
    _ searcher: PrunedTokenSearch.Searcher
  ) async throws {
    let method = try Self.search { $0.searcher = searcher }
    let run = try Run(try Self.program(), by: method, asking: Self.scorer, seed: 2)
    while try await run.step() {}
    #expect(Self.scorer.score(run.report.point["prompt"]?.text ?? "") == 11)
    // Four words at four places, one after the other.
    if searcher == .greedy { #expect(run.progress.answers == 41 + 16 + 6) }
  }

  @Test func withoutPruningAllWordsAreSearched() async throws {
    let run = try Run(try Self.program(), by: try Self.search { $0.percentile = 0 }, asking: Self.scorer, seed: 1)
    while try await run.step() {}
    #expect(run.state.survivors == Array(0..<40) && run.progress.answers == 200 + 6)
  }

  @Test func whatIsWorseThanTheTemplateIsNotRecommended() async throws {
    let scorer = Scorer(weights: Dictionary(uniqueKeysWithValues: Self.words.map { ($0, -1.0) }))
    let run = try Run(try Self.program(), by: try Self.search(), asking: scorer, seed: 1)
    while try await run.step() {}
    #expect(run.report.point["prompt"] == .text("the template") && run.report.value == 0)
  }

  @Test func aFewPlacesOfEachOutputAreSearchedOn() async throws {
    var program = try Self.program(8)
    program.examples = (0..<8).map { TaskExample("input \($0)", $0 < 6 ? "yes" : "no") }
    let run = try Run(program, by: try Self.search { $0.shots = 2 }, asking: Self.scorer, seed: 1)
    guard case .run(_, let few, _) = try run.ask()?.question else {
      Issue.record("nothing was run")
      return
    }
    #expect(few.count { $0.index < 6 } == 2 && few.count { $0.index >= 6 } == 2)
    for _ in 0..<241 { _ = try await run.step() }
    guard case .run(_, let rest, _) = try run.ask()?.question else {
      Issue.record("nothing was run")
      return
    }
    #expect(rest.count == 4 && Set(rest).isDisjoint(with: few))
  }

  @Test func failedRunsAreCounted() async throws {
    let scorer = Scorer(weights: ["word3": .nan])
    let run = try Run(try Self.program(), by: try Self.search { $0.percentile = 0.5 }, asking: scorer, seed: 1)
    while try await run.step() {}
    #expect(run.report.reasons.first?.contains("runs failed on some place") == true)
  }

  @Test func groupsOfWordsAreStoodForByOne() async throws {
    // Three heaps of words far from each other.
    let places = (0..<40).map { k in [Double(k % 3) * 10, Double(k) * 0.01] }
    var method = try Self.search { $0.clusters = 3 }
    method.vocabulary = try TokenVocabulary(Self.words, places: places)
    method.percentile = 0
    let run = try Run(try Self.program(), by: method, asking: Self.scorer, seed: 1)
    #expect(Set(run.state.survivors.map { $0 % 3 }) == [0, 1, 2] && run.state.survivors.count == 3)
  }

  @Test func vocabulariesThatDoNotFitAreRefused() throws {
    #expect(throws: WorkflowError.self) { try TokenVocabulary(["a", "b"], places: [[1]]) }
    #expect(throws: WorkflowError.self) { try TokenVocabulary(["a", "b"], places: [[1], [1, 2]]) }
    #expect(throws: WorkflowError.self) { try TokenVocabulary(["a", "b"], places: [[1], [.nan]]) }
    let empty = PrunedTokenSearch(try TokenVocabulary([]))
    #expect(throws: Unsuitable.self) { try empty.start(try Self.program(), random: RandomStream(seed: 1)) }
  }

  @Test(arguments: PrunedTokenSearch.Searcher.allCases) func aSavedRunGoesOnToTheBit(
    _ searcher: PrunedTokenSearch.Searcher
  ) async throws {
    let method = try Self.search { $0.searcher = searcher }
    for half in [17, 41, 49, 60] {
      let whole = try Run(try Self.program(), by: method, asking: Self.scorer, seed: 5)
      for _ in 0..<90 { _ = try await whole.step() }
      let first = try Run(try Self.program(), by: method, asking: Self.scorer, seed: 5)
      for _ in 0..<half { _ = try await first.step() }
      let second = try Run<PrunedTokenSearch>(
        resuming: first.checkpoint(), of: try Self.program(), asking: Self.scorer)
      for _ in half..<90 { _ = try await second.step() }
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }
}
