// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Tells on standard error how far a study is: a live line with a table of trials on a terminal, a plain line for each ended trial
/// elsewhere.
final class StudyShow {
  private let plan: StudyPlan
  private let isQuiet: Bool
  private let isLive: Bool
  private let began = ContinuousClock.now
  private var next = 0.2
  /// Lines that are on the terminal now.
  private var drawn = 0
  /// Trials of this call that have ended in it.
  private var (ended, failed, pruned) = (0, 0, 0)
  private var trials: LiveTrials
  private var best: (value: Double, trial: Int)?

  init(_ plan: StudyPlan, isQuiet: Bool, isLive: Bool = Console.isWatched) {
    self.plan = plan
    self.isQuiet = isQuiet
    self.isLive = isLive
    trials = LiveTrials(plan)
  }

  /// What an earlier call has reached.
  func begin(with best: TrialRecord?) {
    self.best = best.flatMap { trial in trial.values.first.map { ($0, trial.number) } }
  }

  func note(_ news: StudyWork.News) {
    switch news {
    case .began(let trial): trials.begin(trial.number)
    case .reported(let trial, let step, let value): trials.report(trial.number, step: step, value: value)
    case .lost(let trials):
      say("trials \(trials.map(String.init).joined(separator: ", ")) were lost and are tried again")
    case .noted(let text): say(text)
    case .ended(let trial, let outcome, let seconds):
      trials.end(trial.number, outcome, seconds: seconds)
      ended += 1
      note(trial, outcome, seconds)
    }
  }

  private func note(_ trial: OpenTrial, _ outcome: TrialOutcome, _ seconds: Double) {
    var words: String
    switch outcome {
    case .complete(let values, let constraints, _):
      words = zip(plan.objectives, values).map { "\($0.name) \(Numbers.short($1))" }.joined(separator: ", ")
      if constraints.contains(where: { $0 > 0 }) {
        words += ", breaks a constraint"
      } else if plan.objectives.count == 1, let value = values.first {
        let sign = plan.objectives[0].direction.sign
        if best.map({ sign * value < sign * $0.value }) ?? true {
          best = (value, trial.number)
          words += " – the best so far"
        }
      }
    case .pruned:
      pruned += 1
      words = "pruned"
    case .failed(let reason, _):
      failed += 1
      words = "failed: \(reason)"
    }
    if !isLive { say("trial \(trial.number): \(words) (\(Numbers.time(seconds)))") }
  }

  /// Draws the live line and its table, at most some times a second. `count`: ended trials of the study.
  func draw(count: Int) {
    let seconds = (ContinuousClock.now - began).seconds
    guard isLive, !isQuiet, seconds >= next else { return }
    var words: [String] = []
    if let best { words.append("best \(Numbers.short(best.value)) (trial \(best.trial))") }
    words.append(plan.trials.map { "\(count)/\($0) trials" } ?? Numbers.counted(count, "trial"))
    if trials.runningCount > 0 { words.append("\(trials.runningCount) running") }
    if failed > 0 { words.append("\(failed) failed") }
    if pruned > 0 { words.append("\(pruned) pruned") }
    words.append(Numbers.time(seconds))
    var bar = ""
    if let trials = plan.trials {
      let filled = 20 * min(count, trials) / max(1, trials)
      bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled) + "  "
      if ended > 0, count < trials {
        words.append("about \(Numbers.time(seconds / Double(ended) * Double(trials - count))) left")
      }
    }
    let width = max(20, Console.width - 1)
    let lines = ["\(plan.name)  \(bar)\(words.joined(separator: "  "))"] + trials.lines
    Console.error(Console.erased(drawn) + lines.map { String($0.prefix(width)) }.joined(separator: "\n"))
    drawn = lines.count
    next = seconds + 0.1
  }

  func say(_ text: String) {
    guard !isQuiet else { return }
    clear()
    Console.error("\(text)\n")
  }

  /// Takes what is live away, so that what follows stands at its place.
  func clear() {
    if drawn > 0 { Console.error(Console.erased(drawn)) }
    drawn = 0
  }
}
