// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
import GradusModeling
import GradusNumerics

/// What became of a request for a plan.
public struct PlanningAnswer: Sendable {
  /// Goal, decisions and constraints in the model's words.
  public var definition = ""
  /// nil where none could be read.
  public var document: PlanningDocument?
  /// The actions in order; for a choice, empty.
  public var plan: [String] = []
  /// The chosen numbers; for steps, empty.
  public var values: [String: Double] = [:]
  /// The length of the plan, or the optimum of the choice; nil without an answer.
  public var objective: Double?
  /// The answer in lines.
  public var text = ""
  /// What was found wrong with the last attempt; nil for an answer that was approved.
  public var fault: String?
  /// How often the request was represented.
  public var rounds = 0
  public var usage = TokenUsage()
}

/// Plans by formal models: a language model defines and represents a request, a program compiles and solves it, and what comes
/// out is assessed and mended.
///
///     define:    the model names goal, decisions and constraints
///     represent: the model writes a `PlanningDocument`
///     compile:   `PlanningCompiler` or the five-element reader, and HiGHS; an optimum is proved, or there is an error message
///     format:    the plan as numbered lines, the choice as names and numbers
///     assess:    the environment carries the plan out where there is one; the model says whether the answer is good, and which of
///                its two roles was wrong; that role and what follows are done again, at most `rounds` times in all
///
/// Compiling and formatting need no language model, so that nothing is lost there. Texts of the model are read as data.
///
/// Source: Hao, Zhang and Fan, "Planning Anything with Rigor: General-Purpose Zero-Shot Planning with LLM-based Formalized
/// Programming" (2024).
public struct PlanningPipeline: Sendable {
  /// Says what is wrong with an answer where it is carried out, such as a simulator's first violated precondition; nil where
  /// nothing is.
  public typealias Environment = @Sendable (PlanningAnswer) async -> String?

  public var model: any ModelService
  public var executor: ModelExecutor
  /// Representations of one request; 1: nothing is mended.
  public var rounds: Int

  public init(asking model: any ModelService, executor: ModelExecutor = ModelExecutor(), rounds: Int = 5) {
    self.model = model
    self.executor = executor
    self.rounds = max(1, rounds)
  }

  /// Plans what a request asks. Throws `ModelFailure` when the model gives no answer, and what `ModelExecutor` throws; everything
  /// else that goes wrong is the answer's `fault`. Cost: at most 1 + 3·rounds calls.
  public func answer(
    _ request: String, seed: Int = 0, in environment: Environment? = nil
  ) async throws -> PlanningAnswer {
    var answer = PlanningAnswer()
    var next = Role.define
    var earlier = ""
    for round in 0..<rounds {
      if next == .define {
        let asked = ModelRequest(asking: PlanningPrompt.define(request, answer.fault), seed: seed &+ 1000 &* round)
        let reply = try await model.reply(to: asked)
        answer.definition = reply.text.trimmed
        answer.usage = answer.usage + reply.usage
      }
      let prompt = PlanningPrompt.represent(request, answer.definition, earlier, answer.fault)
      let reply = try await model.reply(to: ModelRequest(asking: prompt, seed: seed &+ 1000 &* round &+ 1))
      answer.usage = answer.usage + reply.usage
      answer.rounds = round + 1
      earlier = reply.text
      let found = try await compiled(reply.text)
      (answer.document, answer.plan, answer.values, answer.objective) = (
        found.document, found.plan, found.values, found.objective
      )
      answer.fault = found.fault
      answer.text = Self.formatted(answer)
      if answer.fault == nil, let environment { answer.fault = await environment(answer) }
      let verdict = try await assessed(request, answer, seed: seed &+ 1000 &* round &+ 2)
      answer.usage = answer.usage + verdict.usage
      // What a program or the environment has refuted stays refuted, whatever the model says.
      if answer.fault == nil { answer.fault = verdict.fault }
      if answer.fault == nil { return answer }
      next = verdict.role
    }
    return answer
  }

  private enum Role { case define, represent }

  private struct Compiled {
    var document: PlanningDocument?
    var plan: [String] = []
    var values: [String: Double] = [:]
    var objective: Double?
    var fault: String?
  }

  private func compiled(_ text: String) async throws -> Compiled {
    guard let json = JSONFinder.object(in: text) else {
      return Compiled(fault: "the representation holds no JSON object")
    }
    do {
      let document = try PlanningDocument(json: json)
      switch document {
      case .steps(let problem):
        let outcome = try await PlanningCompiler(problem).shortest(by: executor)
        return Compiled(
          document: document, plan: outcome.plan ?? [], objective: (outcome.plan?.count).map(Double.init),
          fault: outcome.message)
      case .choice(let statement):
        let execution = try await executor.run(statement.text())
        guard execution.hasOptimum else {
          let fault = execution.message ?? "the model is \(execution.status?.rawValue ?? "not solved")"
          return Compiled(document: document, fault: fault)
        }
        return Compiled(document: document, values: execution.values, objective: execution.objective)
      }
    } catch let error as PlanningError {
      return Compiled(fault: "\(error)")
    }
  }

  private static func formatted(_ answer: PlanningAnswer) -> String {
    guard answer.objective != nil else { return "" }
    if case .steps = answer.document {
      return answer.plan.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
    }
    return answer.values.sorted { $0.key < $1.key }.map { "\($0.key) = \(JSONValue.number($0.value))" }
      .joined(separator: "\n")
  }

  private struct Verdict {
    var fault: String?
    var role: Role
    var usage: TokenUsage
  }

  private static let verdictSchema = JSONSchema([
    "type": "object", "required": ["verdict"],
    "properties": ["verdict": ["enum": ["good", "define", "represent"]], "why": ["type": "string"]],
  ])

  private func assessed(_ request: String, _ answer: PlanningAnswer, seed: Int) async throws -> Verdict {
    let question = ModelRequest(asking: PlanningPrompt.assess(request, answer), seed: seed)
    do throws(ModelFailure) {
      let found = try await model.structured(question, Self.verdictSchema, attempts: 2)
      let said = found.value["verdict"]?.text
      let why = found.value["why"]?.text ?? "the answer was judged to be wrong"
      return Verdict(
        fault: said == "good" ? nil : why, role: said == "define" ? .define : .represent, usage: found.usage)
    } catch {
      // A judge that says nothing readable neither approves nor refutes: the evidence alone decides.
      guard error.kind == "unreadable" else { throw error }
      return Verdict(fault: nil, role: .represent, usage: TokenUsage())
    }
  }
}
