// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusStudy

/// The pages of a study, and what its parts hold.
struct StudySite {
  let study: StudyRecord
  /// Its address: `/studies/NAME`.
  let address: String
  let query: [String: String]
  let now: Timestamp

  /// The largest number of rows of a page of trials.
  private static let rows = 50

  var objective: Int {
    let given = query["objective"].flatMap(Int.init) ?? 1
    return study.directions.indices.contains(given - 1) ? given - 1 : 0
  }

  /// The query without one of its members.
  private func words(_ changes: [String: String]) -> String {
    let members = query.merging(changes) { $1 }.filter { ["objective", "sort", "from", "storage"].contains($0.key) }
    let text = members.sorted { $0.key < $1.key }.map { "\($0)=\(PercentText.encoded($1))" }.joined(separator: "&")
    return text.isEmpty ? "" : "?\(text)"
  }

  // MARK: The page

  /// What is there at once, and what is fetched: the pictures that cost time come later.
  func page() -> SitePage {
    var page = SitePage(title: StudyText.plain(study.name), address: address, query: words([:]))
    page.parts.append(.init(id: "summary", heading: "", content: part("summary")))
    page.parts.append(.init(id: "history", heading: "Convergence", content: part("history")))
    if study.directions.count > 1 {
      page.parts.append(.init(id: "front", heading: "Pareto front", content: part("front")))
    }
    page.parts.append(.init(id: "trials", heading: "Trials", content: part("trials")))
    for kind in [StudyPicture.Kind.importance, .parallel, .slice] {
      page.parts.append(.init(id: kind.rawValue, heading: kind.heading))
    }
    if study.trials.contains(where: { !$0.intermediate.isEmpty }) {
      page.parts.append(.init(id: StudyPicture.Kind.intermediate.rawValue, heading: "Learning curves"))
    }
    return page
  }

  /// A part as HTML; nil where there is none of that name.
  func part(_ id: String) -> String? {
    switch id {
    case "summary": return summary()
    case "trials": return trials()
    default:
      guard let kind = StudyPicture.Kind(rawValue: id) else { return nil }
      do { return SitePage.picture(try StudyPicture(study, objective: objective).svg(kind), kind.heading) } catch {
        return SitePage.note(error.message)
      }
    }
  }

  private func summary() -> String {
    let summary = StudySummary(study)
    var rows: [(name: String, value: String)] = [
      ("objectives", StudyText.directions(study)), ("trials", StudyText.counts(summary)),
      ("last change", StudyText.ago(summary.lastChange, now: now)),
    ]
    let plan = try? StudyPlan(of: study)
    var bar = ""
    if let trials = plan?.trials {
      let done = min(trials, summary.count(.complete) + summary.count(.pruned) + summary.count(.failed))
      bar = "<progress max=\"\(trials)\" value=\"\(done)\" aria-label=\"trials\"></progress>\n"
      rows[1].value += " of \(Numbers.count(trials))"
      if let left = timeLeft(trials - done) { rows.append(("time left", "about \(Numbers.time(left))")) }
    }
    if let plan, let method = plan.method { rows.append(("method", method)) }
    if let plan, !plan.command.isEmpty {
      rows.append(("command", StudyText.plain(plan.command.joined(separator: " "), limit: 300)))
    }
    if study.directions.count == 1, let best = summary.best.first.map({ study.trials[$0] }) {
      let values = study.values(of: best).prefix(60).map { member in
        (name: StudyText.plain(member.name, limit: 40), value: StudyText.value(member.value, digits: 8))
      }
      let trial = escaped("\(address)/trials/\(best.number)\(storage)")
      return bar + SitePage.facts(rows)
        + "<h2>Best: \(escaped(StudyText.values(best))), <a href=\"\(trial)\">trial \(best.number)</a></h2>\n"
        + SitePage.facts(values)
    } else if study.directions.count > 1 {
      rows.append(("front", Numbers.counted(summary.best.count, "trial")))
    }
    return bar + SitePage.facts(rows) + objectives()
  }

  /// Links to the other objectives.
  private func objectives() -> String {
    guard study.directions.count > 1 else { return "" }
    let links = study.objectiveNames.enumerated().map { k, name in
      let current = k == objective ? " aria-current=\"true\"" : ""
      return
        "<a href=\"\(escaped(address + words(["objective": "\(k + 1)"])))\"\(current)>\(escaped(StudyText.plain(name, limit: 40)))</a>"
    }
    return "<p class=\"choices\">Pictures of \(links.joined(separator: " "))</p>\n"
  }

  /// From the times between the last ended trials.
  private func timeLeft(_ count: Int) -> Double? {
    guard count > 0, study.unfinished.contains(where: { study.trials[$0].state == .running }) else { return nil }
    let ends = study.events.suffix(120).filter(\.isEnd).compactMap { study.trials[$0.trial].completed }
    guard ends.count > 2, let first = ends.min(), let last = ends.max(), first < last else { return nil }
    return Double(count) * last.seconds(since: first) / Double(ends.count - 1)
  }

  private func trials() -> String {
    let order = query["sort"].flatMap { TrialTable.Order(rawValue: $0) } ?? .last
    let start = max(0, query["from"].flatMap { Int($0) } ?? 0)
    let numbers = TrialTable.numbers(
      order, of: study, objective: objective, now: now, from: start, limit: Self.rows)
    let table = TrialTable.rows(numbers, of: study, now: now)
    let links = [(TrialTable.Order.last, "last"), (.best, "best"), (.seconds, "longest")].map { kind, name in
      let current = kind == order ? " aria-current=\"true\"" : ""
      return
        "<a href=\"\(escaped(address + words(["sort": kind.rawValue, "from": "0"])))#h-trials\"\(current)>\(name)</a>"
    }
    var text = "<p class=\"choices\">\(links.joined(separator: " "))</p>\n"
    guard !numbers.isEmpty else { return text + SitePage.note(start > 0 ? "no more trials" : "no trials yet") }
    text += SitePage.table(
      table, "Trials", links: numbers.map { "\(address)/trials/\($0)\(storage)" },
      states: 1)
    var turns: [String] = []
    if start > 0 { turns.append(turn("newer", max(0, start - Self.rows), "prev")) }
    let total = order == .best ? study.trials.count { $0.state == .complete } : study.trials.count
    if start + numbers.count < total, numbers.count == Self.rows {
      turns.append(turn("more", start + Self.rows, "next"))
    }
    let shown = "\(Numbers.count(start + 1))–\(Numbers.count(start + numbers.count)) of \(Numbers.count(total))"
    return text + "<p class=\"choices\">\(shown) \(turns.joined(separator: " "))</p>\n"
  }

  private var storage: String { query["storage"].map { "?storage=\(PercentText.encoded($0))" } ?? "" }

  private func turn(_ name: String, _ start: Int, _ relation: String) -> String {
    "<a rel=\"\(relation)\" href=\"\(escaped(address + words(["from": "\(start)"])))#h-trials\">\(name)</a>"
  }

  // MARK: A trial

  func trial(_ number: Int) -> SitePage {
    var page = SitePage(
      title: "Trial \(number)", trail: [(StudyText.plain(study.name), address + storage)],
      address: "\(address)/trials/\(number)", query: storage)
    page.parts.append(.init(id: "trial", heading: "", content: trialPart(number)))
    return page
  }

  /// Everything that is known of a trial.
  func trialPart(_ number: Int) -> String {
    let trial = study.trials[number]
    var rows: [(name: String, value: String)] = [
      ("state", trial.state.name), ("time", StudyText.seconds(trial, now: now)),
    ]
    if let started = trial.started { rows.append(("began", "\(started.description.prefix(19)) UTC")) }
    for (name, value) in zip(study.objectiveNames, trial.values) {
      rows.append((StudyText.plain(name, limit: 40), Numbers.short(value, digits: 12)))
    }
    for (k, value) in trial.constraints.enumerated() {
      rows.append(("constraint \(k + 1)", "\(Numbers.short(value, digits: 8))\(value <= 0 ? "" : ", not kept")"))
    }
    if let reason = trial.attribute(.system, StudyDesk.failureAttribute)?.text {
      rows.append(("why it failed", StudyText.plain(reason, limit: 1000)))
    }
    var text = SitePage.facts(rows) + "<h2>Parameters</h2>\n"
    text += SitePage.facts(
      study.values(of: trial).map {
        (StudyText.plain($0.name, limit: 80), StudyText.value($0.value, digits: 17))
      })
    let points = trial.intermediate.filter(\.value.isFinite)
    if points.count > 1 {
      let plot = ConvergencePlot(
        title: "values on the way", subtitle: Numbers.counted(points.count, "value"),
        samples: points.map { History.Sample(seconds: 0, answers: $0.step, value: $0.value) }, quantity: "value")
      text += "<h2>Learning curve</h2>\n" + SitePage.picture(plot.svg, "Learning curve")
    }
    if let errors = trial.attribute(.system, StudyDesk.errorsAttribute)?.text, !errors.isEmpty {
      text += "<h2>Errors and log</h2>\n" + SitePage.log(errors, "Errors and log")
    }
    if !trial.userAttributes.isEmpty {
      text +=
        "<h2>Notes</h2>\n"
        + SitePage.facts(
          trial.userAttributes.map {
            (StudyText.plain($0.name, limit: 80), StudyText.plain($0.value.text ?? $0.value.description, limit: 2000))
          })
    }
    return text
  }
}
