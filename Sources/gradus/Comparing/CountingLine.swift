// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import Synchronization

/// How many of many pieces of work are done: one line that is drawn over on a terminal, a line now and then elsewhere.
final class CountingLine: Sendable {
  private let what: String
  private let began = ContinuousClock.now
  private let isLive = Console.isWatched
  private let next = Mutex(0.5)

  init(_ what: String) { self.what = what }

  func show(_ done: Int, of total: Int) {
    let now = (ContinuousClock.now - began).seconds
    let isDue = next.withLock { next in
      guard now >= next else { return false }
      next = now + (isLive ? 0.1 : 10)
      return true
    }
    guard isDue else { return }
    let filled = 20 * done / max(1, total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    let left = now / Double(max(1, done)) * Double(total - done)
    let line = "\(bar) \(done)/\(total) \(what)  about \(Numbers.time(left)) left"
    Console.error(isLive ? "\r\u{1B}[K" + String(line.prefix(Console.width - 1)) : line + "\n")
  }

  func clear() {
    if isLive { Console.error("\r\u{1B}[K") }
  }
}
