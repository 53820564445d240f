// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
import GradusNumerics

/// Turns words into a model that was read, solved and compared with the words.
///
///     answer₀ = model(question)                                  five elements as JSON
///     messages = reader, units · solver · numbers and kinds of the text against the model · a judging model
///     answerₖ = model(question, answerₖ₋₁, messages)             until nothing is said, at most `rounds` times
///
/// Of all answers the one counts that could be read, has an optimum, and has the fewest messages; of equal ones the latest. A
/// model that repeats its answer to doubts insists: it is asked no more, and the doubts stand beside the result. Of several votes
/// the most frequent optimum counts, and of its models those that stay one problem on other data. Source: LLMOPT
/// (the five elements and the loop of corrections), ORThought (the stages of reasoning).
///
/// Cost: at most `votes`·(rounds + 1) answers, twice as many calls with a judge, and as many solves; with votes 8 more for each
/// model of the most frequent optimum.
public struct Formulator: Sendable {
  /// What a model is asked to write before the model itself.
  public enum Stage: String, Sendable, Codable, CaseIterable {
    /// The problem in its own words: what is wanted, decided and required.
    case understand
    /// The model step by step, with the reason of each.
    case build
  }

  /// Corrections of one answer, 0 to 12.
  public var rounds = 3
  /// Whether a model is asked if the model says what the words say.
  public var judges = true
  /// None: the model alone.
  public var stages: [Stage] = []
  /// Answers that are worked out independently; the most frequent counts.
  public var votes = 1
  /// Whether models are solved; otherwise they are read and compared alone.
  public var solves = true
  /// Sentences of experience that stand in the question.
  public var insights: [String] = []
  /// Of answers; nil: 0, and 0.7 with votes, which need answers that differ.
  public var temperature: Double?
  /// Tokens of an answer.
  public var maxTokens = 4096
  public var seed = 0
  public var prices = ModelPrices()
  public var executor: ModelExecutor

  public static let roundLimits = 0...12
  public static let voteLimits = 1...25

  public init(executor: ModelExecutor = ModelExecutor()) { self.executor = executor }

  /// Throws `ModelFailure` where no answer came at all, `MissingComponent` without the solver, and `CancellationError`. What
  /// answers hold makes it never throw.
  public func formulate(_ problem: WordProblem, asking model: any ModelService) async throws -> Formulation {
    guard votes > 1 else { return try await single(problem, model, seed: seed) }
    var all: [Formulation] = []
    var stopped: String?
    for k in 0..<min(votes, Self.voteLimits.upperBound) {
      do { all.append(try await single(problem, model, seed: seed &+ 1000 &* k)) } catch let failure as ModelFailure {
        // What came so far is worth its vote.
        guard failure.endsRuns, failure != .cancelled, !all.isEmpty else { throw failure }
        stopped = "\(failure)"
        break
      }
    }
    let stream = RandomStream(seed: UInt64(bitPattern: Int64(seed))).child("votes")
    var found = try await FormulationTally(all).formulation(comparing: executor, stream)
    found.stopped = stopped ?? found.stopped
    return found
  }

  private func single(_ problem: WordProblem, _ model: any ModelService, seed: Int) async throws -> Formulation {
    var result = Formulation()
    let check = FormulationCheck(
      problem: problem, executor: executor, solves: solves, stages: stages.map(\.rawValue))
    let question = FormulationPrompt.question(problem, stages: stages.map(\.rawValue), insights: insights)
    var turns: [ChatMessage] = []
    var best: FormulationCheck.Finding?
    var last: FormulationCheck.Finding?
    for round in 0...min(max(0, rounds), Self.roundLimits.upperBound) {
      let reply: ModelReply
      do {
        reply = try await ask([.user(question)] + turns, seed: seed &+ round, of: model, &result.usage)
      } catch {
        guard best != nil, error != .cancelled else { throw error }
        result.stopped = "\(error)"
        break
      }
      var finding = try await check(reply.text, isCut: reply.answers.first?.ending == .length)
      let insists = finding.document != nil && finding.document == last?.document
      if insists, let last {
        finding = last
      } else if judges, !finding.isHard, let text = finding.model {
        do {
          for fault in try await faults(problem, text, finding.execution, seed: seed, of: model, &result.usage) {
            finding.doubts.append(FormulationDoubt(.judged, fault))
            finding.messages.append(FormulationMessage(.model, fault))
          }
        } catch {
          guard error != .cancelled else { throw error }
          result.stopped = "\(error)"
        }
      }
      result.rounds.append(Self.round(finding, reply.text))
      if !finding.missing.isEmpty {
        result.missing = finding.missing
        return result
      }
      if best.map({ !$0.rank.lexicographicallyPrecedes(finding.rank) }) ?? true { best = finding }
      if finding.messages.isEmpty || result.stopped != nil || insists && !finding.isHard { break }
      last = finding
      turns = [.assistant(reply.text), .user(FormulationPrompt.correction(finding.messages))]
    }
    if let best, best.model != nil {
      result.model = best.model
      result.execution = best.execution
      result.doubts = best.doubts
    }
    return result
  }

  private static func round(_ finding: FormulationCheck.Finding, _ reply: String) -> FormulationRound {
    FormulationRound(
      answer: finding.model ?? String(reply.prefix(2000)), status: finding.execution?.status,
      objective: finding.execution?.objective, messages: finding.messages)
  }

  private func ask(
    _ messages: [ChatMessage], seed: Int, of model: any ModelService, _ usage: inout FormulationUsage
  ) async throws(ModelFailure) -> ModelReply {
    var request = ModelRequest(
      .chat(messages), temperature: temperature ?? (votes > 1 ? 0.7 : 0), maxTokens: maxTokens, seed: seed)
    request.form = .schema(FormulationPrompt.schema(stages: stages.map(\.rawValue)))
    let reply = try await model.reply(to: request)
    count(reply.usage, &usage)
    return reply
  }

  /// The faults that the judging model names; none where its answer cannot be read, for then nothing is known.
  private func faults(
    _ problem: WordProblem, _ text: String, _ execution: ModelExecution?, seed: Int, of model: any ModelService,
    _ usage: inout FormulationUsage
  ) async throws(ModelFailure) -> [String] {
    var request = ModelRequest(
      asking: FormulationPrompt.judging(problem, text, execution), temperature: 0, maxTokens: 1024, seed: seed)
    request.form = .schema(FormulationPrompt.judgement)
    let reply = try await model.reply(to: request)
    count(reply.usage, &usage)
    let faults = JSONFinder.object(in: reply.text)?["faults"]?.elements?.compactMap(\.text) ?? []
    return faults.filter { !$0.isEmpty }.prefix(FormulationCheck.limit).map(FormulationCheck.plain)
  }

  private func count(_ used: TokenUsage, _ usage: inout FormulationUsage) {
    usage.calls += 1
    usage.promptTokens += used.prompt
    usage.completionTokens += used.completion
    usage.isEstimate = usage.isEstimate || used.isEstimate
    usage.cost += prices.cost(of: used)
  }
}

extension Formulator {
  /// What is said about an answer before a model judges it; doubles are predicted by it.
  package func messages(to reply: String, on problem: WordProblem) async throws -> [FormulationMessage] {
    let check = FormulationCheck(
      problem: problem, executor: executor, solves: solves, stages: stages.map(\.rawValue))
    return try await check(reply).messages
  }
}
