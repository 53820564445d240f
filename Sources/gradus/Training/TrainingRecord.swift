// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What is told while a training runs, and kept for its log and picture.
final class TrainingRecord {
  struct Entry {
    var step: Int
    var loss: Double
    var rate: Double
    var norm: Double
  }

  private let steps: Int
  private let first: Int
  private let isQuiet: Bool
  /// Whether a log or a picture is wanted: a long training is not remembered for nothing.
  private let isKept: Bool
  private let isLive = Console.isWatched
  private let began = ContinuousClock.now
  private var next: Double
  private var isDrawn = false
  private var entries: [Entry] = []
  private var history: [History.Sample] = []

  init(steps: Int, from first: Int, isQuiet: Bool, isKept: Bool) {
    self.isKept = isKept
    self.steps = steps
    self.first = first
    self.isQuiet = isQuiet
    next = Console.isWatched ? 0.2 : 3
  }

  var seconds: Double { (ContinuousClock.now - began).seconds }

  func note(_ entry: Entry, smoothed: Double?) {
    let now = seconds
    if isKept {
      entries.append(entry)
      history.append(.init(seconds: now, answers: entry.step, value: smoothed, bound: nil, measure: entry.norm))
    }
    guard !isQuiet, now >= next else { return }
    next = now + (isLive ? 0.1 : 3)
    let share = Double(entry.step) / Double(max(1, steps))
    let rate = Double(entry.step - first) / now
    let filled = Int(20 * share)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    let line =
      "\(bar) step \(entry.step)/\(steps)  loss \(Numbers.short(smoothed, digits: 4))  "
      + "rate \(Numbers.short(entry.rate, digits: 3))  |g| \(Numbers.short(entry.norm, digits: 3))  "
      + "\(Numbers.short(rate, digits: 3)) steps/s  \(Numbers.time(Double(steps - entry.step) / max(rate, 1e-9))) left"
    Console.error(isLive ? "\r\u{1B}[K" + String(line.prefix(Console.width - 1)) : line + "\n")
    isDrawn = isLive
  }

  func clear() {
    if isDrawn { Console.error("\r\u{1B}[K") }
    isDrawn = false
  }

  /// One line a step.
  var csv: String {
    entries.reduce(into: "step,loss,rate,gradientNorm\n") { text, entry in
      text += "\(entry.step),\(entry.loss),\(entry.rate),\(entry.norm)\n"
    }
  }

  /// The smoothed loss over steps.
  func svg(_ name: String) -> String {
    let last = history.last?.value
    return ConvergencePlot(
      title: name,
      subtitle: "smoothed loss \(Numbers.short(last)) after \(Numbers.counted(entries.last?.step ?? 0, "step"))",
      samples: history, quantity: "smoothed loss"
    ).svg
  }
}
