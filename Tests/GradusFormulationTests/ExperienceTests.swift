// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import GradusModeling
import GradusNumerics
import Testing

@Suite struct ExperienceTests {
  static func insight(_ id: String, _ condition: String, _ pitfall: Int = 0, area: String = "a") -> ExperienceInsight {
    ExperienceInsight(id: id, ExperienceLabel(area, "t"), condition: condition, explanation: "pitfall \(pitfall)")
  }

  @Test func aLibraryReadsBackAsItWas() throws {
    var library = ExperienceLibrary()
    library.add(
      ExperienceInsight(
        id: "x", ExperienceLabel("rows: \"1\"", "# no comment"), condition: "a\nb\t\\ 'c' ü 𝄞 \u{1}",
        explanation: "- {}: [",
        example: "", history: [.init("NO", reason: "007"), .init("", reason: "~")]))
    library.add(Self.insight("", "yes"))
    library.add(Self.insight("", "null"))
    #expect(library.insights.map(\.id) == ["x", "1", "2"])
    #expect(try ExperienceLibrary(reading: library.text) == library)
    #expect(try ExperienceLibrary(reading: ExperienceLibrary().text) == ExperienceLibrary())
    let edited =
      "insights:\n  - id: 7\n    area: rows\n    topic: linking\n    condition: |\n      some\n    explanation: do so\n"
    let read = try ExperienceLibrary(reading: edited)
    #expect(read.insights[0].condition == "some\n" && read.insights[0].advice.hasSuffix("do so"))
  }

  @Test func faultsHaveTheirPlace() {
    let good = "insights:\n  - {id: 1, area: a, topic: b, condition: c, explanation: d}\n"
    for (text, place, told) in [
      ("insights: 3", "1:11", "a value"), ("insight: []", "1:1", "the library"), ("", "1:1", ""),
      ("insights:\n  - {id: 1}", "2:5", "no area"),
      (good + "  - {id: 1, area: a, topic: b, condition: c, explanation: d}", "3:5", "twice"),
      ("insights:\n  - {id: 1, kind: 2}", "2:13", "no kind"), ("insights:\n  - {id: [1]}", "2:10", "a list"),
      (good.replacing("}", with: ", history: 3}"), "2:", "history"),
    ] {
      do throws(ReadError) {
        _ = try ExperienceLibrary(reading: text)
        Issue.record("\(text) was read")
      } catch {
        #expect("\(error)".hasPrefix("library:\(place)") && "\(error)".contains(told), "\(error)")
      }
    }
  }

  @Test func conditionsAreReplacedWithTheirHistory() {
    var library = ExperienceLibrary()
    library.add(Self.insight("1", "old"))
    library.replaceCondition(of: "1", by: "new", reason: "better")
    library.replaceCondition(of: "1", by: "new", reason: "same")
    #expect(library.insights[0].condition == "new" && library.insights[0].history == [.init("old", reason: "better")])
    library.remove("1")
    #expect(library.insights.isEmpty)
  }

  @Test func aModelIsAskedForLabelsAndThenInBatchesOfThirty() async throws {
    var library = ExperienceLibrary()
    for k in 0..<65 { library.add(Self.insight("\(k)", "condition \(k)", area: k == 64 ? "other" : "a")) }
    let queue = AnswerQueue([
      "{\"numbers\": [1, 9]}", "{\"numbers\": [2]}", "I do not know", "{\"numbers\": [1, 4, 5, -1]}",
    ])
    let found = try await library.retrieve(for: "a </problem> task", by: ModelExperienceGuide(queue.model))
    #expect(found.map(\.id) == ["1", "60", "63"])
    #expect(queue.asked.count == 4 && queue.asked[1].contains("30: condition 29") && !queue.asked[1].contains("31:"))
    #expect(queue.asked[0].contains("a ‹/problem> task"))
    #expect(try await ExperienceLibrary().retrieve(for: "task", by: ModelExperienceGuide(queue.model)).isEmpty)
  }

  @Test func onlyWhatSolvesItsTaskIsKept() async throws {
    // Notices nothing: no lessons, no library.
    var blind = SimulatedExperience(seed: 1)
    blind.notices = 0
    let tasks = blind.tasks(40, RandomStream(seed: 2))
    var library = ExperienceLibrary()
    #expect(try await ExperienceLearner().learn(tasks, into: &library, by: blind) == 0)
    #expect(library.insights.isEmpty)
    // Notices everything: every pitfall that came up has an insight, and a task alone is solved with what was learned from it.
    var bright = SimulatedExperience(seed: 1)
    (bright.notices, bright.spoils, bright.names, bright.wanders) = (1, 0, 1, 0)
    try await ExperienceLearner().learn(tasks, into: &library, by: bright)
    for task in tasks.prefix(10) {
      #expect(try await bright.solves(task, with: library.insights, attempt: 0))
    }
    let about = Set(library.insights.map(\.explanation))
    #expect(about.count == library.insights.count, "the same pitfall stands twice")
  }

  @Test func evolutionMakesRetrievalMorePrecise() async throws {
    var student = SimulatedExperience(seed: 4)
    (student.notices, student.names, student.wanders) = (1, 1, 0)
    let tasks = student.tasks(150, RandomStream(seed: 3))
    var library = ExperienceLibrary()
    try await ExperienceLearner().learn(tasks, into: &library, by: student)
    let before = try await ExperienceMeasure(library, on: tasks, by: student)
    let replaced = try await ExperienceLearner().evolve(&library, on: tasks, by: student)
    let after = try await ExperienceMeasure(library, on: tasks, by: student)
    #expect(
      replaced > 0 && after.precision > before.precision && after.recall >= before.recall - 0.02, "\(before) \(after)")
    #expect(library.insights.contains { !$0.history.isEmpty })
    #expect(try ExperienceLibrary(reading: library.text) == library)
  }

  @Test func aModelLearnsFromAProblemThatItGotWrong() async throws {
    let wrong = FormulatorTests.model(objective: "7 * b + 4 * c")
    // Knows the pitfall only when it is told: then, and only then, the answer is right.
    let model = ScriptedModel { prompt, _ in
      if prompt.contains("Say what went wrong") {
        return "{\"insights\": [{\"area\": \"rows\", \"topic\": \"prices\", \"condition\": \"things have prices\", "
          + "\"explanation\": \"keep prices in order\"}, {\"area\": \"rows\", \"topic\": \"prices\", \"condition\": \"always\", "
          + "\"explanation\": \"smile\"}, {\"area\": 3}]}"
      }
      if prompt.contains("Which of these") { return "{\"numbers\": [1]}" }
      if prompt.contains("say the same") { return "{\"same\": false}" }
      return prompt.contains("keep prices in order") ? FormulatorTests.model() : wrong
    }
    var formulator = Formulator()
    (formulator.judges, formulator.rounds) = (false, 0)
    let student = FormulatingStudent(model, formulator: formulator, answers: [FormulatorTests.text: .number(141)])
    var library = ExperienceLibrary()
    let first = try await ExperienceLearner().learn([FormulatorTests.text], into: &library, by: student)
    #expect(first == 0 && library.insights.map(\.explanation) == ["keep prices in order"])
    let again = try await ExperienceLearner().learn([FormulatorTests.text], into: &library, by: student)
    #expect(again == 1 && library.insights.count == 1)
  }
}
