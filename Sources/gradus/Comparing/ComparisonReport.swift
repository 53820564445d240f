// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A comparison of update rules as text, as JSON and as one page without outside resources.
struct ComparisonReport {
  let comparison: RuleComparison
  let outcome: RuleComparison.Outcome
  let seed: UInt64
  let seconds: Double

  private var names: [String] { comparison.contestants.map(\.name) }
  private var times: [[Double]] { outcome.studies.medians }
  private var profiles: PerformanceProfiles { PerformanceProfiles(times: times, variants: comparison.variants) }

  /// Contestants by score, the best first; equal ones as they were named.
  private var ranking: [Int] {
    let scores = profiles.scores
    return names.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
  }

  /// Steps over those of the fastest; nil for held-out variants, which come last and have no score of their own.
  private func ratio(_ contestant: Int, _ workload: Int) -> Double? {
    let ratios = profiles.ratios[contestant]
    return workload < ratios.count ? ratios[workload] : nil
  }

  /// What every study did, in a few words.
  private var tuning: String {
    comparison.calibration > 0
      ? "one setting of \(comparison.calibration) for all workloads" : "fastest of \(comparison.trials) learning rates"
  }

  /// The setting of a contestant for all workloads; nil where every workload has its own.
  private func setting(_ contestant: Int) -> String? {
    guard outcome.calibrations.indices.contains(contestant) else { return nil }
    let calibration = outcome.calibrations[contestant]
    let setting = calibration.settings[calibration.choice]
    let changes = setting.changes.map { change in
      "\(change.name) \(Double(change.value).map { Numbers.short($0, digits: 3) } ?? change.value)"
    }
    let schedule =
      "warm-up \(Numbers.short(setting.warmup, digits: 2)), length \(Numbers.short(setting.length, digits: 2))"
    return (changes + [schedule]).joined(separator: ", ")
  }

  private func steps(_ value: Double) -> String { value.isFinite ? Numbers.short(value, digits: 4) : "missed" }

  /// The tuned learning rate of a contestant on a workload: the middle one of the studies' fastest trials.
  private func rate(_ contestant: Int, _ workload: Int) -> Double? {
    let best = outcome.trials[contestant][workload].compactMap { study in
      study.filter { $0.steps.isFinite }.min { $0.steps < $1.steps }?.rate
    }
    return best.isEmpty ? nil : best.sorted()[(best.count - 1) / 2]
  }

  var text: String {
    var table = Table(
      ["rule", "score"] + comparison.workloads.map(\.name), numeric: Set(1...comparison.workloads.count + 1))
    table.rows.append(
      ["target", ""] + outcome.targets.map { Numbers.short($0, digits: 4) })
    for c in ranking {
      table.rows.append([names[c], Numbers.short(profiles.scores[c], digits: 3)] + times[c].map(steps))
    }
    let settings = ranking.compactMap { c in setting(c).map { "\n  \(names[c]): \($0)" } }
    return table.text
      + "\nSteps to the target of the held-out loss: \(tuning), median of "
      + "\(comparison.studies) studies.\(settings.joined())\n\(outcome.trainings) trainings in \(Numbers.time(seconds)), seed \(seed).\n"
  }

  var json: JSONValue {
    let contestants: [JSONValue] = ranking.map { c in
      let workloads: [JSONValue] = comparison.workloads.indices.map { w in
        [
          "name": .string(comparison.workloads[w].name), "steps": .number(times[c][w]),
          "ratio": JSONValue(ratio(c, w)), "rate": rate(c, w).map { .number($0) } ?? .null,
          "studies": .array(outcome.studies.times[c][w].map { .number($0) }),
          "variantOf": JSONValue(comparison.variants[w].map { comparison.workloads[$0].name }),
        ]
      }
      return [
        "rule": .string(names[c]), "score": .number(profiles.scores[c]), "setting": JSONValue(setting(c)),
        "workloads": .array(workloads),
      ]
    }
    let targets: [JSONValue] = comparison.workloads.indices.map { w in
      [
        "name": .string(comparison.workloads[w].name), "target": .number(outcome.targets[w]),
        "setBy": .string(outcome.setBy[w]), "steps": .integer(comparison.workloads[w].steps),
      ]
    }
    return [
      "schema": "gradus.comparison/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "trials": .integer(comparison.trials), "calibration": .integer(comparison.calibration),
      "studies": .integer(comparison.studies),
      "trainings": .integer(outcome.trainings), "seconds": .number(seconds), "targets": .array(targets),
      "rules": .array(contestants),
    ]
  }

  var html: String {
    let remark = """
      Gradus \(escaped(gradusVersion)), \(outcome.trainings) trainings in \(escaped(Numbers.time(seconds))), seed \(seed).
      A workload's time is the median over \(comparison.studies == 1 ? "one study" : "\(comparison.studies) studies") of the steps to the target (\(tuning)): 95 % of the way from the held-out loss at the start to that of the best of four tuned
      reference rules. The score is the area under the profile: 1 for the fastest everywhere.
      """
    var page = HTMLPage("Update rules compared", remark: remark)
    page.add(heading: "Performance profiles")
    page.add(picture: ProfilePlot(names: names, profiles: profiles, order: ranking).svg)
    page.add(heading: "Steps to the target")
    page.body += """
      <div class="wide"><table>
      <tr><th>Rule</th><th class="number">Score</th>\(comparison.workloads.map { head($0.name) }.joined())</tr>
      \(ranking.map(row).joined())</table></div>

      """
    page.add(heading: "Workloads")
    page.body += """
      <div class="wide"><table>
      <tr><th>Name</th><th>What it is</th><th class="number">Parameters</th><th class="number">Steps</th>
      <th class="number">Target</th><th>Set by</th></tr>
      \(comparison.workloads.indices.map(workload).joined())</table></div>
      \(found)

      """
    return page.text
  }

  private var found: String {
    if comparison.calibration > 0 {
      let rows = ranking.map { "<tr><td>\(escaped(names[$0]))</td><td>\(escaped(setting($0) ?? ""))</td></tr>\n" }
      return "<h2>Settings found</h2>\n<div class=\"wide\"><table>\n<tr><th>Rule</th><th>Setting</th></tr>\n"
        + rows.joined() + "</table></div>"
    }
    return "<h2>Learning rates found</h2>\n<div class=\"wide\"><table>\n<tr><th>Rule</th>"
      + comparison.workloads.map { head($0.name) }.joined() + "</tr>\n" + ranking.map(rates).joined()
      + "</table></div>"
  }

  private func head(_ name: String) -> String { "<th class=\"number\">\(escaped(name))</th>" }

  private func row(_ c: Int) -> String {
    let cells = times[c].indices.map { w in
      let isBest = ratio(c, w) == 1
      return "<td class=\"number\(isBest ? " best" : "")\">\(steps(times[c][w]))</td>"
    }
    return "<tr><td>\(escaped(names[c]))</td><td class=\"number\">\(Numbers.short(profiles.scores[c], digits: 3))</td>"
      + cells.joined() + "</tr>\n"
  }

  private func rates(_ c: Int) -> String {
    let cells = comparison.workloads.indices.map { w in
      "<td class=\"number\">\(rate(c, w).map { Numbers.short($0, digits: 2) } ?? "–")</td>"
    }
    return "<tr><td>\(escaped(names[c]))</td>\(cells.joined())</tr>\n"
  }

  private func workload(_ w: Int) -> String {
    let workload = comparison.workloads[w]
    return "<tr><td>\(escaped(workload.name))</td><td>\(escaped(workload.summary))</td>"
      + "<td class=\"number\">\(Numbers.count(workload.layout.count))</td><td class=\"number\">\(workload.steps)</td>"
      + "<td class=\"number\">\(Numbers.short(outcome.targets[w], digits: 4))</td>"
      + "<td>\(escaped(outcome.setBy[w]))</td></tr>\n"
  }
}
