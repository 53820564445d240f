// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage

/// What `gradus formulate` found, as text and as JSON.
struct FormulationReport {
  let formulation: Formulation
  /// The answer of `gradus solve` to the model; nil without one.
  let result: ResultDocument?
  /// Ids of the insights that stood in the question.
  let experience: [String]
  let count: ModelMeter.Count
  let seed: UInt64
  let seconds: Double

  var text: String {
    var lines: [String] = []
    if let model = formulation.model { lines += [model] }
    for doubt in formulation.doubts { lines.append("doubt: \(Self.plain(doubt.text))") }
    for line in formulation.missing { lines.append("missing: \(Self.plain(line))") }
    if formulation.votes.count > 0 { lines.append("votes: \(votes)") }
    if !experience.isEmpty { lines.append("experience: \(Numbers.counted(experience.count, "insight"))") }
    lines.append("\(outcome); \(use)")
    if let stopped = formulation.stopped { lines.append("stopped: \(Self.plain(stopped))") }
    var text = lines.joined(separator: "\n") + "\n"
    if let result { text += "\n" + ResultText(document: result).text }
    return text
  }

  /// A text of a model on one line, without what a terminal would take as an order.
  static func plain(_ text: String) -> String { StudyText.plain(text, limit: 500) }

  private var outcome: String {
    let rounds = Numbers.counted(formulation.rounds.count, "answer")
    switch formulation.outcome {
    case .solved: return "a model with an optimum after \(rounds)"
    case .formulated: return "a model that was read, not solved, after \(rounds)"
    case .unsettled: return "a model that is not settled after \(rounds)"
    case .asksBack: return "the problem lacks something; nothing was guessed"
    case .noModel: return "no model that can be read after \(rounds)"
    }
  }

  private var votes: String {
    formulation.votes.map { vote in
      let value = vote.objective.map { Numbers.short($0, digits: 10) } ?? vote.status?.rawValue ?? "no model"
      return "\(vote.count) for \(value)"
    }.joined(separator: ", ")
  }

  private var use: String {
    var words = [Numbers.counted(count.calls, "call")]
    if count.kept > 0 { words.append("\(count.kept) kept replies") }
    words.append("\(Numbers.counted(count.usage.total, "token"))\(count.usage.isEstimate ? " (estimated)" : "")")
    if count.cost > 0 { words.append("cost \(Numbers.short(count.cost, digits: 3))") }
    return words.joined(separator: ", ")
  }

  var json: JSONValue {
    let rounds = formulation.rounds.map { round -> JSONValue in
      [
        "answer": .string(round.answer), "status": JSONValue(round.status?.rawValue),
        "objective": JSONValue(round.objective),
        "messages": .array(
          round.messages.map { ["source": .string($0.source.rawValue), "text": .string($0.text)] }),
      ]
    }
    return [
      "schema": "gradus.formulation/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "seconds": .number(seconds), "outcome": .string(formulation.outcome.rawValue),
      "model": JSONValue(formulation.model), "result": result?.json ?? .null,
      "doubts": .array(
        formulation.doubts.map { ["kind": .string($0.kind.rawValue), "text": .string($0.text)] }),
      "missing": JSONValue(strings: formulation.missing), "experience": JSONValue(strings: experience),
      "rounds": .array(rounds),
      "votes": .array(
        formulation.votes.map {
          [
            "status": JSONValue($0.status?.rawValue), "objective": JSONValue($0.objective),
            "count": .integer($0.count),
          ]
        }),
      "use": count.json,
      "stopped": JSONValue(formulation.stopped),
    ]
  }
}

extension ModelMeter.Count {
  /// What was asked of models, for results.
  var json: JSONValue {
    [
      "calls": .integer(calls), "kept": .integer(kept), "promptTokens": .integer(usage.prompt),
      "completionTokens": .integer(usage.completion), "estimate": .bool(usage.isEstimate), "cost": .number(cost),
    ]
  }
}
