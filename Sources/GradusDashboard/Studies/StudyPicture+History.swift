// SPDX-License-Identifier: Apache-2.0
import Gradus

extension StudyPicture {
  /// Values of trials in order, the best so far as a line; trials without a value as marks at the bottom.
  package func history() throws(NothingToDraw) -> String {
    let trials = try complete()
    let end = study.trials.count - 1
    let panel = Panel(
      left: 90, top: 70, width: width - 114, height: 260, x: PlotAxis(whole: [0, end]),
      y: PlotAxis(values: trials.map { $0.values[objective] }, floor: 0.07))
    var dots: [(x: Double, y: Double, style: String, label: String)] = []
    var marks: [TrialState: Set<Int>] = [:]
    for trial in trials {
      let isKept = trial.keepsConstraints
      let label =
        trials.count > Panel.mostLabels
        ? ""
        : "trial \(trial.number): \(Numbers.short(trial.values[objective]))\(isKept ? "" : ", breaks a constraint")"
      dots.append(
        (
          panel.horizontal(Double(trial.number)), panel.vertical(trial.values[objective]),
          isKept ? "mark s5" : "hollow", label
        ))
    }
    for trial in study.trials where trial.state == .failed || trial.state == .pruned {
      marks[trial.state, default: []].insert(Int(panel.horizontal(Double(trial.number)).rounded()))
    }
    var text = head("history", subtitle, height: 400)
    text += panel.grid(x: "trial", y: objectiveName) + panel.dots(dots, radius: trials.count > 300 ? 2 : 3)
    for (state, mark) in [(TrialState.pruned, Self.tick), (.failed, Self.cross)] {
      for x in (marks[state] ?? []).sorted() {
        text += "<g transform=\"translate(\(x) \(Panel.n(panel.top + panel.height - 7)))\">\(mark)</g>\n"
      }
    }
    var corners: [(x: Double, y: Double)] = []
    var last = Double.nan
    for (number, value) in study.bestSoFar(objective).enumerated()
    where value.isFinite && (value != last || number == end) {
      corners.append((panel.horizontal(Double(number)), panel.vertical(value)))
      last = value
    }
    text += Panel.path(corners, "leader", isStaircase: true)
    var entries = [
      (mark: Self.mark("mark s5"), words: "trial"), ("<path class=\"leader\" d=\"M-8 0h16\"/>", "best so far"),
    ]
    if dots.contains(where: { $0.style == "hollow" }) { entries.append((Self.mark("hollow"), "breaks constraints")) }
    if marks[.pruned] != nil { entries.append((Self.tick, "pruned")) }
    if marks[.failed] != nil { entries.append((Self.cross, "failed")) }
    return text + legend(entries) + "</svg>\n"
  }

  private var subtitle: String {
    let aim = "\(study.directions[objective].name) \(objectiveName)"
    guard study.directions.count == 1, let number = best.first else { return aim }
    return "\(aim); best \(StudyText.values(study.trials[number], digits: 6)), trial \(number)"
  }

  /// Values on the way of trials; the best ones strongest, pruned ones dashed.
  package func intermediate() throws(NothingToDraw) -> String {
    let all = study.trials.filter { !$0.intermediate.isEmpty }
    guard !all.isEmpty else {
      throw NothingToDraw("no trial of \(name) has reported values on its way; there are no curves to draw")
    }
    let ended = all.filter { $0.state == .complete && objective < $0.values.count && !$0.values[objective].isNaN }
    let others = all.filter { $0.state != .complete }
    let limit = 200
    let shown = selection(ended, atMost: limit)
    let step = max(1, (others.count + limit - 1) / limit)
    let rest = others.indices.filter { $0.isMultiple(of: step) }.map { others[$0] }
    let points = (shown + rest).flatMap(\.intermediate)
    let panel = Panel(
      left: 90, top: 70, width: width - 114, height: 260, x: PlotAxis(whole: points.map(\.step)),
      y: PlotAxis(values: points.map(\.value)))
    func curve(_ trial: TrialRecord, _ style: String) -> String {
      let points = trial.intermediate.filter(\.value.isFinite).map {
        (panel.horizontal(Double($0.step)), panel.vertical($0.value))
      }
      // One point makes no line.
      guard points.count > 1 else { return panel.dots(points.map { ($0.0, $0.1, "hollow", "trial \(trial.number)") }) }
      return Panel.path(points, style)
    }
    let cut = all.count > shown.count + rest.count ? "\(shown.count + rest.count) of " : ""
    var text = head(
      "intermediate values", "\(cut)\(Numbers.counted(all.count, "trial")); the better, the stronger", height: 400)
    text += panel.grid(x: "step", y: "value on the way")
    for trial in rest { text += curve(trial, "gone") }
    for (trial, shade) in zip(shown, shades(shown)) { text += curve(trial, "thin \(shade)") }
    if let last = shown.last { text += curve(last, "leader") }
    var entries = [(mark: "<path class=\"leader\" d=\"M-8 0h16\"/>", words: "best")]
    if !rest.isEmpty { entries.append(("<path class=\"gone\" d=\"M-8 0h16\"/>", "not complete")) }
    return text + legend(shown.isEmpty ? Array(entries.dropFirst()) : entries) + "</svg>\n"
  }
}
