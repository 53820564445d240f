// SPDX-License-Identifier: Apache-2.0
import Gradus
import Synchronization

/// Incumbent, bound and measure over time, thinned so that memory stays bounded however long a run is.
package final class History: Sendable {
  package struct Sample: Sendable {
    package var seconds: Double
    package var answers: Int
    package var value: Double?
    package var bound: Double?
    package var measure: Double?
    /// Heard from an outside solver at work.
    package var isInterim: Bool

    package init(
      seconds: Double, answers: Int, value: Double?, bound: Double? = nil, measure: Double? = nil,
      isInterim: Bool = false
    ) {
      self.seconds = seconds
      self.answers = answers
      self.value = value
      self.bound = bound
      self.measure = measure
      self.isInterim = isInterim
    }
  }

  private struct State {
    var samples: [Sample] = []
    /// Samples closer together than this are not kept.
    var spacing = 0.0
    var last: Sample?
  }

  private static let capacity = 4_000
  private let state = Mutex(State())
  private let began: ContinuousClock.Instant

  package init(began: ContinuousClock.Instant) { self.began = began }

  /// All samples in order, the last one always among them.
  package var samples: [Sample] {
    state.withLock { state in
      guard let last = state.last else { return state.samples }
      return state.samples + [last]
    }
  }

  package func note(_ event: ErasedEvent) {
    switch event {
    case .answered(let progress), .improved(_, let progress): add(progress)
    case .interim(let news):
      add(
        Sample(
          seconds: now, answers: news.nodes, value: news.value, bound: news.bound, measure: nil, isInterim: true),
        isCheap: false)
    case .started, .saved, .stopped: break
    }
  }

  private var now: Double { (ContinuousClock.now - began).seconds }

  private func add(_ progress: RunProgress) {
    add(
      Sample(
        seconds: now, answers: progress.answers, value: progress.value < .infinity ? progress.value : nil,
        bound: progress.bound, measure: progress.measure), isCheap: true)
  }

  private func add(_ sample: Sample, isCheap: Bool) {
    state.withLock { state in
      guard let last = state.samples.last else {
        state.samples.append(sample)
        return
      }
      let isNews = !isCheap || sample.value != last.value || sample.measure != last.measure
      guard isNews, sample.seconds - last.seconds >= state.spacing else {
        state.last = sample
        return
      }
      state.samples.append(sample)
      state.last = nil
      guard state.samples.count >= Self.capacity else { return }
      state.samples = state.samples.indices.compactMap { $0.isMultiple(of: 2) ? state.samples[$0] : nil }
      state.spacing = max(2 * state.spacing, sample.seconds / Double(Self.capacity))
    }
  }
}
