// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Studies and trials as people read them.
package enum StudyText {
  /// One line without control characters, which could steer a terminal; a long one is cut.
  package static func plain(_ text: String, limit: Int = 80) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x0D, 0x09: result += " "
      case ..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result.count > limit ? String(result.prefix(limit - 1)) + "…" : result
  }

  /// A value of a parameter or an attribute.
  package static func value(_ value: JSONValue?, digits: Int = 6) -> String {
    switch value {
    case nil: "–"
    case .string(let text): plain(text, limit: 40)
    case .number(let number): Numbers.short(number, digits: digits)
    case .some(let other): plain(other.description, limit: 40)
    }
  }

  /// `minimize loss, maximize speed`.
  package static func directions(_ study: StudyRecord) -> String {
    if study.objectiveNames == ["value"] { return study.directions.map(\.name).joined() }
    return zip(study.directions, study.objectiveNames).map { "\($0.name) \(plain($1))" }.joined(separator: ", ")
  }

  /// `40 complete, 2 running`.
  package static func counts(_ summary: StudySummary) -> String {
    let order: [TrialState] = [.complete, .pruned, .failed, .running, .waiting]
    let parts = order.filter { summary.count($0) > 0 }.map { "\(Numbers.count(summary.count($0))) \($0.name)" }
    return parts.isEmpty ? "no trials" : parts.joined(separator: ", ")
  }

  package static func values(_ trial: TrialRecord, digits: Int = 8) -> String {
    trial.values.isEmpty ? "–" : trial.values.map { Numbers.short($0, digits: digits) }.joined(separator: ", ")
  }

  /// `3 min 20 s ago`; a clock that was turned back gives "just now".
  package static func ago(_ time: Timestamp?, now: Timestamp) -> String {
    guard let time else { return "–" }
    let seconds = now.seconds(since: time)
    guard seconds >= 1 else { return "just now" }
    return seconds < 172_800 ? "\(Numbers.time(seconds.rounded(.down))) ago" : "\(Int(seconds / 86_400)) days ago"
  }

  /// How long a trial has taken or runs.
  package static func seconds(_ trial: TrialRecord, now: Timestamp) -> String {
    if let seconds = trial.seconds { return Numbers.time(max(0, seconds)) }
    guard trial.state == .running, let started = trial.started else { return "–" }
    return "\(Numbers.time(max(0, now.seconds(since: started)))) so far"
  }

  /// `lr=0.01, act=relu`.
  package static func parameters(_ trial: TrialRecord, in study: StudyRecord) -> String {
    study.values(of: trial).map { "\(plain($0.name, limit: 40))=\(value($0.value))" }.joined(separator: ", ")
  }

  /// The best trial, or how many there are.
  package static func best(_ study: StudyRecord, _ summary: StudySummary) -> String {
    if study.directions.count > 1 { return "front of \(Numbers.counted(summary.best.count, "trial"))" }
    return summary.best.first.map { values(study.trials[$0]) } ?? "–"
  }

  package static func counts(json summary: StudySummary) -> JSONValue {
    .object(TrialState.allCases.map { .init($0.name, .integer(summary.count($0))) })
  }
}
