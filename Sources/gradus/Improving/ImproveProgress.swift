// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A line on standard error: steps, the best score so far, what was used.
final class ImproveProgress {
  private let isQuiet: Bool
  private let budget: ModelBudget
  private let isLive = Console.isWatched
  private var drawn = false
  private var last = ContinuousClock.now

  init(isQuiet: Bool, budget: ModelBudget) {
    self.isQuiet = isQuiet
    self.budget = budget
  }

  func note(_ steps: Int, _ best: Double?, _ count: ModelMeter.Count) {
    let wait: Double = isLive ? 0.2 : 5
    guard !isQuiet, (ContinuousClock.now - last).seconds >= wait else { return }
    last = .now
    var words = [Numbers.counted(steps, "step")]
    if let best { words.append("best \(Numbers.short(best, digits: 4))") }
    words.append(Numbers.counted(count.calls, "call") + (budget.calls.map { " of \($0)" } ?? ""))
    if count.kept > 0 { words.append("\(count.kept) kept") }
    words.append(Numbers.counted(count.usage.total, "token") + (budget.tokens.map { " of \($0)" } ?? ""))
    if count.cost > 0 { words.append("cost \(Numbers.short(count.cost, digits: 3))") }
    let failed = count.failures.values.reduce(0, +)
    if failed > 0 { words.append("\(failed) failed") }
    let line = words.joined(separator: ", ")
    Console.error(isLive ? "\r\u{1B}[K\(line.prefix(Console.width - 1))" : "gradus improve: \(line)\n")
    drawn = isLive
  }

  func clear() {
    if drawn { Console.error("\r\u{1B}[K") }
    drawn = false
  }
}
