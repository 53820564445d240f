// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What is told while a training runs: a line and a curve on a terminal, a line now and then elsewhere, a log and a picture
/// in files.
final class TrainingRecord {
  private let steps: Int
  private let first: Int
  private let isQuiet: Bool
  private let isLive = Console.isWatched
  private let began = ContinuousClock.now
  private let log: TrainingLog?
  private let plot: String?
  private let title: String
  private var next: Double
  /// Lines on the terminal that are ours.
  private var drawn = 0
  private(set) var history = LossHistory()

  /// A record from `first` steps on: what a log knows of them is part of the picture.
  init(_ command: TrainCommand, title: String, steps: Int, after first: Int, isLookDue: Bool) throws {
    self.steps = steps
    self.first = first
    self.title = title
    isQuiet = command.output.quiet
    plot = command.plot
    next = Console.isWatched ? 0.2 : 3
    var history = LossHistory()
    log = try command.log.map { path in
      // A step whose look is still due has no line yet.
      try TrainingLog(path, after: isLookDue ? first - 1 : first) { history.add($0) }
    }
    self.history = history
  }

  var seconds: Double { (ContinuousClock.now - began).seconds }

  func note(_ entry: TrainingLog.Entry) throws {
    try log?.note(entry)
    history.add(entry)
    let now = seconds
    guard !isQuiet, now >= next else { return }
    next = now + (isLive ? 0.1 : 3)
    draw(entry, now)
  }

  /// Brings log and picture up to date.
  func save() throws {
    try log?.flush()
    if let plot { try AtomicFile.write([Array(svg.utf8)], to: plot) }
  }

  private func draw(_ entry: TrainingLog.Entry, _ now: Double) {
    let share = Double(entry.step) / Double(max(1, steps))
    let speed = Double(entry.step - first) / now
    let filled = Int(20 * share)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    var line = "\(bar) step \(entry.step)/\(steps)  loss \(Numbers.short(history.smoothed.last?.loss, digits: 4))  "
    if let held = history.heldOut.last { line += "held out \(Numbers.short(held.loss, digits: 4))  " }
    line +=
      "rate \(Numbers.short(entry.rate, digits: 3))  |g| \(Numbers.short(entry.norm, digits: 3))  "
      + "\(Numbers.short(speed, digits: 3)) steps/s  "
      + "\(Numbers.time(Double(steps - entry.step) / max(speed, 1e-9))) left"
    guard isLive else { return Console.error(line + "\n") }
    let width = Console.width - 1
    let lines = LiveCurve.lines(history.smoothed.all, columns: min(70, width), rows: 3) + [String(line.prefix(width))]
    Console.error(Console.erased(drawn) + lines.joined(separator: "\n"))
    drawn = lines.count
  }

  /// Takes the curve and its line away, so that what follows stands at their place.
  func clear() {
    if drawn > 0 { Console.error(Console.erased(drawn)) }
    drawn = 0
  }

  /// The smoothed loss over steps, and that of the held-out observations.
  var svg: String {
    let smoothed = history.smoothed.all
    let held = history.heldOut.all
    var subtitle =
      "smoothed loss \(Numbers.short(smoothed.last?.loss)) after \(Numbers.counted(smoothed.last?.step ?? 0, "step"))"
    if let best = held.min(by: { $0.loss < $1.loss }) {
      subtitle += ", held out at best \(Numbers.short(best.loss)) after \(Numbers.counted(best.step, "step"))"
    }
    return ConvergencePlot(
      title: title, subtitle: subtitle,
      samples: smoothed.map { .init(seconds: 0, answers: $0.step, value: $0.loss, bound: nil, measure: nil) },
      quantity: "smoothed loss",
      marks: .init(name: "held out", style: "bound", points: held.map { (Double($0.step), $0.loss) })
    ).svg
  }
}
