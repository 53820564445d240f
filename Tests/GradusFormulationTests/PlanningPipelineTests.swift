// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusLanguage
import GradusNumerics
import Testing

@Suite struct PlanningPipelineTests {
  private static func item(_ k: Int) -> SimulatedRepresenter.Item {
    var stream = RandomStream(seed: 21).child("request", k)
    let problem =
      k % 2 == 0 ? PlanningExamples.blocksworld(blocks: 3, &stream) : PlanningExamples.gripper(balls: 2, &stream)
    return .init("request \(k)", problem)
  }

  @Test func aModelWithoutErrorsNeedsOneRound() async throws {
    let item = Self.item(0)
    let pipeline = PlanningPipeline(asking: SimulatedRepresenter.model([item], rate: 0, seed: 1))
    let answer = try await pipeline.answer(item.request)
    let shortest = try PlanSearch(item.problem).shortest()
    #expect(answer.fault == nil && answer.rounds == 1)
    #expect(
      answer.document == .steps(item.problem) && answer.plan.count == shortest?.count)
    #expect(answer.text.hasPrefix("1. ") && answer.usage.total > 0)
  }

  /// Assessing lifts the share of optimal plans.
  @Test func assessingMendsWrongRepresentations() async throws {
    let items = (0..<8).map(Self.item)
    let model = SimulatedRepresenter.model(items, rate: 0.6, seed: 4)
    var shares: [Int: Int] = [:]
    for rounds in [1, 5] {
      for item in items {
        let simulator = try PlanSimulator(item.problem)
        let answer = try await PlanningPipeline(asking: model, rounds: rounds).answer(item.request) {
          simulator.run($0.plan).fault
        }
        if answer.objective != nil, simulator.run(answer.plan).isValid { shares[rounds, default: 0] += 1 }
      }
    }
    #expect((shares[1] ?? 0) <= 6 && (shares[5] ?? 0) >= 7)
  }

  /// What a model says that makes no sense ends as a fault in one line, never as a crash.
  @Test(arguments: [
    "", "I do not know.", "{\"kind\": \"steps\"}", "{\"kind\": \"choice\", \"model\": {\"minimize\": \"x\"}}",
  ])
  func nonsenseIsAFault(_ text: String) async throws {
    let pipeline = PlanningPipeline(asking: ScriptedModel { _, _ in text }, rounds: 2)
    let answer = try await pipeline.answer("anything")
    #expect(answer.fault != nil && answer.rounds == 2 && answer.objective == nil)
    #expect(answer.fault?.contains("\n") == false)
  }

  @Test func choicesAreSolvedToo() async throws {
    var stream = RandomStream(seed: 2)
    let model = PlanningExamples.allocation(robots: 2, tasks: 4, &stream)
    let text = PlanningDocument.choice(model).json.description
    let answer = try await PlanningPipeline(asking: ScriptedModel { _, _ in text }, rounds: 1).answer("share the tasks")
    // The double answers every role with the document: as a verdict it is unreadable, so that the evidence decides.
    #expect(answer.fault == nil && answer.objective == PlanningExamples.enumerated(model))
    #expect(answer.text.contains("assign[robot1,task1] = "))
  }
}
