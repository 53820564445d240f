// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which language model is asked, and how much.
struct LanguageModelOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The server of the language model, with OpenAI's interface; OPENAI_BASE_URL unless said. 'simulated:SEED' and 'recorded:FILE' need none.",
      valueName: "url"))
  var lm: String?

  @Option(help: ArgumentHelp("The server's name of the model; GRADUS_LM_MODEL unless said.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("Calls of language models in all.", valueName: "count"))
  var budgetCalls: Int?

  @Option(help: ArgumentHelp("Tokens in all.", valueName: "count"))
  var budgetTokens: Int?

  @Option(help: ArgumentHelp("Money in all, at the spec's prices.", valueName: "amount"))
  var budgetCost: Double?

  @Option(help: ArgumentHelp("Requests at a time.", valueName: "count"))
  var requests = 4

  @Option(
    help: ArgumentHelp(
      "A server's replies are kept here, and nothing is asked twice; JOURNAL.replies unless said, 'none' keeps none.",
      valueName: "file"))
  var replies: String?

  mutating func validate() throws {
    try OptionRange.atLeastOne(("--budget-calls", budgetCalls), ("--budget-tokens", budgetTokens))
    try OptionRange.whole("--requests", requests, 1...1024)
    if let budgetCost, !(budgetCost > 0) { throw ValidationError("--budget-cost must be above 0") }
  }

  var budget: ModelBudget { ModelBudget(calls: budgetCalls, tokens: budgetTokens, cost: budgetCost) }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The service behind cache, meter, limit and retries. Replies of a server are kept in `file` unless the user names another;
  /// `simulated` makes the double for a seed. Throws where nobody can be asked.
  func open(
    _ meter: ModelMeter, keeping file: String, interruption: Interruption,
    simulated: (UInt64) throws -> any ModelService
  ) throws -> any ModelService {
    let name = model ?? Self.variable("GRADUS_LM_MODEL") ?? ""
    let base: any ModelService
    var kept = replies
    if let lm, lm.hasPrefix("simulated:") {
      guard let seed = UInt64(lm.dropFirst("simulated:".count)) else {
        throw Failure(.usage, "--lm \(lm) has no seed; write simulated:1")
      }
      base = try simulated(seed)
    } else if let lm, lm.hasPrefix("recorded:") {
      let path = String(lm.dropFirst("recorded:".count))
      return NamedModel(
        MeteredModel(RecordedModel(try Cassette(path, creates: false)), meter), model: name, interruption: interruption)
    } else {
      guard lm != nil || Self.variable("OPENAI_BASE_URL") != nil || Self.variable("OPENAI_API_KEY") != nil else {
        throw Failure(
          .usage, "no language model is named; give --lm URL, set OPENAI_BASE_URL, or try it with --lm simulated:1")
      }
      let endpoint: ModelEndpoint
      do { endpoint = try ModelEndpoint(lm, client: try HTTPClient()) } catch let failure as ModelFailure {
        throw Failure(.usage, "\(failure)")
      }
      base = RetryingModel(endpoint)
      kept = kept ?? file
    }
    let counted = MeteredModel(LimitedModel(base, places: requests), meter)
    guard let kept, kept != "none" else { return NamedModel(counted, model: name, interruption: interruption) }
    return NamedModel(
      CachedModel(counted, try Cassette(kept), meter: meter), model: name, interruption: interruption)
  }
}
