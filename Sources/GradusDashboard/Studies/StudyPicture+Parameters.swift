// SPDX-License-Identifier: Apache-2.0
import Gradus

extension StudyPicture {
  /// A line a trial over all parameters, the better the stronger; a gap where a trial lacks one.
  package func parallel() throws(NothingToDraw) -> String {
    let all = try complete()
    let trials = selection(all, atMost: 600)
    let shown = columns.names.indices.prefix(14)
    var axes = shown.map { (name: columns.names[$0], axis: PlotAxis(columns.distributions[$0])) }
    axes.append((study.objectiveNames[objective], PlotAxis(values: all.map { $0.values[objective] })))
    // Names that would cover each other stand aslant.
    let isSlanted = axes.contains { 7.2 * Double($0.name.count) > (width - 160) / Double(max(1, axes.count - 1)) }
    let (left, top, height) = (isSlanted ? 106.0 : 70.0, 76.0, 280.0)
    let step = (width - left - 90) / Double(max(1, axes.count - 1))
    func x(_ k: Int) -> Double { axes.count == 1 ? width / 2 : left + Double(k) * step }
    func y(_ k: Int, _ value: Double) -> Double { top + (1 - axes[k].axis.fraction(value)) * height }
    var subtitle = "the better, the stronger"
    if trials.count < all.count { subtitle += "; \(trials.count) of \(Numbers.count(all.count)) trials" }
    if shown.count < columns.names.count { subtitle += "; \(shown.count) of \(columns.names.count) parameters" }
    var text = head("parallel coordinates", subtitle, height: isSlanted ? 460 : 400)
    for (trial, shade) in zip(trials, shades(trials)) {
      let numbers = shown.map { columns.numbers(of: trial)[$0] } + [trial.values[objective]]
      var part: [(x: Double, y: Double)] = []
      let style = trial.number == trials.last?.number ? "leader" : "thin \(shade)"
      for (k, number) in numbers.enumerated() {
        if let number {
          part.append((x(k), y(k, number)))
        } else {
          text += Panel.path(part.count > 1 ? part : [], style)
          part = []
        }
      }
      text += Panel.path(part.count > 1 ? part : [], style)
    }
    for (k, entry) in axes.enumerated() {
      text += "<path class=\"axis\" d=\"M\(Panel.n(x(k))) \(Panel.n(top))v\(Panel.n(height))\"/>\n"
      let isLast = k == axes.count - 1
      for tick in entry.axis.ticks {
        let at = top + (1 - tick.at) * height
        text += Panel.words(
          tick.label, x(k) + (isLast ? 6 : -6), at + 4, anchor: isLast ? "start" : "end", style: "ink halo")
      }
      let title = StudyText.plain(entry.name)
      text +=
        isSlanted
        ? Self.slanted(title, x(k), top + height + 20)
        : Panel.words(title, x(k), top + height + 24, anchor: "middle", style: "ink")
    }
    return text + legend([("<path class=\"leader\" d=\"M-8 0h16\"/>", "best")]) + "</svg>\n"
  }

  /// A name that ends at a place; of a long one the middle is left out, because names often differ in their ends.
  private static func slanted(_ name: String, _ x: Double, _ y: Double) -> String {
    let text = name.count > 17 ? "\(name.prefix(7))…\(name.suffix(9))" : name
    return "<text class=\"ink\" font-size=\"12\" text-anchor=\"end\" "
      + "transform=\"translate(\(Panel.n(x + 4)) \(Panel.n(y))) rotate(-35)\">\(escaped(text))</text>\n"
  }

  /// The objective over each parameter by itself; later trials are stronger.
  package func slices() throws(NothingToDraw) -> String {
    let trials = try complete()
    guard !columns.names.isEmpty else {
      throw NothingToDraw("the trials of \(name) have no parameters; there is nothing to draw")
    }
    let shown = Array(columns.names.indices.prefix(24))
    let y = PlotAxis(values: trials.map { $0.values[objective] })
    let (across, h) = (min(3, shown.count), 170.0)
    let w = (width - 114 - 40 * Double(across - 1)) / Double(across)
    let rows = (shown.count + across - 1) / across
    let note = shown.count < columns.names.count ? "; \(shown.count) of \(columns.names.count) parameters" : ""
    var text = head("slices", "later trials are stronger\(note)", height: 76 + Double(rows) * (h + 62))
    let end = Double(max(1, study.trials.count - 1))
    for (k, column) in shown.enumerated() {
      let (row, place) = (k / across, k % across)
      let panel = Panel(
        left: 90 + Double(place) * (w + 40), top: 66 + Double(row) * (h + 62), width: w, height: h,
        x: PlotAxis(columns.distributions[column]), y: y)
      let band = panel.x.bands.isEmpty ? 0 : panel.width / Double(panel.x.bands.count)
      var dots: [(x: Double, y: Double, style: String, label: String)] = []
      for trial in trials {
        guard let setting = trial.parameters.last(where: { columns.columns[$0.parameter] == column }) else { continue }
        // Beside each other where they would lie in one line.
        let shift =
          band > 0 ? 0.6 * band * ((Double(trial.number) * 0.618).truncatingRemainder(dividingBy: 1) - 0.5) : 0
        dots.append(
          (
            panel.horizontal(setting.value) + shift, panel.vertical(trial.values[objective]),
            "mark " + Self.shade(0.15 + 0.85 * Double(trial.number) / end),
            trials.count > Panel.mostLabels ? "" : "trial \(trial.number): \(Numbers.short(trial.values[objective]))"
          ))
      }
      text += panel.grid(
        x: StudyText.plain(columns.names[column], limit: 30), y: objectiveName, showsY: place == 0)
      text += panel.dots(dots, radius: 2.5)
      if let number = best.first, study.directions.count == 1, trials.contains(where: { $0.number == number }),
        let setting = study.trials[number].parameters.last(where: { columns.columns[$0.parameter] == column })
      {
        text += "<circle class=\"best\" cx=\"\(Panel.n(panel.horizontal(setting.value)))\" "
        text += "cy=\"\(Panel.n(panel.vertical(study.trials[number].values[objective])))\" r=\"4\"/>\n"
      }
    }
    return text + (study.directions.count == 1 ? legend([(Self.mark("best"), "best")]) : "") + "</svg>\n"
  }

  /// Shares of variance as bars.
  package func importance() throws(NothingToDraw) -> String {
    let importance: ParameterImportance
    do { importance = try ParameterImportance(study, objective: objective) } catch {
      throw NothingToDraw(StudyText.plain(error.description, limit: 300))
    }
    let entries = Array(importance.entries.prefix(30))
    let (left, top, line) = (220.0, 66.0, 24.0)
    let room = width - left - 120
    var subtitle =
      "share of the variance of \(objectiveName) over the search space, \(Numbers.counted(importance.trials, "trial"))"
    if importance.isRough { subtitle += "; few, so shares are rough" }
    var text = head("importance", subtitle, height: top + line * Double(entries.count + 1) + 24)
    let rows =
      entries.map { (StudyText.plain($0.name, limit: 28), $0.share, "bar") } + [("together", importance.rest, "band")]
    for (k, row) in rows.enumerated() {
      let y = top + line * Double(k)
      text += Panel.words(row.0, left - 10, y + 15, anchor: "end", style: "ink")
      text += "<rect class=\"\(row.2)\" x=\"\(Panel.n(left))\" y=\"\(Panel.n(y + 3))\" rx=\"2\" "
      text += "width=\"\(Panel.n(max(1, row.1 * room)))\" height=\"16\"/>\n"
      text += Panel.words(Self.percent(row.1), left + row.1 * room + 8, y + 15, anchor: "start")
    }
    return text + "</svg>\n"
  }

  package static func percent(_ share: Double) -> String {
    "\(Numbers.short(100 * share, digits: share < 0.1 ? 2 : 3)) %"
  }
}
