// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A double with stated error rates: answers items, edits prompts, judges answers. What it does is known exactly, so that the effect
/// of an algorithm can be predicted; of language models it proves nothing.
///
///     P(right answer) = σ(b + Σ_f w_f·[directive f is in the prompt] + g·(exemplars in the prompt, at most 4) − difficulty)
///
/// - An item is known by its question, the last one that the prompt contains. A wrong answer is that of another item.
/// - Asked for a new value between <improved> marks, it adds each directive that the criticism names with probability `follows`, and
///   one of its own with probability `invents`.
/// - Asked what an instruction was, it says one with each directive with probability `invents`.
/// - Asked which of two sets of answers is better (`<first>`, `<second>`; an empty line between the blocks of a question and its
///   answer), it prefers the one with more right answers with probability `judges`, and the first by `bias` more often.
///
/// The same request has the same answer; what differs with each request are the draws from its content and seed.
public struct SimulatedModel: ModelService {
  /// A sentence that helps, or harms.
  public struct Directive: Sendable, Codable, Hashable {
    public var phrase: String
    public var weight: Double

    public init(_ phrase: String, weight: Double) {
      self.phrase = phrase
      self.weight = weight
    }
  }

  /// A question that it can be asked, with the right answer.
  public struct Item: Sendable, Codable, Hashable {
    public var question: String
    public var answer: String
    public var difficulty: Double

    public init(_ question: String, _ answer: String, difficulty: Double = 0) {
      self.question = question
      self.answer = answer
      self.difficulty = difficulty
    }
  }

  /// The numbers of the formula and of its errors.
  public struct Rates: Sendable, Codable, Hashable {
    /// b of the formula.
    public var base = -1.0
    /// g of the formula.
    public var exemplar = 0.4
    public var follows = 0.8
    public var invents = 0.3
    public var judges = 0.7
    public var bias = 0.15

    public init() {}
  }

  public var items: [Item]
  public var directives: [Directive]
  public var rates: Rates
  public let seed: UInt64
  public var name: String { "simulated:\(seed)" }
  public var abilities: ModelAbilities { [.prompts, .seeds] }

  public init(items: [Item], directives: [Directive], rates: Rates = Rates(), seed: UInt64) {
    self.items = items
    self.directives = directives
    self.rates = rates
    self.seed = seed
  }

  /// The probability of a right answer to an item with a prompt.
  public func probability(_ item: Item, in prompt: String) -> Double {
    let text = Array(prompt.utf8)
    func holds(_ word: String) -> Bool { ByteSearch.last(word, in: text) != nil }
    var logit = rates.base - item.difficulty
    for directive in directives where holds(directive.phrase) { logit += directive.weight }
    let shown = items.count { holds($0.question) && holds($0.answer) && $0 != item }
    logit += rates.exemplar * Double(min(4, shown))
    return 1 / (1 + VectorMath.exp(-logit))
  }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    let prompt = request.prompt
    return try ModelReply.double(request, hearing: listener) { k in
      var stream = request.draws(seed: seed, answer: k)
      return answer(prompt, &stream)
    }
  }

  private func answer(_ prompt: String, _ stream: inout RandomStream) -> String {
    if prompt.contains("</improved>") { return "<improved>\(edited(prompt, &stream))</improved>" }
    if prompt.hasSuffix("The instruction was:") { return proposed(&stream) }
    if let first = JSONFinder.tagged("first", in: prompt), let second = JSONFinder.tagged("second", in: prompt) {
      return judged(first, second, prompt, &stream)
    }
    guard let item = asked(prompt) else { return "I do not know." }
    if stream.uniform() < probability(item, in: prompt) { return item.answer }
    let others = items.filter { $0.answer != item.answer }
    return others.isEmpty ? "I do not know." : others[stream.integer(below: others.count)].answer
  }

  /// The item whose question stands last in the prompt.
  private func asked(_ prompt: String) -> Item? {
    var best: (place: Int, item: Item)?
    let text = Array(prompt.utf8)
    for item in items {
      guard let place = ByteSearch.last(item.question, in: text) else { continue }
      let isBetter = best.map { place > $0.place || place == $0.place && item.question.count > $0.item.question.count }
      if isBetter ?? true { best = (place, item) }
    }
    return best?.item
  }

  /// An instruction with each directive with probability `invents`.
  private func proposed(_ stream: inout RandomStream) -> String {
    let told = directives.filter { _ in stream.uniform() < rates.invents }.map(\.phrase)
    return (["Answer the question."] + told).joined(separator: " ")
  }

  private func edited(_ prompt: String, _ stream: inout RandomStream) -> String {
    let value = (JSONFinder.tagged("value", in: prompt) ?? "").trimmed
    let criticism = value.isEmpty ? prompt : prompt.replacing(value, with: "")
    var added: [String] = []
    for directive in directives where !value.contains(directive.phrase) {
      let isNamed = criticism.contains(directive.phrase)
      if isNamed, stream.uniform() < rates.follows { added.append(directive.phrase) }
    }
    if stream.uniform() < rates.invents, !directives.isEmpty {
      let phrase = directives[stream.integer(below: directives.count)].phrase
      if !value.contains(phrase), !added.contains(phrase) { added.append(phrase) }
    }
    return ([value] + added).joined(separator: " ")
  }

  private func judged(_ first: String, _ second: String, _ prompt: String, _ stream: inout RandomStream) -> String {
    // One block for each question and its answer.
    func merit(_ text: String) -> Int {
      text.split(separator: "\n\n").count { block in
        let bytes = Array(block.utf8), said = block.trimmed
        return items.contains { ByteSearch.last($0.question, in: bytes) != nil && said.hasSuffix($0.answer) }
      }
    }
    let (a, b) = (merit(first), merit(second))
    let right = a == b ? 0.5 : a > b ? rates.judges : 1 - rates.judges
    return stream.uniform() < min(1, max(0, right + rates.bias)) ? "first" : "second"
  }
}
