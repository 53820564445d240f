// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace
import Synchronization
import Testing

@Suite struct CritiqueTests {
  /// Random graphs of calls of a model over prompts and questions: one criticism for each pair of a call on the way and an input that
  /// a prompt leads to.
  @Test(arguments: 0..<20) func oneCriticismForEveryEdge(_ seed: UInt64) async throws {
    var stream = RandomStream(seed: seed)
    let prompts = 1 + stream.integer(below: 3)
    var inputs: [[Int]] = [[Int]](repeating: [], count: prompts + 1)
    let calls = 2 + stream.integer(below: 8)
    for k in 0..<calls {
      let known = prompts + 1 + k
      // The call before it, so that all lead to the output, and others.
      var used: Set<Int> = [k == 0 ? stream.integer(below: known) : known - 1]
      for _ in 0..<stream.integer(below: 3) { used.insert(stream.integer(below: known)) }
      inputs.append(used.sorted())
    }
    let graph = inputs
    let counts = Mutex((criticisms: 0, changes: 0))
    let advisor = ScriptedModel { prompt, _ in
      if prompt.contains("<improved>") {
        counts.withLock { $0.changes += 1 }
        return "<improved>new</improved>"
      }
      counts.withLock { $0.criticisms += 1 }
      return "change it"
    }
    let oracle = TracedProgram(advisor: ModelAdvisor(advisor)) { trace in
      var nodes: [Traced<String>] = []
      for k in 0..<prompts { nodes.append(try trace.text("p\(k)")) }
      nodes.append(trace.input("question", "why?"))
      for (k, used) in graph.enumerated().dropFirst(prompts + 1) {
        nodes.append(trace.call("call", used.map { nodes[$0].id }) { "answer \(k)" })
      }
      return .init(output: nodes[nodes.count - 1].id, score: 0, remark: "wrong")
    }
    let program = LanguageProgram(
      try (0..<prompts).map { try WorkflowParameter("p\($0)", .text(limit: 100), start: .text("old")) },
      models: ["call"])
    let run = try Run(program, by: TextualGradientDescent(), asking: oracle, seed: seed)
    while try await run.step(), run.state.values == program.start {}

    var opens = (0...prompts).map { $0 < prompts }
    var leads = Set([graph.count - 1])
    for node in graph.indices.dropFirst(prompts + 1) { opens.append(graph[node].contains { opens[$0] }) }
    for node in graph.indices.reversed() where leads.contains(node) && opens[node] {
      leads.formUnion(graph[node].filter { opens[$0] })
    }
    let edges = graph.indices.filter { leads.contains($0) }.reduce(0) { $0 + graph[$1].count { opens[$0] } }
    #expect(counts.withLock { $0.criticisms } == edges)
  }

  @Test func operationsThatAreNoModelsPassCriticismOn() async throws {
    let heard = Mutex<[String]>([])
    let advisor = ScriptedModel { prompt, _ in
      heard.withLock { $0.append(prompt) }
      return "<improved>better</improved>"
    }
    let oracle = TracedProgram(advisor: ModelAdvisor(advisor)) { trace in
      let text = try trace.text("text")
      let loud = trace.call("shout", [text.id]) { try text.value.uppercased() }
      let isGood = try text.value == "better"
      return .init(output: loud.id, score: isGood ? 1 : 0, remark: isGood ? "good" : "too quiet")
    }
    let program = LanguageProgram([
      try WorkflowParameter("text", .text(limit: 100), start: .text("so"), purpose: "a cry")
    ])
    var method = TextualGradientDescent()
    method.constraints = ["Stay polite."]
    let run = try Run(program, by: method, asking: oracle, seed: 1)
    for _ in 0..<3 { _ = try await run.step() }
    #expect(heard.withLock { $0.count } == 1)
    let prompt = heard.withLock { $0[0] }
    for part in [
      "too quiet", "a cry", "1. Stay polite.", "It must be at most 100 characters.", "<value>\nso\n</value>",
    ] {
      #expect(prompt.contains(part), "\(part)")
    }
    #expect(run.report.point == ["text": .text("better")] && run.report.value == -1)
  }

  @Test func newValuesWithoutMarksChangeNothing() async throws {
    let oracle = TracedProgram(advisor: ModelAdvisor(ScriptedModel { _, _ in "I would say: better." })) { trace in
      let text = try trace.text("text")
      return .init(output: text.id, score: 0, remark: "bad")
    }
    let program = LanguageProgram([try WorkflowParameter("text", .text(limit: 100), start: .text("so"))])
    let run = try Run(program, by: TextualGradientDescent(), asking: oracle, seed: 1)
    for _ in 0..<6 { _ = try await run.step() }
    #expect(run.report.point == program.start)
    #expect(run.report.reasons == ["3 steps, 0 criticisms, 3 new values that could not be used"])
  }

  @Test func whatIsWorseIsGivenUp() async throws {
    let advisor = ScriptedModel { prompt, seed in
      prompt.contains("<value>\na") ? "<improved>\(seed % 2 == 0 ? "b" : "aa")</improved>" : "<improved>b</improved>"
    }
    let oracle = TracedProgram(advisor: ModelAdvisor(advisor)) { trace in
      let text = try trace.text("text")
      let score = Double(try text.value.count { $0 == "a" })
      return .init(output: text.id, score: score, remark: "more a")
    }
    let program = LanguageProgram([try WorkflowParameter("text", .text(limit: 100), start: .text("a"))])
    let run = try Run(program, by: TextualGradientDescent(), asking: oracle, seed: 3)
    for _ in 0..<30 { _ = try await run.step() }
    #expect(run.report.point == ["text": .text("aa")])
  }
}
