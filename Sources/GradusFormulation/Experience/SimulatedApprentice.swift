// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusLanguage
import GradusModeling
import GradusNumerics

/// A double that formulates problems it knows and learns from its failures, for `FormulatingStudent` and `ModelExperienceGuide`.
///
///     a problem without a pitfall, or a question that holds an insight into it: as `SimulatedFormulator`
///     a pitfall without an insight: minimize and maximize change places, whatever is said about it
///     a failure shows its pitfall with probability `notices`
///     the condition of a lesson holds of the problems with its pitfall; with probability `wide` of all
///
/// An insight is about a pitfall by its explanation, `mind 'fixed charge'`. Of language models it proves nothing. The same request has
/// the same answer.
public struct SimulatedApprentice: ModelService {
  /// Probabilities.
  public struct Rates: Sendable, Codable, Hashable {
    public var notices = 1.0
    public var wide = 0.0

    public init() {}
  }

  public let formulator: SimulatedFormulator
  public let rates: Rates
  /// The pitfall of each problem that has one, by its text.
  private let pitfalls: [String: String]
  private let known: [String: FiveElementStatement]

  /// `pitfalls`: of items, by their texts.
  public init(
    _ items: [SimulatedFormulator.Item], pitfalls: [String: String], mistakes: SimulatedFormulator.Rates = .init(),
    rates: Rates = Rates(), seed: UInt64
  ) {
    formulator = SimulatedFormulator(items, rates: mistakes, seed: seed)
    self.rates = rates
    self.pitfalls = Dictionary(pitfalls.map { ($0.key.trimmed, $0.value) }) { first, _ in first }
    known = Dictionary(items.map { ($0.text.trimmed, $0.statement) }) { first, _ in first }
  }

  public var name: String { formulator.name }
  public var abilities: ModelAbilities { formulator.abilities }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    guard answer(request.prompt, 0) != nil else { return try await formulator.reply(to: request, hearing: listener) }
    let own = ScriptedModel(name) { prompt, number in answer(prompt, number) ?? "" }
    return try await own.reply(to: request, hearing: listener)
  }

  /// nil where a formulator without pitfalls is to answer.
  private func answer(_ prompt: String, _ number: Int) -> String? {
    func json(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }
    let task = WordProblem.text(in: prompt)?.trimmed ?? ""
    let pitfall = pitfalls[task]
    if prompt.contains(ModelExperienceGuide.labelMark) { return "{\"numbers\": [1]}" }
    if prompt.contains(ModelExperienceGuide.conditionMark) {
      let lines = (JSONFinder.tagged("list", in: prompt) ?? "").split(whereSeparator: \.isNewline)
      let holding = lines.filter {
        $0.hasSuffix(": \(Self.always)") || pitfall.map(Self.condition).map($0.hasSuffix) ?? false
      }
      return json(["numbers": .array(holding.compactMap { Int($0.prefix { $0 != ":" }) }.map(JSONValue.integer))])
    }
    if prompt.contains(FormulatingStudent.lessonMark) {
      var draws = draws(prompt, number)
      guard let pitfall, draws.uniform() < rates.notices else { return "{\"insights\": []}" }
      let condition = draws.uniform() < rates.wide ? Self.always : Self.condition(pitfall)
      return json([
        "insights": [
          [
            "area": "pitfalls", "topic": "pitfalls", "condition": .string(condition),
            "explanation": .string(Self.explanation(pitfall)),
          ]
        ]
      ])
    }
    if prompt.contains(FormulatingStudent.mergingMark) { return merged(prompt).map(json) ?? "{\"same\": false}" }
    if prompt.contains(FormulatingStudent.conditionMark) {
      let named = Set(pitfalls.values).sorted().filter { prompt.contains(Self.explanation($0)) }
      return json(["conditions": JSONValue(strings: named.map(Self.condition))])
    }
    guard let pitfall, let statement = known[task], !prompt.hasPrefix(FormulationPrompt.judgingMark),
      !prompt.contains(Self.explanation(pitfall))
    else { return nil }
    var wrong = statement
    wrong.sense = statement.sense.opposite
    return wrong.text(.json)
  }

  /// Insights into one pitfall say the same; that with the condition of its own stays.
  private func merged(_ prompt: String) -> JSONValue? {
    guard let first = JSONFinder.tagged("first", in: prompt), let second = JSONFinder.tagged("second", in: prompt)
    else { return nil }
    let both = Set(pitfalls.values).sorted().first {
      let told = Self.explanation($0)
      return first.contains(told) && second.contains(told)
    }
    guard let pitfall = both else { return nil }
    let isWide = [first, second].allSatisfy { $0.contains(Self.always) }
    return [
      "same": true, "area": "pitfalls", "topic": "pitfalls",
      "condition": .string(isWide ? Self.always : Self.condition(pitfall)),
      "explanation": .string(Self.explanation(pitfall)),
    ]
  }

  private static let always = "there is a problem"
  private static func condition(_ pitfall: String) -> String { "there is '\(pitfall)' in it" }
  private static func explanation(_ pitfall: String) -> String { "mind '\(pitfall)'" }

  private func draws(_ prompt: String, _ number: Int) -> RandomStream {
    var mark = Fingerprint()
    mark.mix(prompt)
    mark.mix(number)
    return RandomStream(seed: formulator.seed ^ mark.value).child("apprentice")
  }
}
