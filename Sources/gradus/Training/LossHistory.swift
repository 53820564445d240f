// SPDX-License-Identifier: Apache-2.0
import GradusDashboard

/// The losses of a training over its steps, thinned so that memory stays bounded however long it is.
///
/// What is kept depends on steps alone: a run that was resumed from its log draws the same picture.
struct LossHistory {
  /// Numbers at increasing steps, every `stride`-th of them.
  struct Curve {
    private(set) var points: [(step: Int, loss: Double)] = []
    private(set) var last: (step: Int, loss: Double)?
    private var stride = 1
    private var seen = 0

    mutating func add(_ step: Int, _ loss: Double) {
      last = (step, loss)
      seen += 1
      guard (seen - 1).isMultiple(of: stride) else { return }
      points.append((step, loss))
      guard points.count >= LossHistory.capacity else { return }
      points = points.indices.compactMap { $0.isMultiple(of: 2) ? points[$0] : nil }
      stride *= 2
    }

    /// With the last one in any case.
    var all: [(step: Int, loss: Double)] {
      guard let last, last.step != points.last?.step else { return points }
      return points + [last]
    }
  }

  private static let capacity = 2_000
  private(set) var smoothed = Curve()
  private(set) var heldOut = Curve()
  private var average = 0.0
  private var weight = 1.0

  /// The next step. The moving average is that of the trainer.
  mutating func add(_ entry: TrainingLog.Entry) {
    if entry.loss.isFinite {
      average = 0.98 * average + 0.02 * entry.loss
      weight *= 0.98
      smoothed.add(entry.step, average / (1 - weight))
    }
    if let loss = entry.heldOut, loss.isFinite { heldOut.add(entry.step, loss) }
  }
}
