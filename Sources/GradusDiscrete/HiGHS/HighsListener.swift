// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

/// Turns HiGHS's call-backs into news, ten times a second at most; incumbents are always told.
final class HighsListener {
  private let began: Double
  private let discrete: Bool
  private let shouldStop: () -> Bool
  private let relay: (Interim) -> Void
  private var lastTold: Double
  private var bestValue: Double?
  private var bestBound: Double?
  /// A moment after which to stop, for work that HiGHS's own limit does not count.
  var deadline: Double?
  /// Every incumbent, where they are kept.
  var keepsIncumbents = false
  private(set) var incumbents: [Vector] = []

  init(began: Double, discrete: Bool, shouldStop: @escaping () -> Bool, relay: @escaping (Interim) -> Void) {
    self.began = began
    self.discrete = discrete
    self.shouldStop = shouldStop
    self.relay = relay
    lastTold = began
  }

  /// False when the solve should stop.
  func hear(_ event: HighsEvent) -> Bool {
    let now = MonotonicTime.now
    if keepsIncumbents, event.kind == .incumbent, let point = event.point { incumbents.append(Vector(Array(point))) }
    if event.kind == .incumbent || now - lastTold >= 0.1 {
      lastTold = now
      tell(event, at: now)
    }
    if let deadline, now > deadline { return false }
    return !shouldStop()
  }

  private func tell(_ event: HighsEvent, at now: Double) {
    var news = Interim()
    news.seconds = now - began
    switch event.kind {
    case .simplex:
      news.phase = discrete ? "branch and bound" : "simplex"
      news.iterations = event.simplexIterations
    case .interiorPoint:
      news.phase = discrete ? "branch and bound" : "interior point"
      news.iterations = event.interiorPointIterations
    case .search, .incumbent:
      news.phase = "branch and bound"
      news.iterations = event.totalIterations
      news.nodes = event.nodes
      if event.primalBound.isFinite { bestValue = event.primalBound }
      if event.dualBound.isFinite { bestBound = event.dualBound }
      if let point = event.point {
        bestValue = event.objective
        news.point = Vector(Array(point))
      }
    }
    news.value = bestValue
    news.bound = bestBound
    relay(news)
  }
}
