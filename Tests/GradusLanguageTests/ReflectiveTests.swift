// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusLanguage

/// Candidates that are kept for what they alone can do, changed after a look at runs, and merged.
@Suite struct ReflectiveTests {
  @Test func aFrontKeepsWhoAloneIsBestSomewhere() {
    // The last is right where nobody else is; the second is nowhere alone.
    let front = CandidateFront([[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    #expect(front.members.map(\.candidate) == [0, 2, 3])
    #expect(front.members.map(\.weight) == [2, 2, 1])
    // Of equals one is left.
    #expect(CandidateFront([[1, 0], [1, 0], [1, 0]]).members.map(\.candidate) == [0])
    #expect(CandidateFront([[]]).members.map(\.candidate) == [0])
    var stream = RandomStream(seed: 1)
    var counts = [0, 0, 0, 0]
    for _ in 0..<5000 { counts[front.drawn(&stream)] += 1 }
    #expect(counts[1] == 0)
    #expect(abs(Double(counts[0]) / 5000 - 0.4) < 0.03 && abs(Double(counts[3]) / 5000 - 0.2) < 0.03)
  }

  @Test func mergingTakesWhatEachHasChanged() {
    func candidate(_ a: String, _ b: String, _ parents: [Int], _ score: Double) -> ReflectiveEvolution.Candidate {
      .init(values: ["a": .text(a), "b": .text(b)], parents: parents, scores: [score])
    }
    let pool = [
      candidate("a0", "b0", [], 0.1), candidate("a1", "b0", [0], 0.5), candidate("a0", "b1", [0], 0.4),
      candidate("a2", "b1", [2], 0.7), candidate("a3", "b0", [0], 0.2),
    ]
    func combined(_ i: Int, _ j: Int) -> Assignment? { ReflectiveEvolution.combined(pool, i, j, ["a", "b"]) }
    #expect(combined(1, 2) == ["a": .text("a1"), "b": .text("b1")])
    // Both have changed a: the better one's; b is of one alone. Everything comes from one: nothing is merged.
    #expect(combined(1, 3) == nil)
    // One comes from the other, or both have changed the same text only.
    #expect(combined(2, 3) == nil && combined(0, 1) == nil && combined(1, 4) == nil)
  }

  /// A workflow of two texts; each place is right when the text that it depends on holds the place's word.
  struct Words: WorkflowOracle {
    /// The words that an advisor may say.
    let words: [String]
    /// Whether it says what the feedback names, or always the same.
    var listens = true

    func run(_ assignment: Assignment, on items: [SelectionItem], stream: RandomStream) async throws -> WorkflowOutcome
    {
      outcome(assignment, items.map(\.index))
    }
    func report(_ assignment: Assignment, on items: [ReportingItem], stream: RandomStream) async throws
      -> WorkflowOutcome
    {
      outcome(assignment, items.map(\.index))
    }
    private func outcome(_ assignment: Assignment, _ places: [Int]) -> WorkflowOutcome {
      let scores = places.map { place in
        let text = assignment[place % 2 == 0 ? "a" : "b"]?.text ?? ""
        return text.contains(words[place % words.count]) ? 1.0 : 0
      }
      return WorkflowOutcome(scores: scores, remarks: places.map { "lacks \(words[$0 % words.count])" })
    }
    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
      let value = JSONFinder.tagged("value", in: prompt)?.trimmed ?? ""
      let said = listens ? words.filter { prompt.contains("lacks \($0)") } : []
      return Completion(text: "<improved>\(([value] + said).joined(separator: " "))</improved>")
    }
  }

  private func program(_ places: Int) throws -> LanguageProgram {
    LanguageProgram(
      try ["a", "b"].map { try WorkflowParameter($0, .text(limit: 1000), start: .text("start")) },
      selectionCount: places)
  }

  @Test func whatIsSaidOfRunsFindsItsWayIntoBothTexts() async throws {
    let words = ["red", "blue", "green", "gold"]
    var method = ReflectiveEvolution()
    method.iterations = 40
    let run = try Run(try program(24), by: method, asking: Words(words: words), seed: 4)
    while try await run.step() {}
    #expect(run.report.value == -1, "every place is right")
    #expect(run.state.pool.allSatisfy { $0.parents.allSatisfy { $0 < run.state.pool.count } })
    let bests = run.state.pool.map(\.mean)
    #expect(bests.first == 0 && bests.max() == 1)
    // What is scored is not what was learned from.
    #expect(Set(run.state.learning).isDisjoint(with: run.state.scoring) && run.state.learning.count == 12)
    // An advisor that does not listen changes nothing.
    let deaf = try Run(try program(24), by: method, asking: Words(words: words, listens: false), seed: 4)
    while try await deaf.step() {}
    #expect(deaf.state.pool.count == 1 && deaf.report.value == 0 && deaf.state.wasted == 40)
  }

  /// Places of three kinds: a must be red; b must be blue; a must not be red while b is not blue.
  struct Tension: WorkflowOracle {
    func run(_ assignment: Assignment, on items: [SelectionItem], stream: RandomStream) async throws -> WorkflowOutcome
    {
      let isRed = assignment["a"]?.text?.contains("red") ?? false
      let isBlue = assignment["b"]?.text?.contains("blue") ?? false
      let right = items.map { [isRed, isBlue, !isRed || isBlue][$0.index % 3] }
      return WorkflowOutcome(scores: right.map { $0 ? 1 : 0 }, remarks: items.map { _ in "lacks red, lacks blue" })
    }
    func report(_ assignment: Assignment, on items: [ReportingItem], stream: RandomStream) async throws
      -> WorkflowOutcome
    {
      WorkflowOutcome(scores: [])
    }
    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
      try await Words(words: [prompt.contains("\"a\"") ? "red" : "blue"]).advise(prompt, stream: stream)
    }
  }

  @Test func candidatesWithDifferentTextsAreMerged() async throws {
    var merged = 0
    for seed in 0..<20 as Range<UInt64> {
      var method = ReflectiveEvolution()
      (method.iterations, method.batch) = (8, 1)
      let run = try Run(try program(30), by: method, asking: Tension(), seed: seed)
      while try await run.step() {}
      for candidate in run.state.pool where candidate.parents.count == 2 {
        merged += 1
        #expect(candidate.mean == 1 && candidate.values["a"]?.text == "start red")
      }
      method.merges = 0
      let plain = try Run(try program(30), by: method, asking: Tension(), seed: seed)
      while try await plain.step() {}
      #expect(plain.state.pool.allSatisfy { $0.parents.count < 2 } && plain.state.mergeCount == 0)
    }
    #expect(merged > 0)
  }

  @Test func aSecondStartShowsExamplesThatAreNotAskedAbout() async throws {
    let world = try CompilingTests.World(seed: 7)
    var method = ReflectiveEvolution()
    (method.iterations, method.labeled) = (3, 4)
    let run = try Run(world.program, by: method, asking: world.oracle, seed: 2)
    while try await run.step() {}
    guard case .demonstrations(let shown)? = run.state.pool[1].values["answer.demonstrations"] else {
      Issue.record("nothing is shown")
      return
    }
    #expect(shown.count == 4 && run.state.pool[1].parents == [0])
    #expect(run.state.pool[0].values == world.program.start)
    let asked = Set((run.state.learning + run.state.scoring).map { "Question number \($0)?" })
    #expect(shown.allSatisfy { !asked.contains($0.values["question"] ?? "") } && asked.count == 16)
    // σ(−1.5 + 4) with four examples, σ(−1.5) without.
    #expect(world.accuracy(run.report.point) > 0.9)
    method.labeled = 0
    #expect(try method.start(world.program, random: RandomStream(seed: 2)).starts.isEmpty)
  }

  @Test func aSinglePlaceIsLearnedFromAndScored() async throws {
    var method = ReflectiveEvolution()
    method.iterations = 5
    let run = try Run(try program(1), by: method, asking: Words(words: ["red"]), seed: 1)
    while try await run.step() {}
    #expect(run.report.value == -1)
    #expect(throws: Unsuitable.self) { _ = try method.start(LanguageProgram([]), random: RandomStream(seed: 1)) }
  }
}
