// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Ends an evaluation that is worse than the middle one of the others at the same step.
///
///     b(i, t) = min over steps ≤ t of the values that evaluation i reported
///     i ends at t   where   t ≥ warmup,   at least `trials` others got to t,   b(i, t) > median over those j of b(j, t)
///
/// Values are to be minimized; a value that is no number ends its evaluation. Steps may be any whole numbers, and come in any order.
struct MedianPruning: Sendable, Hashable {
  /// Others that must have got to the step before anything ends.
  var trials = 5
  /// Steps before this one end nothing.
  var warmup = 0
  private var curves: [Int: Curve] = [:]

  init(trials: Int = 5, warmup: Int = 0) {
    self.trials = trials
    self.warmup = warmup
  }

  /// The values of one evaluation: where the best one improved, by step, and the last step.
  private struct Curve: Sendable, Hashable {
    var steps: [Int] = []
    var values: [Double] = []
    var last = Int.min

    /// NaN where nothing that is a number was reported.
    func best(at step: Int) -> Double {
      let place = steps.firstIndex { $0 > step } ?? steps.count
      return place > 0 ? values[place - 1] : .nan
    }

    mutating func hear(_ value: Double, at step: Int) {
      last = max(last, step)
      guard !value.isNaN else { return }
      let before = best(at: step)
      guard before.isNaN || value < before else { return }
      let place = steps.firstIndex { $0 >= step } ?? steps.count
      // What was reported for later steps and is no better is no improvement any more.
      let end = steps[place...].indices.first { values[$0] < value } ?? steps.count
      steps.replaceSubrange(place..<end, with: [step])
      values.replaceSubrange(place..<end, with: [value])
    }
  }

  /// True when evaluation `id` should end.
  mutating func report(id: Int, step: Int, value: Double) -> Bool {
    curves[id, default: Curve()].hear(value, at: step)
    if value.isNaN { return true }
    guard step >= warmup, let own = curves[id]?.best(at: step) else { return false }
    let others = curves.compactMap { $0.key != id && $0.value.last >= step ? $0.value.best(at: step) : nil }
    guard others.count >= max(1, trials) else { return false }
    let sorted = others.map { $0.isNaN ? .infinity : $0 }.sorted()
    let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
    let median = low == high ? low : low + (high - low) / 2
    return own > median
  }

  /// Everything reported, as text for a saved state.
  var json: JSONValue {
    let known = curves.sorted { $0.key < $1.key }.map { id, curve -> JSONValue in
      [
        "id": .integer(id), "steps": .array(curve.steps.map { .integer($0) }),
        "values": JSONValue(numbers: curve.values), "last": .integer(curve.last),
      ]
    }
    return ["trials": .integer(trials), "warmup": .integer(warmup), "curves": .array(known)]
  }

  /// What `json` wrote; nil where it is damaged.
  init?(json: JSONValue) {
    guard let trials = json["trials"]?.whole, let warmup = json["warmup"]?.whole,
      let known = json["curves"]?.elements
    else { return nil }
    self.init(trials: trials, warmup: warmup)
    for entry in known {
      guard let id = entry["id"]?.whole, let steps = entry["steps"]?.elements?.compactMap(\.whole),
        let values = entry["values"]?.doubles, let last = entry["last"]?.whole, steps.count == values.count
      else { return nil }
      curves[id] = Curve(steps: steps, values: values, last: last)
    }
  }
}
