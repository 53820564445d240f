// SPDX-License-Identifier: Apache-2.0
import Gradus

extension StudyPicture {
  /// Two objectives as a plane, three as their three projections, more as lines over the objectives.
  package func front() throws(NothingToDraw) -> String {
    let m = study.directions.count
    guard m >= 2 else {
      throw NothingToDraw(
        isForever: true, "the study \(name) has one objective, and no front; draw its history instead")
    }
    let trials = study.trials.filter { $0.isCandidate(objectives: m) && $0.values.allSatisfy(\.isFinite) }
    guard !trials.isEmpty else {
      throw NothingToDraw(
        "the study \(name) has no complete trial that keeps the constraints; there is no front yet")
    }
    let members = Set(best)
    guard m <= 3 else {
      return FrontPlot(
        title: "\(name): front", subtitle: "\(Numbers.counted(best.count, "trial")) that no other one dominates",
        front: best.map { study.trials[$0].values }, width: width
      ).svg
    }
    let names = study.objectiveNames.map { StudyText.plain($0, limit: 24) }
    let titles = zip(study.directions, names).map { "\($1) (\($0.name))" }
    let axes = (0..<m).map { k in PlotAxis(values: trials.map { $0.values[k] }) }
    let pairs = m == 2 ? [(0, 1)] : [(0, 1), (0, 2), (1, 2)]
    let (w, h) = m == 2 ? (width - 114, 300.0) : (170.0, 190.0)
    var text = head(
      "Pareto front", "\(Numbers.counted(best.count, "trial")) that no other one dominates", height: 66 + h + 60)
    for (k, pair) in pairs.enumerated() {
      let panel = Panel(
        left: 90 + Double(k) * (w + 100), top: 66, width: w, height: h, x: axes[pair.0], y: axes[pair.1])
      text += panel.grid(x: titles[pair.0], y: titles[pair.1])
      // The front lies on top.
      for isMember in [false, true] {
        let dots = trials.filter { members.contains($0.number) == isMember }.map { trial in
          (
            x: panel.horizontal(trial.values[pair.0]), y: panel.vertical(trial.values[pair.1]),
            style: isMember ? "best" : "mark s1",
            label: trials.count > Panel.mostLabels ? "" : "trial \(trial.number): \(StudyText.values(trial, digits: 6))"
          )
        }
        text += panel.dots(dots, radius: isMember ? 4 : 2.5)
      }
    }
    return text + legend([(Self.mark("best"), "front"), (Self.mark("mark s1"), "dominated")]) + "</svg>\n"
  }
}
