// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusCore
import Synchronization

/// A run that somebody asks and tells over HTTP, line by line as in `gradus ask-tell`.
///
/// Lines that change the run are kept in a file before they are answered. Methods are deterministic: whoever serves the same lines
/// again has the same run, and so a killed server goes on where it stopped.
final class HostedRun: Sendable {
  let name: String
  private let state: Mutex<State>

  private struct State {
    var service = AskTellService(defaultMethod: nil)
    var file: LineFile?
    var view = View()
    /// Seconds of the file's lines are those of the first time.
    var began: Double?
  }

  /// What is shown of it.
  struct View: Sendable {
    var method = ""
    var why: [String] = []
    var samples: [History.Sample] = []
    var front: [[Double]] = []
    /// The best answer, and where, as JSON; nil before the first one.
    var best: (f: String, x: String)?
    var waiting = 0
    var isEnded = false
    var revision = 0
  }

  /// Commands that change a run; the others only look.
  private static let lasting: Set<String> = ["start", "ask", "tell", "report", "enqueue", "end"]

  /// A new run. `path`: where its lines are kept; nil: nowhere.
  init(_ name: String, keptIn path: String?) throws(FileFailure) {
    self.name = name
    var state = State()
    if let path { state.file = try LineFile(path, isNew: true) }
    self.state = Mutex(state)
  }

  /// A run whose lines are there: `{"at": SECONDS, "line": …}` each.
  init(_ name: String, goingOnWith path: String) throws(FileFailure) {
    self.name = name
    var state = State()
    let bytes = try AtomicFile.read(path, limit: 1 << 31)
    for line in bytes.split(separator: 0x0A) {
      guard let entry = try? JSONValue(parsing: Array(line)), let text = entry["line"] else { continue }
      Self.serve(text.serialized(), at: entry["at"]?.double ?? 0, &state)
    }
    // A line that somebody was killed over was never answered; what follows begins on a line of its own.
    let file = try LineFile(path)
    if let last = bytes.last, last != 0x0A { try file.append([0x0A]) }
    state.file = file
    self.state = Mutex(state)
  }

  var view: View { state.withLock { $0.view } }

  /// The answer to a line.
  func answer(_ line: [UInt8], at now: Double) throws -> [UInt8] {
    try state.withLock { state in
      let json = try JSONValue(parsing: line)
      let command = json.members?.first { Self.lasting.contains($0.name) }?.name
      if command == "start", !state.view.method.isEmpty {
        throw DashboardError(409, "started", "the run '\(name)' has begun; begin another one with POST /api/runs")
      }
      if state.view.isEnded { throw DashboardError(409, "ended", "the run '\(name)' has ended; begin another one") }
      if json["quit"] != nil { throw DashboardError.malformed("\"quit\" ends a process, not a run; \"end\" ends it") }
      let entry: JSONValue = ["at": .number(now), "line": json]
      // Kept first: an answer that was given is never taken back. A line that is refused is refused again.
      if command != nil { try state.file?.append(entry.serialized() + [0x0A], isDurable: command == "tell") }
      return Self.serve(line, at: now, &state)
    }
  }

  @discardableResult
  private static func serve(_ line: [UInt8], at now: Double, _ state: inout State) -> [UInt8] {
    guard let answer = state.service.answer(line) else { return [] }
    let began = state.began ?? now
    state.began = began
    look(at: answer, seconds: now - began, &state)
    return answer
  }

  private static func look(at answer: [UInt8], seconds: Double, _ state: inout State) {
    state.view.revision += 1
    guard let session = state.service.session else {
      if !state.view.method.isEmpty { state.view.isEnded = true }
      state.view.waiting = 0
      return
    }
    if state.view.method.isEmpty { state.view.method = session.entry.card.name }
    state.view.why = session.explanation
    state.view.waiting = session.handed.count
    guard let choice = session.choice else { return }
    state.view.front = session.front.map(\.outcomes.objectives)
    var writer = JSONWriter()
    session.description.space.write(choice.point, to: &writer)
    state.view.best = (
      JSONValue(numbers: choice.objectives).description, String(decoding: writer.bytes, as: UTF8.self)
    )
    let value = choice.objectives.count == 1 ? choice.objectives.first : nil
    let sample = History.Sample(seconds: seconds, answers: session.answered, value: value)
    // A step each time that the best is better; the last one tells how far the run is.
    if let last = state.view.samples.last, state.view.samples.count > 1, last.value == value {
      state.view.samples.removeLast()
    }
    state.view.samples.append(sample)
    if state.view.samples.count > 8000 {
      state.view.samples = state.view.samples.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    }
  }
}
