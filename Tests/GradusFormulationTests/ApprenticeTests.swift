// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import GradusModeling
import GradusNumerics
import Testing

@Suite struct ApprenticeTests {
  /// Knapsacks as a benchmark; every second one has a pitfall.
  private static func problems() async throws -> (
    items: [SimulatedFormulator.Item], pitfalls: [String: String], answers: [String: BenchmarkAnswer]
  ) {
    let family = try #require(InstanceFamilies.family(named: "knapsack"))
    var items: [SimulatedFormulator.Item] = []
    var pitfalls: [String: String] = [:]
    var answers: [String: BenchmarkAnswer] = [:]
    for k in 0..<6 {
      var stream = RandomStream(seed: 3).child("problem", k)
      let statement = family.statement(size: 5, difficulty: 0.5, &stream)
      let words = family.words(statement, &stream)
      let solved = try await ModelExecutor().run(statement.program())
      items.append(.init(words, statement))
      if k % 2 == 1 { pitfalls[words] = "weights" }
      answers[words] = .number(try #require(solved.objective))
    }
    return (items, pitfalls, answers)
  }

  private static func student(
    _ items: [SimulatedFormulator.Item], _ pitfalls: [String: String], _ answers: [String: BenchmarkAnswer],
    _ rates: SimulatedApprentice.Rates
  ) -> FormulatingStudent {
    let double = SimulatedApprentice(items, pitfalls: pitfalls, rates: rates, seed: 1)
    return FormulatingStudent(double, formulator: Formulator(), answers: answers)
  }

  @Test func aTaskTellsWhatBecameOfIt() async throws {
    let (items, pitfalls, answers) = try await Self.problems()
    let student = Self.student(items, pitfalls, answers, .init())
    var library = ExperienceLibrary()
    var outcomes: [ExperienceOutcome] = []
    for item in items { outcomes.append(try await ExperienceLearner().learn(item.text, into: &library, by: student)) }
    #expect(outcomes.map(\.isSolvedAtFirst) == [true, false, true, true, true, true])
    let solved = outcomes.count { $0.isSolved }
    #expect(solved == 6)
    #expect(outcomes.map(\.learned) == [0, 1, 0, 0, 0, 0])
    #expect(outcomes.map(\.merged) == [0, 0, 0, 0, 0, 0])
    #expect(library.insights.map(\.explanation) == ["mind 'weights'"])
  }

  /// A double that notices nothing learns nothing; one with conditions that always hold has them replaced.
  @Test func ratesOfTheDoubleHold() async throws {
    let (items, pitfalls, answers) = try await Self.problems()
    var rates = SimulatedApprentice.Rates()
    rates.notices = 0
    var library = ExperienceLibrary()
    let tasks = items.map(\.text)
    let blind = Self.student(items, pitfalls, answers, rates)
    let solved = try await ExperienceLearner().learn(tasks, into: &library, by: blind)
    #expect(solved == 3 && library.insights.isEmpty)
    (rates.notices, rates.wide) = (1, 1)
    let wide = Self.student(items, pitfalls, answers, rates)
    try await ExperienceLearner().learn(tasks, into: &library, by: wide)
    let everywhere = try await library.retrieve(for: tasks[0], by: wide)
    #expect(everywhere.count == 1)
    let replaced = try await ExperienceLearner().evolve(&library, on: tasks, by: wide)
    #expect(replaced == 1)
    let withoutPitfall = try await library.retrieve(for: tasks[0], by: wide)
    #expect(withoutPitfall.isEmpty)
    let withPitfall = try await library.retrieve(for: tasks[1], by: wide)
    #expect(withPitfall.count == 1)
  }

  /// Two insights into one pitfall are one, with the condition that holds of fewer.
  @Test func theSameLessonIsMerged() async throws {
    let (items, pitfalls, answers) = try await Self.problems()
    let student = Self.student(items, pitfalls, answers, .init())
    func insight(_ condition: String, _ about: String) -> ExperienceInsight {
      ExperienceInsight(
        id: "", ExperienceLabel("pitfalls", "pitfalls"), condition: condition, explanation: "mind '\(about)'")
    }
    let wide = insight("there is a problem", "weights"), narrow = insight("there is 'weights' in it", "weights")
    let merged = try await student.merged(wide, narrow)
    #expect(merged == narrow)
    let same = try await student.merged(wide, wide)
    #expect(same == wide)
    let foreign = try await student.merged(wide, insight("there is a problem", "values"))
    #expect(foreign == nil)
  }

  /// Right is what a benchmark counts as right, and that there is no optimum may be learned too.
  @Test func answersAreThoseOfABenchmark() async throws {
    let (items, _, _) = try await Self.problems()
    let words = items[0].text
    let best = try #require(try await ModelExecutor().run(items[0].statement.program()).objective)
    for (answer, isRight) in [
      (BenchmarkAnswer.number(best * (1 + 5e-5)), true), (.number(best * (1 + 5e-4)), false), (.none, false),
      (.unreadable("about seven"), false),
    ] {
      let student = Self.student(items, [:], [words: answer], .init())
      let isSolved = try await student.solves(words, with: [], attempt: 0)
      #expect(isSolved == isRight, "\(answer)")
    }
    var empty = items[0]
    empty.statement.constraints.append(.init("never", "sum(i in ITEM) take[i] >= 100"))
    let student = Self.student([empty], [:], [words: .none], .init())
    let isSolved = try await student.solves(words, with: [], attempt: 0)
    #expect(isSolved)
  }

  @Test func whatDependsOnOtherThingsIsDoneAgain() async throws {
    let journal = MemoryJournal()
    let problems = [BenchmarkProblem(id: "a", problem: "words", answer: .number(1))]
    var runner = BenchmarkRunner()
    func solved(_ value: Double) async throws -> Double? {
      let report = try await runner.run(problems, journal: journal) { _ in
        ModelExecution(status: .optimal, objective: value)
      }
      return report.results.first?.execution.objective
    }
    let first = try await solved(1)
    #expect(first == 1)
    let repeated = try await solved(2)
    #expect(repeated == 1)
    runner.context = "a library"
    let other = try await solved(3)
    #expect(other == 3)
    let kept = try await solved(4)
    #expect(kept == 3)
    await #expect(throws: ModelFailure.self) {
      runner.context = "a server that is gone"
      _ = try await runner.run(problems, journal: journal) { _ in
        throw ModelFailure.unreachable(service: "it", cause: "gone")
      }
    }
    #expect(journal.lines().count == 2)
  }
}
