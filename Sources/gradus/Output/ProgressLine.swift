// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import Synchronization

/// Tells on standard error how far a run is: a live line on a terminal, one plain line every few seconds elsewhere.
final class ProgressLine: Sendable {
  private struct State {
    var next: Double
    var isDrawn = false
    var firstMeasure: Double?
    var firstGap: Double?
    var interim: Interim?
    var answers = 0
  }

  private let state: Mutex<State>
  private let began = ContinuousClock.now
  private let name: String
  private let isLive: Bool
  private let timeLimit: Double?
  private let answerLimit: Int?
  private let tolerance: Double

  /// The first line appears after a moment, so quick runs stay silent.
  init(_ name: String, timeLimit: Double?, answerLimit: Int?, tolerance: Double, isLive: Bool = Console.isWatched) {
    self.name = name
    self.timeLimit = timeLimit
    self.answerLimit = answerLimit
    self.tolerance = tolerance
    self.isLive = isLive
    state = Mutex(State(next: isLive ? 0.2 : 3))
  }

  func note(_ event: ErasedEvent) {
    switch event {
    case .answered(let progress): draw(progress)
    case .interim(let news): draw(news)
    case .stopped: clear()
    case .started, .improved, .saved: break
    }
  }

  /// Takes the live line away, so that what follows stands at its place.
  func clear() {
    state.withLock { state in
      if state.isDrawn { Console.error("\r\u{1B}[K") }
      state.isDrawn = false
    }
  }

  private func draw(_ progress: RunProgress) {
    state.withLock { state in
      state.answers = progress.answers
      // The clock is read rarely: answers may come every fraction of a microsecond.
      guard progress.answers & 63 == 0 || progress.answers < 64 else { return }
      let seconds = (ContinuousClock.now - began).seconds
      guard seconds >= state.next else { return }
      var words: [String] = []
      if progress.value < .infinity { words.append("value \(Numbers.short(progress.value))") }
      if let bound = progress.bound { words.append("bound \(Numbers.short(bound))") }
      if let measure = progress.measure { words.append("measure \(Numbers.short(measure, digits: 3))") }
      words.append(Numbers.counted(progress.answers, "answer"))
      var fraction = 0.0
      if let measure = progress.measure, measure > 0 {
        let first = state.firstMeasure ?? measure
        state.firstMeasure = first
        fraction = Self.decades(from: first, to: measure, goal: tolerance * max(1, abs(progress.value)))
      }
      if let answerLimit { fraction = max(fraction, Double(progress.answers) / Double(max(1, answerLimit))) }
      show(&state, words, fraction, seconds)
    }
  }

  private func draw(_ news: Interim) {
    state.withLock { state in
      let seconds = (ContinuousClock.now - began).seconds
      guard seconds >= state.next else { return }
      var words: [String] = []
      if !news.phase.isEmpty { words.append(news.phase) }
      if let value = news.value { words.append("value \(Numbers.short(value))") }
      if let bound = news.bound { words.append("bound \(Numbers.short(bound))") }
      var fraction = 0.0
      if let value = news.value, let bound = news.bound, bound.isFinite, value.isFinite {
        let gap = abs(value - bound) / max(1, abs(value))
        words.append("gap \(Numbers.short(100 * gap, digits: 3)) %")
        let first = state.firstGap ?? gap
        state.firstGap = first
        fraction = Self.decades(from: first, to: gap, goal: 1e-4)
      }
      if news.nodes > 0 { words.append(Numbers.counted(news.nodes, "node")) }
      if news.iterations > 0 { words.append(Numbers.counted(news.iterations, "iteration")) }
      show(&state, words, fraction, seconds)
    }
  }

  /// How much of the way from `first` down to `goal` is behind us, on a logarithmic scale.
  private static func decades(from first: Double, to now: Double, goal: Double) -> Double {
    guard goal > 0, first > goal else { return 0 }
    guard now > goal else { return 1 }
    let (a, b) = (logarithm(first / goal), logarithm(first / now))
    return a > 0 ? max(0, min(1, b / a)) : 0
  }

  private func show(_ state: inout State, _ words: [String], _ progress: Double, _ seconds: Double) {
    var fraction = progress
    var words = words
    words.append(Numbers.time(seconds))
    var left = fraction > 0.02 && fraction < 1 ? seconds * (1 - fraction) / fraction : nil
    if let timeLimit {
      fraction = max(fraction, seconds / timeLimit)
      left = min(left ?? .infinity, max(0, timeLimit - seconds))
    }
    if let left { words.append("about \(Numbers.time(left)) left") }
    fraction = max(0, min(1, fraction))
    let percent = Int(100 * fraction)
    let line: String
    if isLive {
      let filled = Int(20 * fraction)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
      line = "\(name) \(bar) \(percent) %  \(words.joined(separator: "  "))"
      Console.error("\r" + String(line.prefix(max(20, Console.width - 1))) + "\u{1B}[K")
      state.isDrawn = true
      state.next = seconds + 0.1
    } else {
      Console.error("\(name): \(percent) %, \(words.joined(separator: ", "))\n")
      state.next = seconds + 5
    }
  }
}
