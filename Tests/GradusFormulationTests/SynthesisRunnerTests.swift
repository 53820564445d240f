// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import Synchronization
import Testing

@Suite struct SynthesisRunnerTests {
  static let text = """
    {"id": "a", "problem": "maximize x <= 3", "answer": 3.0}

    {"id": "b", "problem": "nothing fits", "answer": "-99999"}
    {"id": 3, "problem": "maximize x <= 5", "answer": "1,000"}
    {"id": "d", "problem": "maximize x <= 5", "answer": "see below"}
    """

  private static func formulate(_ words: String) async throws -> ModelExecution {
    switch words {
    case "nothing fits": return ModelExecution(status: .infeasible)
    case "maximize x <= 3": return ModelExecution(status: .optimal, objective: 3, values: ["x": 3])
    default: throw PlanningError("here", "no idea", expected: "one")
    }
  }

  @Test func answersAreReadAsFilesHaveThem() throws {
    let problems = try BenchmarkProblem.read(Self.text)
    #expect(problems.map(\.id) == ["a", "b", "3", "d"])
    #expect(problems.map(\.answer) == [.number(3), .none, .number(1000), .unreadable("see below")])
    #expect(BenchmarkAnswer(json: .null) == .none && BenchmarkAnswer(json: "No Best Solution") == .none)
    #expect(BenchmarkAnswer(json: "$12.5") == .number(12.5) && BenchmarkAnswer(json: [4]) == .number(4))
    #expect(BenchmarkAnswer(json: ["a": 1]) == .unreadable("an object"))
    for wrong in [
      "{", "[]", "{\"id\": \"a\"}", "{\"id\": \"a\", \"problem\": \"\"}\n{\"id\": \"a\", \"problem\": \"\"}",
    ] {
      #expect(throws: BenchmarkProblem.ReadFault.self) { try BenchmarkProblem.read(wrong) }
    }
  }

  @Test(arguments: [1, 3]) func sharesAndDisagreementsAreCounted(_ width: Int) async throws {
    let problems = try BenchmarkProblem.read(Self.text)
    let report = try await BenchmarkRunner(width: width).run(problems) { try await Self.formulate($0) }
    #expect(report.accuracy.successes == 2 && report.accuracy.trials == 3 && report.unscored == 1)
    #expect(report.executionRate.successes == 2 && report.executionRate.trials == 4)
    #expect(report.disagreements.map(\.id) == ["3", "d"])
    #expect(report.disagreements[0].text.contains("no idea") && report.disagreements[0].text.contains("1000.0"))
  }

  /// What the journal holds is not asked again; words that changed are.
  @Test func aRunGoesOnWhereItWas() async throws {
    var problems = try BenchmarkProblem.read(Self.text)
    let journal = MemoryJournal()
    let calls = Mutex(0)
    let work: @Sendable (String) async throws -> ModelExecution = { words in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      if number == 3 { throw ModelFailure.budget("spent") }
      return try await Self.formulate(words)
    }
    await #expect(throws: ModelFailure.self) { try await BenchmarkRunner().run(problems, journal: journal, work) }
    #expect(journal.lines().count == 2)
    journal.append(Array("{broken".utf8))
    let report = try await BenchmarkRunner().run(problems, journal: journal, work)
    #expect(calls.withLock { $0 } == 5 && report.accuracy.successes == 2 && report.results.count == 4)
    #expect(report.results[0].execution.values == ["x": 3])
    problems[0].problem = "nothing fits"
    let again = try await BenchmarkRunner().run(problems, journal: journal, work)
    #expect(calls.withLock { $0 } == 6 && again.results[0].isRight == false)
  }
}
