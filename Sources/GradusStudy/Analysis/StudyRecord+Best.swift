// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusMultiObjective

extension TrialRecord {
  /// Values of constraints, at most 0 where they are kept: the list `constraints` of the system attributes, and the numbers
  /// `constraints:NAME`, as optuna writes them. A value that is no number is NaN.
  public var constraints: [Double] {
    guard !systemAttributes.isEmpty else { return [] }
    var values: [Double] = []
    for attribute in systemAttributes {
      if attribute.name == "constraints" {
        values += attribute.value.elements?.map { $0.double ?? .nan } ?? []
      } else if attribute.name.hasPrefix("constraints:") {
        values.append(attribute.value.double ?? .nan)
      }
    }
    return values
  }

  /// Whether every constraint is kept; a trial without constraints keeps them.
  public var keepsConstraints: Bool { constraints.allSatisfy { $0 <= 0 } }

  /// Whether the trial is complete, has a number for each of `count` objectives, and keeps its constraints.
  public func isCandidate(objectives count: Int) -> Bool {
    state == .complete && values.count == count && count > 0 && !values.contains { $0.isNaN } && keepsConstraints
  }
}

extension StudyRecord {
  /// What the objectives are called: the names that optuna keeps in the system attribute `study:metric_names`, else `value`,
  /// or `value 1`, `value 2`, ….
  public var objectiveNames: [String] {
    let names = attribute(.system, "study:metric_names")?.elements?.compactMap(\.text) ?? []
    if names.count == directions.count { return names }
    return directions.count == 1 ? ["value"] : directions.indices.map { "value \($0 + 1)" }
  }

  /// Numbers of the best trials, in ascending order: with one objective the first trial with the best value, with several
  /// every trial that no other one dominates. Only complete trials that keep their constraints count.
  public var best: [Int] {
    guard directions.count != 1 else { return bestOfOne.map { [$0] } ?? [] }
    let candidates = trials.indices.filter { trials[$0].isCandidate(objectives: directions.count) }
    guard !candidates.isEmpty else { return [] }
    let signs = directions.map(\.sign)
    let points = ObjectiveMatrix(candidates.map { i in zip(trials[i].values, signs).map { $0 * $1 } })
    return NonDominatedSorting.firstFront(of: points).map { candidates[$0] }
  }

  private var bestOfOne: Int? {
    let sign = directions[0].sign
    var (best, number): (Double, Int?) = (.infinity, nil)
    for (k, trial) in trials.enumerated() where trial.state == .complete {
      // Constraints are looked up last: of many trials few have a better value than all before.
      guard let value = trial.values.first, sign * value < best || number == nil, trial.isCandidate(objectives: 1)
      else {
        continue
      }
      (best, number) = (sign * value, k)
    }
    return number
  }

  /// The best value of one objective after each trial, by numbers; NaN before the first candidate. Pruned trials do not count.
  public func bestSoFar(_ objective: Int = 0) -> [Double] {
    guard directions.indices.contains(objective) else { return [] }
    let sign = directions[objective].sign
    var best = Double.nan
    return trials.map { trial in
      if trial.isCandidate(objectives: directions.count) {
        let value = trial.values[objective]
        if best.isNaN || sign * value < sign * best { best = value }
      }
      return best
    }
  }
}
