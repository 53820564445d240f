// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Runs a workflow on one place of data after the other and keeps the calls of those that went well.
///
///     teacher at place i: the workflow with what was kept so far and labels of other places;   kept when score ≥ threshold
///     until `wanted` places were kept, or all were tried `rounds` times
///
/// Source: Khattab et al., "DSPy" (2023), section 4, BootstrapFewShot.
struct ExemplarBootstrap: Sendable, Codable {
  let wanted: Int
  let threshold: Double
  /// Places in the order in which they are tried, the last first.
  private var waiting: [Int]
  /// Labels in the order in which they are shown.
  private let labels: [Int]
  private(set) var pool: ExemplarPool
  private(set) var kept = 0
  private var stream: RandomStream
  private var runs = 0

  init(_ places: [Int], wanted: Int, most: Int, rounds: Int, threshold: Double, stream: RandomStream) {
    self.wanted = wanted
    self.threshold = threshold
    self.stream = stream
    labels = places
    waiting = Array([[Int]](repeating: places, count: max(1, rounds)).joined().reversed())
    pool = ExemplarPool(most: most)
  }

  /// The next run; nil when there are enough, or all were tried.
  func next(_ program: LanguageProgram) -> WorkflowTurn? {
    guard kept < wanted, let place = waiting.last else { return nil }
    return .run(
      pool.assignment(program, labels: labels, without: place), on: [SelectionItem(place)],
      stream: stream.child("run", runs))
  }

  mutating func tell(_ outcome: WorkflowOutcome, _ program: LanguageProgram) {
    guard let place = waiting.popLast() else { return }
    runs += 1
    guard let score = outcome.scores.first, score >= threshold, let calls = outcome.calls.first else { return }
    kept += 1
    pool.add(calls, at: place, of: program, &stream)
    // A place that was kept is not tried again.
    waiting.removeAll { $0 == place }
  }

  /// The workflow with what was kept, filled up with labels.
  func assignment(_ program: LanguageProgram) -> Assignment { pool.assignment(program, labels: labels) }
}
