// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import Synchronization

/// What tokens cost, in any currency.
public struct ModelPrices: Sendable, Hashable {
  /// For a million tokens of prompts.
  public var prompt: Double
  /// For a million tokens of answers.
  public var completion: Double

  public init(prompt: Double = 0, completion: Double = 0) {
    self.prompt = prompt
    self.completion = completion
  }

  public func cost(of usage: TokenUsage) -> Double {
    (Double(usage.prompt) * prompt + Double(usage.completion) * completion) / 1e6
  }
}

/// How much may be asked in all; nil: no limit.
public struct ModelBudget: Sendable, Hashable {
  public var calls: Int?
  public var tokens: Int?
  public var cost: Double?
  public var seconds: Double?

  public init(calls: Int? = nil, tokens: Int? = nil, cost: Double? = nil, seconds: Double? = nil) {
    self.calls = calls
    self.tokens = tokens
    self.cost = cost
    self.seconds = seconds
  }

  /// Whether asking comes to an end: money is no limit where nothing costs any.
  public func isLimit(at prices: ModelPrices) -> Bool {
    calls != nil || tokens != nil || seconds != nil || (cost != nil && (prices.prompt > 0 || prices.completion > 0))
  }
}

/// Counts what a service is asked, and stops before a budget is exceeded.
///
/// A request is let through when all that is under way may use what was estimated for it and the budget still holds: a
/// prompt's tokens by their bytes, an answer's by the limit that the request states.
public final class ModelMeter: Sendable {
  /// What was used so far.
  public struct Count: Sendable, Hashable {
    /// Replies that came; those of a cache are counted apart.
    public var calls = 0
    public var kept = 0
    public var usage = TokenUsage()
    public var cost = 0.0
    /// By the kind of failure.
    public var failures: [String: Int] = [:]
    /// The longest that one request took, in seconds.
    public var slowest = 0.0

    public init() {}
  }

  private struct State {
    var count = Count()
    var reserve = ModelBudget()
    var open = 0
    var openTokens = 0
    var openCost = 0.0
  }

  public let budget: ModelBudget
  public let prices: ModelPrices
  private let state = Mutex(State())
  private let clock: RunClock
  private let began: Duration
  /// The tokens that are set aside for an answer whose request states no limit.
  package static let usualAnswer = 512

  public init(_ budget: ModelBudget = ModelBudget(), prices: ModelPrices = ModelPrices(), clock: RunClock = .continuous)
  {
    self.budget = budget
    self.prices = prices
    self.clock = clock
    began = clock.now
  }

  public var count: Count { state.withLock { $0.count } }

  /// Seconds since the meter was made.
  public var seconds: Double { Double((clock.now - began) / .milliseconds(1)) / 1000 }

  /// Keeps a part of the budget for later: until `release` requests are let through only as far as the rest holds them.
  public func hold(_ reserve: ModelBudget) { state.withLock { $0.reserve = reserve } }

  /// Gives free what was kept.
  public func release() { state.withLock { $0.reserve = ModelBudget() } }

  /// What a request may use at most, by estimate.
  static func estimate(_ request: ModelRequest) -> TokenUsage {
    if request.isEmbedding {
      return TokenUsage(prompt: request.promptTokenEstimate, isEstimate: true)
    }
    return TokenUsage(
      prompt: request.promptTokenEstimate, completion: request.count * (request.maxTokens ?? usualAnswer),
      isEstimate: true)
  }

  /// Sets aside what a request may use; throws where the budget does not hold it.
  func open(_ request: ModelRequest) throws(ModelFailure) -> TokenUsage {
    let estimate = Self.estimate(request)
    let cost = prices.cost(of: estimate)
    let seconds = seconds
    let refusal: String? = state.withLock { state in
      let reserve = state.reserve
      if let limit = budget.calls, state.count.calls + state.open + 1 > limit - (reserve.calls ?? 0) {
        return "the budget of \(limit) calls is used up; raise --budget-calls"
      }
      let tokens = state.count.usage.total + state.openTokens
      if let limit = budget.tokens, tokens + estimate.total > limit - (reserve.tokens ?? 0) {
        return
          "the budget of \(limit) tokens leaves \(max(0, limit - tokens)), the next call may use \(estimate.total); raise --budget-tokens"
      }
      if let limit = budget.cost, state.count.cost + state.openCost + cost > limit - (reserve.cost ?? 0) {
        return "the budget of \(limit) in money does not hold the next call; raise --budget-cost"
      }
      if let limit = budget.seconds, seconds >= limit {
        return "the budget of \(limit) seconds is used up; raise --time-limit"
      }
      state.open += 1
      state.openTokens += estimate.total
      state.openCost += cost
      return nil
    }
    if let refusal { throw .budget(refusal) }
    return estimate
  }

  /// Takes in what became of a request that was let through.
  func close(_ estimate: TokenUsage, _ reply: ModelReply?, _ failure: ModelFailure?, seconds: Double) {
    state.withLock { state in
      state.open -= 1
      state.openTokens -= estimate.total
      state.openCost -= prices.cost(of: estimate)
      state.count.slowest = max(state.count.slowest, seconds)
      if let reply {
        state.count.calls += 1
        state.count.usage = state.count.usage + reply.usage
        state.count.cost += prices.cost(of: reply.usage)
      }
      if let failure { state.count.failures[failure.kind, default: 0] += 1 }
    }
  }

  /// A reply that was kept from an earlier run.
  func countKept() { state.withLock { $0.count.kept += 1 } }
}

/// A service whose requests are counted.
public struct MeteredModel: ModelService {
  public var base: any ModelService
  public let meter: ModelMeter

  public init(_ base: any ModelService, _ meter: ModelMeter) {
    self.base = base
    self.meter = meter
  }

  public var name: String { base.name }
  public var abilities: ModelAbilities { base.abilities }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    let estimate = try meter.open(request)
    let began = meter.seconds
    do {
      let reply = try await base.reply(to: request, hearing: listener)
      meter.close(estimate, reply, nil, seconds: meter.seconds - began)
      return reply
    } catch {
      meter.close(estimate, nil, error, seconds: meter.seconds - began)
      throw error
    }
  }
}
