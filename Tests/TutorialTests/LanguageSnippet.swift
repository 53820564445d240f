// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import Testing

/// The example of Documentation/language-models.md.
@Suite struct LanguageSnippet {
  @Test func aServiceAroundAServer() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // No server is there: the page's own calls follow, up to the question.
    // tutorial: services
    let server = try ModelEndpoint("http://127.0.0.1:8077", client: try HTTPClient())
    let meter = ModelMeter(ModelBudget(calls: 200, tokens: 100_000), prices: ModelPrices(prompt: 0.15, completion: 0.6))
    let patient = LimitedModel(RetryingModel(server), places: 8)
    // tutorial: end
    #expect(patient.name == "http://127.0.0.1:8077/v1")
    let model = CachedModel(MeteredModel(patient, meter), try Cassette("\(folder)/replies.jsonl"), meter: meter)
    #expect(model.name == patient.name && meter.count.calls == 0)
  }

  @Test func anInstructionIsImproved() async throws {
    let model = SimulatedModel(
      items: (0..<30).map { .init("What is \($0) + 1?", "\($0 + 1)") },
      directives: [.init("Count on your fingers.", weight: 3)], seed: 1)
    // tutorial: improving
    let data = (0..<30).map { TaskExample("What is \($0) + 1?", "\($0 + 1)") }
    let task = PromptTask(
      "{instruction}\n{input}", model: model, advisor: ModelAdvisor(model), selection: Array(data[..<20]),
      reporting: Array(data[20...]))
    let program = task.program([
      try WorkflowParameter("instruction", .text(limit: 500), start: .text("Answer."))
    ])
    let run = try Run(program, by: InstructionInduction(), asking: task, seed: 1)
    let solution = try await run.finish(until: .answers(1000))
    print(solution.report.point["instruction"] ?? "", solution.verdict.certificate.note ?? "")
    // tutorial: end
    #expect(solution.report.point["instruction"]?.text?.contains("fingers") == true)
    #expect(solution.verdict.certificate.note?.contains("places set aside") == true)
  }

  @Test func aWorkflowIsMadeFromWhatIsKnown() async throws {
    let knowledge = try WorkKnowledge(
      types: ["scan": .string, "note": .string, "claim": .string],
      tasks: [
        WorkTask("read", "the text of a page", requires: ["scan"], produces: "note"),
        WorkTask("bill", "the claim of a note", requires: ["note"], produces: "claim"),
      ])
    let ways: [String: [WorkGraph.Alternative]] = [
      "read": [.init("code", money: 1, time: 1, success: 0.99)],
      "bill": [
        .init("code", money: 1, time: 1, success: 0.5), .init("human", money: 9, time: 5, success: 0.99),
      ],
    ]
    // tutorial: working
    let plan = try knowledge.plan(WorkIntention(inputs: ["scan"], outputs: ["claim"]))
    let graph = try WorkGraph(
      zip(plan.steps, plan.after).map { .init($0.task, after: $1, ways[$0.task] ?? []) }, floor: 0.9)
    let solution = try await Run(graph, by: WorkLabels(), asking: graph).finish(until: .answers(1000))
    print(WorkAudit(solution, of: graph)?.description ?? "", plan.program(in: knowledge) ?? "")
    // tutorial: end
    #expect(solution.status == .optimal && solution.report.point == [0, 1])
  }

  @Test func aMeetingIsPlanned() async throws {
    var stream = RandomStream(seed: 1)
    let calendar = try #require(
      CalendarTask(people: 4, constraints: 8, days: 2, solutions: 1...2, &stream))
    let text = calendar.planning.text
    let model = ScriptedModel { prompt, _ in
      prompt.contains("Score: NUMBER") ? "Score: 100" : "<plan>Answer: noon</plan>"
    }
    // tutorial: planning
    let task = PlanningTask(text, form: "a line for each step, then \"Answer: …\"", ending: "Answer:")
    var method = PlanGEN([.bestOfFive, .treeOfThought, .rebase])
    method.calls = 120
    let run = try Run(task, by: method, asking: ModelAdvisor(model), seed: 1)
    while try await run.step() {}
    // tutorial: end
    #expect(run.report.point == ["Answer: noon"] && run.report.value == -100)
  }
}
