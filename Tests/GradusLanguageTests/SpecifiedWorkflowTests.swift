// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusPrograms
import Testing

/// Workflows that are written down: metrics, steps outside of the process, limits, repeats.
@Suite struct SpecifiedWorkflowTests {
  private static let rows = (0..<4).map { ["question": "q\($0)", "target": "\($0)"] }
  private static let echo = ScriptedModel { prompt, _ in String(prompt.last ?? " ") }

  private static func workflow(
    _ steps: [WorkflowStep], metric: String = "exact(output, target)",
    names: [String] = ["question", "target", "output"],
    model: any ModelService = echo
  ) throws -> SpecifiedWorkflow {
    SpecifiedWorkflow(
      steps: steps, metric: try WorkflowMetric(expression: metric, names: names), selection: rows, reporting: rows,
      model: model, advisor: ModelAdvisor(model))
  }

  private static func outcome(_ workflow: SpecifiedWorkflow, _ assignment: Assignment = [:]) async throws
    -> WorkflowOutcome
  {
    try await workflow.run(assignment, on: (0..<4).map { SelectionItem($0) }, stream: RandomStream(seed: 1))
  }

  @Test func aPromptIsFilledAndItsAnswerJudged() async throws {
    let step = WorkflowStep("answer", .prompt(TextTemplate("{instruction} {question}"), PromptSettings()))
    let outcome = try await Self.outcome(
      try Self.workflow([step]), ["instruction": .text("Say the digit of {target}.")])
    #expect(outcome.scores == [1, 1, 1, 1] && outcome.requests == 4)
    // What a value holds is text, never a template.
    let story = outcome.story
    #expect(story.lines.contains { $0.role == .parameter && $0.value == "Say the digit of {target}." })
    #expect(story.feedback.contains("wanted was \"0\""))
  }

  @Test(arguments: [
    ("exact(output, target)", "Paris ", "paris", 1.0), ("exact(output, target)", "Rome", "Paris", 0),
    ("holds(output, target)", "It is Paris.", "paris", 1), ("same(output, target, 0.01)", "about 3.141", "3.14159", 1),
    ("same(output, target, 0.01)", "no idea", "3.14159", 0), ("value(output) / 2.0", "10 or 8", "", 4),
    ("f1(output, target)", "the red fox", "a red fox", 2.0 / 3), ("len(output)", "four", "", 4),
    ("0.5 * score(holds(output, target)) + 0.5 * score(len(output) < 10)", "yes", "yes", 1),
  ])
  func metricsAreExpressions(_ expression: String, _ output: String, _ target: String, _ expected: Double) async throws
  {
    let step = WorkflowStep("said", .prompt(TextTemplate("{question}"), PromptSettings()))
    var workflow = try Self.workflow([step], metric: expression, model: ScriptedModel { _, _ in output })
    workflow.selection = [["question": "?", "target": target]]
    let outcome = try await workflow.run([:], on: [SelectionItem(0)], stream: RandomStream(seed: 1))
    #expect(abs(outcome.scores[0] - expected) < 1e-12)
  }

  @Test(arguments: ["exact(output)", "exact(output, wanted)", "output", "exact(output, target", "while true {}", ""])
  func metricsThatCannotBeReadAreErrors(_ expression: String) {
    #expect(throws: MiniError.self) { try WorkflowMetric(expression: expression, names: ["output", "target"]) }
  }

  @Test func aMetricThatFailsIsTheFailureOfItsRow() async throws {
    let step = WorkflowStep("said", .prompt(TextTemplate("{question}"), PromptSettings()))
    let outcome = try await Self.outcome(try Self.workflow([step], metric: "value(target) / (value(question) - 1.0)"))
    // 1/0 is no number.
    #expect(outcome.scores[1].isNaN && outcome.scores[2] == 2)
    #expect(outcome.remarks[1].contains("the metric"))
  }

  @Test func commandsAndProgramsAreSteps() async throws {
    let program = """
      import json, sys
      for line in sys.stdin:
          asked = json.loads(line)
          if asked["input"] == "q2":
              print(json.dumps({"id": asked["id"], "error": "no q2"}), flush=True)
          elif asked["input"] == "q3":
              sys.exit(3)
          else:
              print(json.dumps({"id": asked["id"], "output": asked["input"][-1]}), flush=True)
      """
    let steps = [
      WorkflowStep("rank", .program(["python3", "-c", program], input: TextTemplate("{question}"))),
      WorkflowStep(
        "copy",
        .command(
          ["sh", "-c", "cat; printf %s \"$1\"", "sh", "{tail}"].map { TextTemplate($0) }, input: TextTemplate("{rank}"))
      ),
    ]
    let outcome = try await Self.outcome(try Self.workflow(steps), ["tail": .text("; rm -rf $HOME `ls`")])
    // Words are arguments: nothing reads them again.
    #expect(outcome.remarks[0].contains("the output was \"0; rm -rf $HOME `ls`\""))
    #expect(outcome.scores.map(\.isNaN) == [false, false, true, true])
    #expect(outcome.remarks[2].contains("says: no q2"))
    #expect(outcome.remarks[3].contains("ended without an answer"))
  }

  @Test(arguments: [
    (["sh", "-c", "sleep 60"], "has not ended after 0.3 s"),
    (["sh", "-c", "echo bad >&2; exit 3"], "ended with exit code 3: bad"),
    (["no-such-program-here"], "cannot be started"), (["sh", "-c", "yes"], "prints more than"),
  ])
  func commandsThatFailAreFailuresOfTheirRows(_ words: [String], _ told: String) async throws {
    let step = WorkflowStep(
      "run", .command(words.map { TextTemplate($0) }, input: nil), timeout: told.contains("0.3") ? 0.3 : 500)
    var workflow = try Self.workflow([step])
    workflow.selection = Array(Self.rows.prefix(1))
    let outcome = try await workflow.run([:], on: [SelectionItem(0)], stream: RandomStream(seed: 1))
    #expect(outcome.scores[0].isNaN)
    #expect(outcome.remarks[0].contains(told), "\(outcome.remarks[0])")
  }

  @Test func signaturesAreSteps() async throws {
    let signature = try Signature("question -> digit: int, note")
    let predictor = Predictor("read", signature)
    let steps = [
      WorkflowStep("read", .predictor(predictor, [("question", TextTemplate("{question}"))])),
      WorkflowStep("say", .prompt(TextTemplate("{read.note} {read.digit}"), PromptSettings())),
    ]
    let model = ScriptedModel { prompt, _ in
      prompt.contains("Question:") ? "Digit: \(prompt.last ?? " ")\nNote: seen" : prompt
    }
    var workflow = try Self.workflow(steps, metric: "exact(output, target)", model: model)
    workflow.output = TextTemplate("{read.digit}")
    var assignment = LanguageProgram(try predictor.parameters).start
    let outcome = try await Self.outcome(workflow, assignment)
    #expect(outcome.scores == [1, 1, 1, 1])
    #expect(
      outcome.calls[2] == [PredictorCall("read", Demonstration(["question": "q2", "digit": "2", "note": "seen"]))])
    workflow.output = nil
    #expect(try await Self.outcome(workflow, assignment).remarks[1].contains("\"seen 1\""))
    assignment["read.instruction"] = nil
    #expect(try await Self.outcome(workflow, assignment).scores.allSatisfy(\.isNaN))
  }

  @Test func limitsAndRepeatsCount() async throws {
    let step = WorkflowStep("answer", .prompt(TextTemplate("{question}"), PromptSettings()))
    // Right for even seeds alone.
    var workflow = try Self.workflow(
      [step], model: ScriptedModel { prompt, seed in seed % 2 == 0 ? String(prompt.last ?? " ") : "?" })
    let once = try await Self.outcome(workflow)
    workflow.repeats = 3
    let worst = try await Self.outcome(workflow)
    #expect(worst.requests == 12 && worst.mean <= once.mean && worst.mean < 1)
    workflow.repeats = 1
    workflow.limits = [.init(.calls, 0.5)]
    let over = try await Self.outcome(workflow)
    #expect(abs(over.violation - 1) < 1e-12 && over.score < -1e5 && over.mean == once.mean)
    workflow.limits = [.init(.calls, 1), .init(.tokens, 1e6)]
    #expect(try await Self.outcome(workflow).violation == 0)
  }

  @Test func aJudgeGivesScores() async throws {
    let step = WorkflowStep("answer", .prompt(TextTemplate("{question}"), PromptSettings()))
    let model = ScriptedModel { prompt, _ in
      prompt.hasPrefix("Judge")
        ? (prompt.contains("3") ? "no number" : "I give 8 of 10: 8") : String(prompt.last ?? " ")
    }
    var workflow = try Self.workflow([step], model: model)
    workflow.metric = WorkflowMetric(.judge(TextTemplate("Judge {output}"), scale: 10))
    let outcome = try await Self.outcome(workflow)
    #expect(outcome.scores.prefix(3) == [0.8, 0.8, 0.8] && outcome.scores[3].isNaN)
    #expect(outcome.requests == 8)
  }
}
