// SPDX-License-Identifier: Apache-2.0
import Gradus

extension TrainingSpec {
  /// What the rate is multiplied by at each step.
  func schedule(_ command: TrainCommand) throws -> Schedule {
    if let refinement = parts.refinement { return try refined(refinement, command) }
    var made = Schedule(
      peak: 1, shape: schedule, warmup: warmup, steps: max(steps, warmup + 1), floor: parts.floor)
    made.decayShare = parts.fall
    return made
  }

  /// From the norms of the steps in a log; steps without one are left out.
  private func refined(_ wanted: TrainingParts.Refinement, _ command: TrainCommand) throws -> Schedule {
    if let log = command.log, log == wanted.path {
      throw Failure(.usage, "--log \(log) would overwrite the log that the schedule is refined from; name another file")
    }
    let norms = try TrainingLog.entries(of: wanted.path).map(\.norm).filter(\.isFinite)
    // Steps of rules that do not divide by the size of a gradient are those of gradient descent.
    let plain = ["sgd", "sgdp"]
    let refinement = ScheduleRefinement(
      norm: wanted.norm ?? (plain.contains(rule) ? .euclidean : .absolute), window: wanted.window)
    do { return try refinement.schedule(norms, peak: 1, steps: steps) } catch {
      throw Failure(.unreadable, "\(wanted.path): \(error)")
    }
  }

  /// Where rates are looked for: in multiples of the rule's own rate.
  var rateSearch: RateSearch {
    let wanted = parts.search
    let (lowest, highest) = searchedRates
    let first = wanted.firstStage ?? max(20, steps / 8)
    return RateSearch(
      lowest: lowest / rate, highest: highest / rate, firstStage: first,
      longestStage: max(first, wanted.longestStage ?? 8 * first), candidates: wanted.candidates,
      trialShare: wanted.trialShare, exploration: wanted.exploration)
  }

  /// A thirtieth of the rule's own rate to thirty times that, unless the spec says otherwise.
  var searchedRates: (lowest: Double, highest: Double) {
    (parts.search.lowest ?? rate / 30, parts.search.highest ?? rate * 30)
  }
}
