// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
public import GradusModeling
import GradusNumerics

/// A double that formulates problems it knows, with stated error rates. Of language models it proves nothing; the effect of a
/// loop around it can be predicted exactly.
///
///     first answer: right with probability 1 − Σ rates, else with one error of the kind that was drawn
///     messages to its answer: the right answer with probability `heeds`, else its last answer again
///     asked whether a model is right: the truth with probability `judges`
///
/// It finds the problem between its marks. Which constraint or number an error hits is drawn uniformly. The same request has the
/// same answer.
public struct SimulatedFormulator: ModelService {
  /// A problem and its right model.
  public struct Item: Sendable, Codable, Hashable {
    public var text: String
    public var statement: FiveElementStatement

    public init(_ text: String, _ statement: FiveElementStatement) {
      self.text = text
      self.statement = statement
    }
  }

  /// Probabilities; those of errors sum to at most 1.
  public struct Rates: Sendable, Codable, Hashable {
    /// The JSON is cut off.
    public var invalid = 0.0
    /// A name that does not exist.
    public var unread = 0.0
    public var dropped = 0.0
    /// Minimize and maximize change places.
    public var flipped = 0.0
    /// One number becomes 1.5 times itself and 1.
    public var altered = 0.0
    public var heeds = 1.0
    public var judges = 1.0

    public init() {}
  }

  /// One wrong answer and how likely it is as the first one.
  struct Mistake {
    var probability: Double
    var answer: String
  }

  public let rates: Rates
  public let seed: UInt64
  private let known: [String: FiveElementStatement]

  public init(_ items: [Item], rates: Rates = Rates(), seed: UInt64) {
    self.rates = rates
    self.seed = seed
    known = Dictionary(items.map { ($0.text.trimmed, $0.statement) }) { first, _ in first }
  }

  public var name: String { "simulated:\(seed)" }
  public var abilities: ModelAbilities { [.forms, .seeds] }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    var last = ""
    if case .chat(let messages) = request.content {
      last = messages.last { $0.role == .assistant }?.content ?? ""
    }
    let answered = ScriptedModel(name) { [last] prompt, number in
      var mark = Fingerprint()
      mark.mix(prompt)
      mark.mix(number)
      var stream = RandomStream(seed: seed ^ mark.value).child("formulator")
      return answer(prompt, last, &stream)
    }
    return try await answered.reply(to: request, hearing: listener)
  }

  private func answer(_ prompt: String, _ last: String, _ stream: inout RandomStream) -> String {
    guard let text = WordProblem.text(in: prompt), let statement = known[text] else {
      return "{\"missing\": [\"a problem that this double knows\"]}"
    }
    if prompt.hasPrefix(FormulationPrompt.judgingMark) {
      let shown = JSONFinder.tagged("model", in: prompt)?.trimmed.replacing("‹", with: "<")
      let isRight = shown == statement.text().trimmed
      let isTrue = stream.uniform() < rates.judges
      return isRight == isTrue ? "{\"faults\": []}" : "{\"faults\": [\"the model is not what the problem says\"]}"
    }
    if prompt.contains(FormulationPrompt.correctionMark) {
      return stream.uniform() < rates.heeds ? statement.text(.json) : last
    }
    var rest = stream.uniform()
    for mistake in Self.mistakes(in: statement, rates) {
      rest -= mistake.probability
      if rest < 0 { return mistake.answer }
    }
    return statement.text(.json)
  }

  /// All first answers that are wrong. A kind that has no place in the statement is no error.
  static func mistakes(in statement: FiveElementStatement, _ rates: Rates) -> [Mistake] {
    let whole = statement.text(.json)
    var found = [Mistake(probability: rates.invalid, answer: String(whole.prefix(whole.count / 2)))]
    var unread = statement
    unread.objective += " + nothing_of_that_name"
    found.append(Mistake(probability: rates.unread, answer: unread.text(.json)))
    for k in statement.constraints.indices {
      var dropped = statement
      dropped.constraints.remove(at: k)
      found.append(
        Mistake(probability: rates.dropped / Double(statement.constraints.count), answer: dropped.text(.json)))
    }
    var flipped = statement
    flipped.sense = statement.sense.opposite
    found.append(Mistake(probability: rates.flipped, answer: flipped.text(.json)))
    let count = statement.parameters.reduce(0) { $0 + $1.values.count }
    for p in statement.parameters.indices {
      for k in statement.parameters[p].values.indices {
        var altered = statement
        altered.parameters[p].values[k] = 1.5 * statement.parameters[p].values[k] + 1
        found.append(Mistake(probability: rates.altered / Double(count), answer: altered.text(.json)))
      }
    }
    return found
  }
}

extension SimulatedFormulator {
  /// The probability that a formulator ends with the right model of an item, where nothing is said against the right model but by
  /// a judge.
  ///
  ///     P = q + Σ pₘ·(1 − (1 − h)^r)   for mistakes m without an optimum,
  ///             pₘ·h·[r > 0]           for those that the numbers betray – a repeated answer insists –,
  ///             pₘ·h·j·[r > 0]         for the others with a judge, q = 1 − Σ pₘ
  ///
  /// Cost: one solve a mistake.
  public func successRate(_ item: Item, by formulator: Formulator) async throws -> Double {
    let problem = try WordProblem(item.text)
    let unheeded = (0..<max(0, formulator.rounds)).reduce(1.0) { share, _ in share * (1 - rates.heeds) }
    var wrong = 0.0
    var mended = 0.0
    for mistake in Self.mistakes(in: item.statement, rates) where mistake.probability > 0 {
      wrong += mistake.probability
      guard formulator.rounds > 0 else { continue }
      let messages = try await formulator.messages(to: mistake.answer, on: problem)
      let share =
        messages.contains(where: \.isHard)
        ? 1 - unheeded
        : messages.isEmpty ? (formulator.judges ? rates.heeds * rates.judges : 0) : rates.heeds
      mended += mistake.probability * share
    }
    return 1 - wrong + mended
  }
}

extension SimulatedFormulator {
  /// The probability that a vote over first answers ends with the right model of an item: `rounds` is 0, and nobody judges.
  ///
  ///     P = Σ over k-tuples of first answers of Π p, where the tally of the tuple is the right model
  ///
  /// Cost: one answer worked out for each mistake, and mᵏ tallies of m mistakes.
  package func voteRate(_ item: Item, by formulator: Formulator) async throws -> Double {
    let problem = try WordProblem(item.text)
    var single = formulator
    (single.votes, single.rounds, single.judges) = (1, 0, false)
    let mistakes = Self.mistakes(in: item.statement, rates).filter { $0.probability > 0 }
    let wrong = mistakes.reduce(0) { $0 + $1.probability }
    var outcomes: [(share: Double, found: Formulation)] = []
    for (share, answer) in [(1 - wrong, item.statement.text(.json))] + mistakes.map({ ($0.probability, $0.answer) }) {
      let found = try await single.formulate(problem, asking: ScriptedModel { _, _ in answer })
      outcomes.append((share, found))
    }
    let right = outcomes[0].found.model
    let tuples = (0..<formulator.votes).reduce(1) { count, _ in count * outcomes.count }
    var total = 0.0
    for number in 0..<tuples {
      var (rest, share, all) = (number, 1.0, [Formulation]())
      for _ in 0..<formulator.votes {
        let outcome = outcomes[rest % outcomes.count]
        (rest, share) = (rest / outcomes.count, share * outcome.share)
        all.append(outcome.found)
      }
      let stream = RandomStream(seed: UInt64(number))
      let found = try await FormulationTally(all).formulation(comparing: formulator.executor, stream)
      if found.model == right { total += share }
    }
    return total
  }
}
