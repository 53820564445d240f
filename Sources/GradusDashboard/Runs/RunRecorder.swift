// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNative
import GradusStudy
import Synchronization

/// Writes the record of a run while it works: see `RunRecord`.
///
/// A line is written when there is news: the first few hundred at most every millisecond, so that short runs have a curve, then at
/// most ten times a second and ever more seldom, so that the longest run has a few thousand.
/// A disk that is full ends the record, not the run.
package final class RunRecorder: Sendable {
  private struct State {
    var last: History.Sample?
    /// What came too soon after the last line.
    var waiting: History.Sample?
    var isBroken = false
    var count = 0
  }

  private let file: LineFile
  private let began: ContinuousClock.Instant
  private let state = Mutex(State())

  /// Begins the record of a run. Throws `FileFailure` where the file is there already, or cannot be made.
  package init(
    _ path: String, name: String, method: String, seed: UInt64, settings: [JSONValue.Member], host: String,
    began: ContinuousClock.Instant
  ) throws(FileFailure) {
    file = try LineFile(path, isNew: true)
    self.began = began
    let own = ProcessIdentity.own
    let head: JSONValue = [
      "schema": .string(RunRecord.schema), "version": .string(gradusVersion), "name": .string(name),
      "method": .string(method), "seed": JSONValue(seed), "settings": .object(settings),
      "began": .string(Timestamp.now.description), "host": .string(host),
      "process": ["place": .string(own.place), "pid": .integer(Int(own.number)), "began": .string(own.began)],
    ]
    try file.append(head.serialized() + [0x0A])
  }

  /// Hears what happens in the run.
  package func note(_ event: ErasedEvent) {
    let seconds = (ContinuousClock.now - began).seconds
    switch event {
    case .answered(let progress), .improved(_, let progress):
      note(
        History.Sample(
          seconds: seconds, answers: progress.answers, value: progress.value < .infinity ? progress.value : nil,
          bound: progress.bound, measure: progress.measure))
    case .interim(let news):
      note(
        History.Sample(
          seconds: seconds, answers: news.nodes, value: news.value, bound: news.bound, measure: nil, isInterim: true))
    case .started, .saved, .stopped: break
    }
  }

  private func note(_ sample: History.Sample) {
    state.withLock { state in
      guard let last = state.last else { return write(sample, &state) }
      if sample.seconds - last.seconds < (state.count < 300 ? 1e-3 : max(0.1, sample.seconds / 1000)) {
        state.waiting = sample
      } else if sample.value != last.value || sample.bound != last.bound || sample.measure != last.measure
        || sample.seconds - last.seconds > max(2, sample.seconds / 50)
      {
        write(sample, &state)
      }
    }
  }

  private func write(_ sample: History.Sample, _ state: inout State) {
    state.last = sample
    state.waiting = nil
    state.count += 1
    var members: [JSONValue.Member] = [
      .init("seconds", .number(sample.seconds)), .init("answers", .integer(sample.answers)),
    ]
    for (name, value) in [("value", sample.value), ("bound", sample.bound), ("measure", sample.measure)] {
      if let value, value.isFinite { members.append(.init(name, .number(value))) }
    }
    if sample.isInterim { members.append(.init("interim", true)) }
    append(.object(members), &state)
  }

  private func append(_ line: JSONValue, _ state: inout State) {
    guard !state.isBroken else { return }
    do { try file.append(line.serialized() + [0x0A]) } catch { state.isBroken = true }
  }

  /// Ends the record.
  package func finish(_ document: ResultDocument) {
    state.withLock { state in
      if let waiting = state.waiting { write(waiting, &state) }
      var members: [JSONValue.Member] = [
        .init("ended", .string(Timestamp.now.description)), .init("status", .string(document.status.rawValue)),
      ]
      if let objective = document.objective { members.append(.init("objective", .number(objective))) }
      if let bound = document.bound { members.append(.init("bound", .number(bound))) }
      members += [
        .init("stopped", .string(document.stopped.rule)), .init("seconds", .number(document.seconds)),
        .init("answers", .integer(document.answers.reduce(0) { $0 + $1.count })),
      ]
      append(.object(members), &state)
    }
  }
}
