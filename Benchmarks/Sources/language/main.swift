// SPDX-License-Identifier: Apache-2.0
// What workflows and language models cost beside the models themselves, each figure with its limit.
//
//     language [URL]      URL: Tests/tools/model_stub.py, for 64 requests at a time; language_costs.py starts it
import GradusCore
import GradusLanguage
import GradusNative
import GradusNumerics
import GradusTrace

let clock = ContinuousClock()

/// The median of repeated measurements, in seconds.
func median(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
  var seconds: [Double] = []
  for _ in 0..<count {
    let time = try clock.measure(body)
    seconds.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
  }
  return seconds.sorted()[count / 2]
}

func tell(_ name: String, _ value: Double, _ unit: String, limit: Double) {
  func short(_ x: Double) -> String { "\((x * 1000).rounded() / 1000)" }
  print("\(name): \(short(value)) \(unit) (limit \(short(limit)))")
}

// A traced operation: text in, text out.
let operations = 100_000
let perOperation = median(5) {
  let recorder = Recorder()
  var last = recorder.parameter("prompt", "a prompt")
  for _ in 0..<operations { last = recorder.attempt("call", [last.id]) { try last.value } }
}
tell("a traced operation", perOperation / Double(operations) * 1e6, "µs", limit: 3)

// A step of an optimizer on a trace of 1,000 nodes: provenance, story, prompt and suggestion.
let parameters = try (0..<10).map { try WorkflowParameter("p\($0)", .text(limit: 1000), start: .text("old")) }
let program = LanguageProgram(parameters)
let recorder = Recorder()
var nodes = parameters.map { recorder.parameter($0.name, "old").id }
var stream = RandomStream(seed: 1)
while nodes.count < 1000 {
  let inputs = [nodes[nodes.count - 1], nodes[stream.integer(below: nodes.count)]]
  nodes.append(recorder.record("call", inputs, "a value").id)
}
let perStep = median(21) {
  _ = recorder.trace.causes(of: 999)
}
tell("the minimal subgraphs of 1,000 nodes", perStep * 1e3, "ms", limit: 1)
let method = OptoPrime()
let story = median(21) {
  _ = TraceStory(recorder.trace, from: 999, parameters: Set(0..<10), feedback: "wrong")
}
let outcome = WorkflowOutcome(
  scores: [0], remarks: ["wrong"],
  stories: [TraceStory(recorder.trace, from: 999, parameters: Set(0..<10), feedback: "wrong")])
var state = try method.start(program, random: RandomStream(seed: 1))
let step = median(21) {
  guard let run = method.ask(&state) else { return }
  method.tell(&state, .outcome(outcome), to: run)
  guard let advice = method.ask(&state) else { return }
  method.tell(&state, .advice(Completion(text: "{\"suggestion\": {\"p3\": \"new\"}}")), to: advice)
}
tell("a step of OptoPrime on 1,000 nodes, with the story", (step + story) * 1e3, "ms", limit: 1)

// Kept replies.
let path = "language-bench.jsonl"
try AtomicFile.write([[]], to: path)
let answer = ModelReply([.init(String(repeating: "word ", count: 100))], usage: TokenUsage(prompt: 50, completion: 100))
let requests = (0..<10_000).map {
  ModelRequest(asking: "question \($0) " + String(repeating: "word ", count: 100), seed: $0)
}
do {
  let cassette = try Cassette(path)
  for request in requests { try cassette.add(answer, to: request, of: "bench") }
}
let replay = try median(3) {
  let cassette = try Cassette(path, creates: false)
  for request in requests { _ = try cassette.reply(to: request) }
}
tell("10,000 recorded replies, opened and replayed", replay, "s", limit: 1)
let cassette = try Cassette(path, creates: false)
let hit = try median(2001) { _ = try cassette.reply(to: requests[7]) }
tell("a kept reply", hit * 1e3, "ms", limit: 0.2)

// Requests at a time, against a server that answers after 0.5 s.
if CommandLine.arguments.count > 1 {
  let endpoint = try ModelEndpoint(CommandLine.arguments[1], client: try HTTPClient())
  _ = try await endpoint.reply(to: ModelRequest(asking: "say warm"))
  var seconds: [Double] = []
  for _ in 0..<5 {
    let began = clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for k in 0..<64 {
        group.addTask { _ = try await endpoint.reply(to: ModelRequest(asking: "slow 0.5 answer \(k)")) }
      }
      try await group.waitForAll()
    }
    let time = clock.now - began
    seconds.append(Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
  }
  tell("64 requests at a time, over the latency of one", seconds.sorted()[2] / 0.5, "×", limit: 1.1)
}
