// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// The trials that run and the last that have ended, as the rows of a table that is drawn anew while a study goes on.
struct LiveTrials {
  private struct Running {
    var number: Int
    var began: ContinuousClock.Instant
    /// The last value from its middle.
    var words = ""
  }

  private let title: String
  private var running: [Running] = []
  /// The last first.
  private var ended: [[String]] = []

  /// The largest number of rows of each kind.
  private static let most = (running: 8, ended: 6)

  init(_ plan: StudyPlan) {
    title = plan.objectives.map { StudyText.plain($0.name, limit: 20) }.joined(separator: ", ")
  }

  var runningCount: Int { running.count }

  mutating func begin(_ number: Int) { running.append(Running(number: number, began: .now)) }

  mutating func report(_ number: Int, step: Int, value: Double) {
    guard let place = running.firstIndex(where: { $0.number == number }) else { return }
    running[place].words = "\(Numbers.short(value)) at \(step)"
  }

  mutating func end(_ number: Int, _ outcome: TrialOutcome, seconds: Double) {
    running.removeAll { $0.number == number }
    let (state, words): (String, String) =
      switch outcome {
      case .complete(let values, let constraints, _):
        (
          constraints.contains { $0 > 0 } ? "breaks a constraint" : "complete",
          values.map { Numbers.short($0) }.joined(separator: ", ")
        )
      case .pruned: ("pruned", "")
      case .failed(let reason, _): ("failed", StudyText.plain(reason, limit: 48))
      }
    ended.insert(["\(number)", state, words, Numbers.time(seconds)], at: 0)
    if ended.count > Self.most.ended { ended.removeLast() }
  }

  /// The rows under their titles; none as long as there is no trial.
  var lines: [String] {
    var table = Table(["trial", "state", title, "time"], numeric: [0, 3])
    for trial in running.suffix(Self.most.running).reversed() {
      // Whole tenths of seconds, so that columns stay where they are.
      let seconds = (10 * (ContinuousClock.now - trial.began).seconds).rounded() / 10
      table.rows.append(["\(trial.number)", "running", trial.words, Numbers.time(seconds)])
    }
    table.rows += ended
    return table.rows.isEmpty ? [] : table.text.split(separator: "\n").map(String.init)
  }
}
