// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What was tried, as the journal of a run tells it.
struct ImproveHistory {
  /// One assignment on some rows.
  struct Trial {
    var assignment: Assignment
    var outcome: WorkflowOutcome
    /// How many rows it was tried on.
    var rows: Int
    /// Questions that were asked for advice before it.
    var advice: Int
  }

  private(set) var runs: [Trial] = []
  private(set) var advice = 0

  /// Reads a journal; lines that belong to no run are passed over.
  init(_ path: String) throws {
    var questions: [Int: WorkflowTurn] = [:]
    for line in try AtomicFile.read(path).split(separator: 10) {
      guard let entry = try? JSONValue(parsing: Array(line)), let ticket = entry["ticket"]?.whole,
        let content = entry["content"]?.text
      else { continue }
      switch entry["event"]?.text {
      case "asked": questions[ticket] = try? Coding.decode(WorkflowTurn.self, from: Array(content.utf8))
      case "answered":
        guard let question = questions.removeValue(forKey: ticket),
          let answer = try? Coding.decode(WorkflowTurn.Answer.self, from: Array(content.utf8))
        else { continue }
        switch (question, answer) {
        case (.run(let assignment, let items, _), .outcome(let outcome)):
          runs.append(Trial(assignment: assignment, outcome: outcome, rows: items.count, advice: advice))
        default: advice += 1
        }
      default: continue
      }
    }
  }

  /// Different assignments in the order in which they were first tried, each with all it was tried on.
  var assignments: [(assignment: Assignment, mean: Double, rows: Int, trials: Int)] {
    var order: [Assignment] = []
    var sums: [Assignment: (sum: Double, rows: Int, trials: Int)] = [:]
    for trial in runs {
      if sums[trial.assignment] == nil { order.append(trial.assignment) }
      let old = sums[trial.assignment] ?? (0, 0, 0)
      sums[trial.assignment] = (
        old.sum + trial.outcome.mean * Double(trial.rows), old.rows + trial.rows, old.trials + 1
      )
    }
    return order.compactMap { one in
      sums[one].map { (one, $0.rows == 0 ? 0 : $0.sum / Double($0.rows), $0.rows, $0.trials) }
    }
  }
}
