// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Pictures of a study as self-contained SVG that suit light and dark surroundings.
package struct StudyPicture {
  package enum Kind: String, CaseIterable, Sendable {
    case history, parallel, slice, front, importance, intermediate

    package var heading: String {
      switch self {
      case .history: "History"
      case .parallel: "Parallel coordinates"
      case .slice: "Slices"
      case .front: "Pareto front"
      case .importance: "Importance"
      case .intermediate: "Intermediate values"
      }
    }
  }

  package let study: StudyRecord
  package let objective: Int
  package let columns: StudyColumns
  package let best: [Int]
  package let width = 860.0

  package init(_ study: StudyRecord, objective: Int) {
    self.study = study
    self.objective = objective
    columns = StudyColumns(study)
    best = study.best
  }

  /// The picture, or a failure that says why there is none.
  package func svg(_ kind: Kind) throws(NothingToDraw) -> String {
    switch kind {
    case .history: try history()
    case .parallel: try parallel()
    case .slice: try slices()
    case .front: try front()
    case .importance: try importance()
    case .intermediate: try intermediate()
    }
  }

  // MARK: What pictures share

  package var name: String { StudyText.plain(study.name) }
  package var objectiveName: String { StudyText.plain(study.objectiveNames[objective], limit: 40) }
  package var sign: Double { study.directions[objective].sign }

  /// Complete trials with a finite value of the objective, in order of their numbers.
  package func complete() throws(NothingToDraw) -> [TrialRecord] {
    let trials = study.trials.filter {
      $0.state == .complete && objective < $0.values.count && $0.values[objective].isFinite
    }
    guard trials.isEmpty else { return trials }
    throw NothingToDraw("the study \(name) has no complete trial with a finite value; there is nothing to draw")
  }

  /// The best trials, and of the others as many as there is room for, evenly; the worst come first.
  package func selection(_ trials: [TrialRecord], atMost limit: Int) -> [TrialRecord] {
    let sorted = trials.sorted { (sign * $0.values[objective], $0.number) > (sign * $1.values[objective], $1.number) }
    guard sorted.count > limit else { return sorted }
    let (best, others) = (sorted.suffix(limit / 2), sorted.dropLast(limit / 2))
    let step = Double(others.count) / Double(limit - limit / 2)
    return (0..<limit - limit / 2).map { others[Int(Double($0) * step)] } + best
  }

  /// One of eight shades: the eighth is the strongest.
  package static func shade(_ share: Double) -> String { "s\(min(7, max(0, Int(8 * share))))" }

  /// Shades by rank, so that outliers do not take all of them.
  package func shades(_ worstFirst: [TrialRecord]) -> [String] {
    let n = Double(max(1, worstFirst.count - 1))
    return worstFirst.indices.map { Self.shade(Double($0) / n) }
  }

  package func head(_ kind: String, _ subtitle: String, height: Double) -> String {
    Frame(width: width, height: height).head("\(StudyText.plain(study.name, limit: 50)): \(kind)", subtitle)
      + Self.style
  }

  /// Marks with their meaning in the line of the subtitle, at the right.
  package func legend(_ entries: [(mark: String, words: String)]) -> String {
    var (text, x) = ("", width - 24)
    for entry in entries.reversed() {
      x -= 6.6 * Double(entry.words.count)
      text += Panel.words(entry.words, x, 46, anchor: "start", style: "ink")
      text += "<g transform=\"translate(\(Panel.n(x - 12)) 42)\">\(entry.mark)</g>\n"
      x -= 34
    }
    return text
  }

  package static func mark(_ style: String) -> String { "<circle class=\"\(style)\" r=\"3.5\"/>" }
  package static let cross = "<path class=\"cross\" d=\"M-3.5-3.5l7 7m0-7l-7 7\"/>"
  package static let tick = "<path class=\"tick\" d=\"M0-4v8\"/>"

  private static let style: String = {
    let light = ["#d3dae3", "#bccadb", "#9db6d3", "#7b9fcb", "#5888c2", "#3a71b6", "#1f5ba8", "#0a4694"]
    let dark = ["#37414d", "#3e5167", "#466385", "#5077a3", "#5f8cc0", "#76a4dc", "#93bdf0", "#b5d6ff"]
    func shades(_ colors: [String]) -> String {
      colors.enumerated().map { "--s\($0): \($1);" }.joined(separator: " ")
    }
    let classes = light.indices.map { ".s\($0) { --shade: var(--s\($0)); }" }.joined(separator: " ")
    return """
      <style>
      svg { --bad: #b3261e; \(shades(light)) }
      @media (prefers-color-scheme: dark) { svg { --bad: #ff8a80; \(shades(dark)) } }
      \(classes)
      .mark { fill: var(--shade); } .thin { fill: none; stroke: var(--shade); stroke-width: 1.3; }
      .hollow { fill: none; stroke: var(--faint); } .best { fill: var(--bound); } .tick { stroke: var(--faint); }
      .leader { fill: none; stroke: var(--bound); stroke-width: 2; stroke-linejoin: round; }
      .cross { fill: none; stroke: var(--bad); stroke-width: 1.5; } .band { fill: var(--grid); fill-opacity: .4; }
      .bar { fill: var(--value); } .gone { fill: none; stroke: var(--faint); stroke-dasharray: 3 3; }
      .axis { stroke: var(--faint); }
      .halo { paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
      </style>

      """
  }()
}
