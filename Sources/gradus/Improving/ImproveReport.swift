// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What `gradus improve` found, as text, as JSON and as a page.
struct ImproveReport {
  let spec: ImproveSpec
  let result: ImproveSession.Result
  let journal: String
  let seed: UInt64

  private var methodName: String { type(of: result.method).name }
  private func short(_ x: Double) -> String { Numbers.short(x, digits: 3) }

  /// By how much the score on the rows that were chosen by is above that on the others: what did not carry over.
  private var optimism: Double? {
    guard let chosen = result.chosenBy, let after = result.after else { return nil }
    return chosen - after.mean
  }

  private var use: String {
    let count = result.count
    var words = [Numbers.counted(count.calls, "call")]
    if count.kept > 0 { words.append("\(count.kept) kept replies") }
    words.append("\(Numbers.counted(count.usage.total, "token"))\(count.usage.isEstimate ? " (estimated)" : "")")
    if count.cost > 0 { words.append("cost \(short(count.cost))") }
    for (kind, times) in count.failures.sorted(by: { $0.key < $1.key }) { words.append("\(times) \(kind)") }
    return words.joined(separator: ", ")
  }

  private var outcome: String {
    guard let gain = result.gain else { return result.note }
    let verdict = gain.isGain ? "a gain" : gain.isLoss ? "a loss" : "no gain beyond noise"
    return
      "on \(Numbers.counted(gain.pairs, "row")) set aside: \(short(gain.before)) at the start, \(short(gain.after)) now; "
      + "\(gain.gain >= 0 ? "+" : "")\(short(gain.gain)) [\(short(gain.lower)), \(short(gain.upper))]: \(verdict)"
  }

  private var limits: [String] {
    guard !spec.limits.isEmpty, let after = result.after else { return [] }
    let words = spec.limits.map { "\($0.measure.rawValue) <= \(short($0.bound))" }.joined(separator: ", ")
    return ["\(words): \(after.violation > 0 ? "NOT kept on the rows set aside" : "kept on the rows set aside")"]
  }

  var text: String {
    var lines = [
      "\(spec.name): \(Numbers.counted(spec.parameters.count, "parameter")), \(spec.selection.count) rows to choose by, \(spec.reporting.count) set aside",
      "\(methodName)\(result.why.map { " (\($0))" } ?? ""): \(Numbers.counted(result.steps, "step")), \(use), \(Numbers.time(result.seconds)); \(result.stopped.rule)",
    ]
    if let chosen = result.chosenBy { lines.append("on the rows it was chosen by: \(short(chosen))") }
    lines.append(outcome)
    if let optimism, optimism > 0.005 {
      lines.append("\(short(optimism)) of the score on the rows it was chosen by did not carry over")
    }
    lines += limits
    lines += result.reasons
    let changed = spec.parameters.filter { result.found[$0.name] != $0.start }
    lines.append(changed.isEmpty ? "nothing was changed" : "changed:")
    for parameter in changed {
      guard let value = result.found[parameter.name] else { continue }
      let text = Self.shown(value).split(separator: "\n", omittingEmptySubsequences: false)
      lines.append("  \(parameter.name): \(text.count == 1 ? text.joined() : "")")
      if text.count > 1 { lines += text.map { "    \($0)" } }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func shown(_ value: ParameterValue) -> String {
    guard case .demonstrations(let all) = value else { return value.description }
    return all.isEmpty ? "none" : all.map { $0.json.description }.joined(separator: "\n")
  }

  var json: JSONValue {
    func side(_ outcome: WorkflowOutcome?) -> JSONValue {
      guard let outcome else { return .null }
      return [
        "score": .number(outcome.mean), "failed": .integer(outcome.scores.count(where: \.isNaN)),
        "violation": .number(outcome.violation), "tokens": .integer(outcome.usage.total),
        "calls": .integer(outcome.requests),
      ]
    }
    let gain: JSONValue =
      result.gain.map {
        [
          "value": .number($0.gain), "lower": .number($0.lower), "upper": .number($0.upper), "rows": .integer($0.pairs),
          "isGain": .bool($0.isGain), "isLoss": .bool($0.isLoss),
        ]
      } ?? .null
    return [
      "schema": "gradus.improvement/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "seconds": .number(result.seconds),
      "problem": [
        "name": .string(spec.name), "parameters": .integer(spec.parameters.count),
        "selection": .integer(spec.selection.count),
        "reporting": .integer(spec.reporting.count),
      ],
      "method": [
        "name": .string(methodName),
        "settings": .object(Self.settings(of: result.method).map { .init($0.name, .string($0.value)) }),
      ],
      "status": .string(result.status.rawValue),
      "stopped": ["kind": .string(result.stopped.kind.rawValue), "rule": .string(result.stopped.rule)],
      "steps": .integer(result.steps),
      "use": [
        "calls": .integer(result.count.calls), "kept": .integer(result.count.kept),
        "promptTokens": .integer(result.count.usage.prompt),
        "completionTokens": .integer(result.count.usage.completion),
        "cost": .number(result.count.cost),
        "failures": .object(result.count.failures.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }),
      ],
      "selectionScore": JSONValue(result.chosenBy), "before": side(result.before), "after": side(result.after),
      "gain": gain,
      "optimism": JSONValue(optimism),
      "certificate": ["kind": .string(result.gain == nil ? "none" : "sampled"), "note": .string(result.note)],
      "solution": .object(result.found.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }),
    ]
  }

  private static func settings<M: LanguageMethod>(of method: M) -> [(name: String, value: String)] {
    method.settingValues
  }

  // MARK: Page

  var html: String {
    get throws {
      let history = try ImproveHistory(journal)
      var page = HTMLPage(
        "\(spec.name): improved",
        remark: escaped("Gradus \(gradusVersion), \(methodName), \(use), \(Numbers.time(result.seconds)), seed \(seed)")
      )
      page.body += "<style>\(Self.style)</style>\n"
      page.add(heading: "Result")
      page.add(paragraph: outcome)
      for line in limits + result.reasons { page.add(paragraph: line) }
      if let optimism, optimism > 0.005 {
        page.add(
          paragraph:
            "\(short(optimism)) of the score on the rows it was chosen by (\(short(result.chosenBy ?? 0))) did not carry over to others."
        )
      }
      addCurve(history, &page)
      page.add(heading: "What was found")
      for parameter in spec.parameters { addChange(parameter, &page) }
      page.add(heading: "Everything that was tried")
      addTrials(history, &page)
      if let after = result.after { addWorst(after, &page) }
      return page.text
    }
  }

  private static let style = """
    ins { color: var(--good); text-decoration: underline; } del { color: var(--faint); text-decoration: line-through; }
    .text { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border: 1px solid var(--grid);
    border-radius: 8px; padding: .6rem .8rem; margin: .3rem 0 1rem; }
    td.words { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 20rem; }
    """

  private func addCurve(_ history: ImproveHistory, _ page: inout HTMLPage) {
    // Only what was measured on the same number of rows is compared.
    let most = history.runs.map(\.rows).max() ?? 0
    var best = -Double.infinity
    var samples: [History.Sample] = []
    for (k, trial) in history.runs.enumerated() where trial.rows == most && trial.outcome.violation == 0 {
      best = max(best, trial.outcome.mean)
      samples.append(.init(seconds: 0, answers: k + 1, value: best))
    }
    guard samples.count > 1 else { return }
    page.add(
      picture: ConvergencePlot(
        title: "Best score so far", subtitle: "on \(Numbers.counted(most, "row")) of those that were chosen by",
        samples: samples,
        height: 280, quantity: "score"
      ).svg)
  }

  private func addChange(_ parameter: WorkflowParameter, _ page: inout HTMLPage) {
    guard let value = result.found[parameter.name] else { return }
    let isSame = value == parameter.start
    page.body +=
      "<p><b>\(escaped(parameter.name))</b>\(parameter.purpose.isEmpty ? "" : escaped(" – \(parameter.purpose)"))\(isSame ? " – unchanged" : "")</p>\n"
    let shown =
      isSame
      ? escaped(Self.shown(value)) : TextDifference(from: Self.shown(parameter.start), to: Self.shown(value)).html
    page.body += "<div class=\"text\">\(shown)</div>\n"
  }

  private func addTrials(_ history: ImproveHistory, _ page: inout HTMLPage) {
    let all = history.assignments
    page.add(
      paragraph:
        "\(Numbers.counted(all.count, "combination")) in \(Numbers.counted(history.runs.count, "run")), \(history.advice) times advice. "
        + "Texts show what differs from the start.")
    page.body +=
      "<div class=\"wide\"><table>\n<tr><th class=\"number\">No.</th><th class=\"number\">Score</th><th class=\"number\">Rows</th><th>Changes</th></tr>\n"
    for (k, one) in all.enumerated().prefix(500) {
      let isBest = one.assignment == result.found
      let changes = spec.parameters.compactMap { parameter -> String? in
        guard let value = one.assignment[parameter.name], value != parameter.start else { return nil }
        let difference = TextDifference(from: Self.shown(parameter.start), to: Self.shown(value))
        return "<b>\(escaped(parameter.name))</b>: \(difference.html)"
      }
      page.body +=
        "<tr><td class=\"number\">\(k + 1)</td><td class=\"number\(isBest ? " best" : "")\">\(escaped(short(one.mean)))</td>"
        + "<td class=\"number\">\(one.rows)</td><td class=\"words\">\(changes.isEmpty ? "the start" : changes.joined(separator: "\n"))</td></tr>\n"
    }
    page.body += "</table></div>\n"
    if all.count > 500 { page.add(paragraph: "\(all.count - 500) more are in \(journal).") }
  }

  private func addWorst(_ after: WorkflowOutcome, _ page: inout HTMLPage) {
    let worst = after.scores.indices.sorted {
      let (a, b) = (after.scores[$0], after.scores[$1])
      return (a.isNaN ? -.infinity : a, $0) < (b.isNaN ? -.infinity : b, $1)
    }.prefix(10)
    page.add(heading: "Rows set aside that came out worst")
    page.body += "<div class=\"wide\"><table>\n<tr><th class=\"number\">Score</th><th>What was said</th></tr>\n"
    for k in worst {
      let score = after.scores[k]
      let said = after.remarks.indices.contains(k) ? String(after.remarks[k].prefix(1000)) : ""
      page.body +=
        "<tr><td class=\"number\">\(score.isNaN ? "failed" : escaped(short(score)))</td><td class=\"words\">\(escaped(said))</td></tr>\n"
    }
    page.body += "</table></div>\n"
  }
}
