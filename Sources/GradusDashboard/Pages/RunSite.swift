// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore

/// The page of a run: where it stands, and how it came there.
struct RunSite {
  let name: String
  let run: RunShelf.Run

  /// What it is and how far it is, in a row of words: kind, state, best value.
  var row: [String] {
    switch run {
    case .record(let record):
      return [record.method, record.state, Numbers.short(record.ending?.objective ?? record.samples.last?.value)]
    case .training(let entries):
      let step = entries.last.map { "step \(Numbers.count($0.step))" } ?? "no step yet"
      return ["training", step, Numbers.short(entries.last?.loss)]
    case .hosted(let view):
      let value = view.front.isEmpty ? Numbers.short(view.samples.last?.value) : "front of \(view.front.count)"
      return [view.method.isEmpty ? "ask-tell" : view.method, view.isEnded ? "ended" : "open", value]
    }
  }

  func page() -> SitePage {
    var page = SitePage(title: name, address: "/runs/\(PercentText.encoded(name))")
    page.parts.append(.init(id: "run", heading: "", content: part))
    return page
  }

  var part: String {
    switch run {
    case .record(let record): Self.part(record)
    case .training(let entries):
      SitePage.picture(TrainingCurve.picture(entries, title: name), "Learning curve") + Self.facts(entries)
    case .hosted(let view): part(view)
    }
  }

  private static func part(_ record: RunRecord) -> String {
    let last = record.samples.last
    var rows: [(name: String, value: String)] = [
      ("problem", StudyText.plain(record.name)), ("method", StudyText.plain(record.method)), ("state", record.state),
      ("began", "\(record.began.prefix(19)) UTC"),
    ]
    if let value = record.ending?.objective ?? last?.value {
      rows.append(("objective", Numbers.short(value, digits: 12)))
    }
    if let bound = record.ending?.bound ?? last?.bound { rows.append(("bound", Numbers.short(bound, digits: 12))) }
    if let value = record.ending?.objective ?? last?.value, let bound = record.ending?.bound ?? last?.bound {
      let gap = abs(value - bound) / max(1e-10, abs(value))
      rows.append(("gap", "\(Numbers.short(100 * gap, digits: 3)) %"))
    }
    if let measure = last?.measure { rows.append(("measure", Numbers.short(measure))) }
    rows.append(("time", Numbers.time(record.ending?.seconds ?? last?.seconds ?? 0)))
    rows.append(("answers", Numbers.count(record.ending?.answers ?? last?.answers ?? 0)))
    if let ending = record.ending { rows.append(("stopped", StudyText.plain(ending.stopped, limit: 200))) }
    if record.state == "gone" {
      rows.append(("note", "its process has ended without a word; with --checkpoint it can be resumed"))
    }
    let plot = ConvergencePlot(
      title: StudyText.plain(record.name), subtitle: "\(record.method), seed \(record.seed): \(record.state)",
      samples: record.samples)
    var text = SitePage.facts(rows) + SitePage.picture(plot.svg, "Convergence")
    if !record.settings.isEmpty {
      text += "<h2>Settings</h2>\n"
      text += SitePage.facts(record.settings.map { ($0.name, $0.value.text ?? $0.value.description) })
    }
    return text
  }

  private static func facts(_ entries: [TrainingCurve.Entry]) -> String {
    guard let last = entries.last else { return SitePage.note("no step yet") }
    var rows = [
      (name: "step", value: Numbers.count(last.step)), ("loss", Numbers.short(last.loss)),
      ("learning rate", Numbers.short(last.rate)), ("gradient norm", Numbers.short(last.norm)),
    ]
    if let held = entries.last(where: { $0.heldOut != nil })?.heldOut {
      rows.append(("held-out loss", Numbers.short(held)))
    }
    return SitePage.facts(rows)
  }

  private func part(_ view: HostedRun.View) -> String {
    var rows = [
      (name: "method", value: view.method), ("state", view.isEnded ? "ended" : "open"),
      ("waiting for answers", "\(view.waiting)"), ("answers", Numbers.count(view.samples.last?.answers ?? 0)),
    ]
    if let best = view.best {
      rows.append(("best", StudyText.plain(best.f, limit: 200)))
      rows.append(("at", StudyText.plain(best.x, limit: 600)))
    }
    for reason in view.why { rows.append(("why", reason)) }
    let picture: String
    if view.front.isEmpty {
      let samples = view.samples.filter { $0.value != nil }
      picture = ConvergencePlot(title: name, subtitle: view.method, samples: samples, quantity: "best value").svg
    } else {
      picture = FrontPlot(title: name, subtitle: Numbers.counted(view.front.count, "point"), front: view.front).svg
    }
    return SitePage.facts(rows) + SitePage.picture(picture, "Convergence")
  }
}
