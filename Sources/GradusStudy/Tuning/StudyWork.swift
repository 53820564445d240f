// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

/// The loop of a process that tries trials: takes them from a desk, runs their commands side by side, and brings back what they
/// told.
///
/// One thread watches all commands; it waits in the system while nothing happens.
public final class StudyWork {
  /// What happens, for whoever shows it.
  public enum News: Sendable {
    case began(OpenTrial)
    case reported(OpenTrial, step: Int, value: Double)
    case ended(OpenTrial, TrialOutcome, seconds: Double)
    /// Trials whose process was gone are tried again.
    case lost([Int])
    case noted(String)
  }

  /// Why the work has ended.
  public enum Ending: Sendable, Hashable {
    case done(String)
    case stopped
  }

  let desk: StudyDesk
  let judge: TrialJudge
  let template: CommandTemplate
  /// Trials at a time.
  let places: Int
  let tell: (News) -> Void
  var runs: [TrialRun] = []
  /// Lasting workers that wait for a trial.
  var idle: [CommandProcess] = []
  private var lastBeat = MonotonicTime.now
  private var lastLook = -Double.infinity
  /// Before this there is nothing to take, as far as is known here.
  private var nextClaim = -Double.infinity
  private var reason: String?

  /// Seconds between two signs of life, and between two looks for those of others.
  private var beatEvery: Double { desk.plan.grace / 6 }
  private var lookEvery: Double { min(5, desk.plan.grace / 6) }
  /// Seconds after which it is asked again whether there is something to take.
  static let claimEvery = 0.2

  /// Throws where the command names what is no parameter.
  public init(_ desk: StudyDesk, places: Int, tell: @escaping (News) -> Void) throws {
    self.desk = desk
    self.places = max(1, places)
    self.tell = tell
    judge = TrialJudge(plan: desk.plan)
    template = try CommandTemplate(
      desk.plan.command, parameters: try desk.plan.space().parameters.map(\.name))
  }

  /// Works until the study is done or `isStopped` says so; it is asked several times a second.
  ///
  /// When it is stopped, running commands are ended, and their trials wait for whoever goes on.
  public func run(isStopped: () -> Bool) throws -> Ending {
    defer { idle.removeAll() }
    do {
      while true {
        if isStopped() { return try stop() }
        try lookAfterOthers()
        if let reason = try takeTrials(isStopped), runs.isEmpty { return .done(reason) }
        // While nothing runs here, others are waited for.
        let pause = runs.isEmpty ? 0.2 : 0.1
        CommandProcess.wait(for: runs.map(\.process), seconds: pause)
        if runs.isEmpty { CommandProcess.wait(for: [], seconds: pause) }
        try watch(isStopped)
      }
    } catch {
      runs.removeAll()
      throw error
    }
  }

  /// Fills the free places. The reason why there is nothing more to do; nil where there is.
  private func takeTrials(_ isStopped: () -> Bool) throws -> String? {
    while runs.count < places, MonotonicTime.now >= nextClaim, !isStopped() {
      reason = nil
      switch try desk.claim() {
      case .trial(let trial):
        tell(.began(trial))
        try begin(trial)
      case .wait: nextClaim = MonotonicTime.now + Self.claimEvery
      case .done(let why): (reason, nextClaim) = (why, MonotonicTime.now + Self.claimEvery)
      }
    }
    return reason
  }

  private func lookAfterOthers() throws {
    let now = MonotonicTime.now
    if now - lastBeat >= beatEvery {
      lastBeat = now
      try desk.beat()
    }
    if now - lastLook >= lookEvery {
      lastLook = now
      let lost = try desk.reclaim()
      if !lost.isEmpty { tell(.lost(lost)) }
    }
  }

  private func stop() throws -> Ending {
    for i in runs.indices { runs[i].leave(.stopped) }
    let deadline = MonotonicTime.now + TrialRun.courtesy
    while runs.contains(where: { $0.process.state == nil }), MonotonicTime.now < deadline {
      CommandProcess.wait(for: [], seconds: 0.02)
    }
    for run in runs {
      run.process.end()
      try desk.release(run.trial)
    }
    runs.removeAll()
    return .stopped
  }

  // MARK: Commands

  /// Looks at every running command once; the place of one that has ended is taken by the next trial at once.
  private func watch(_ isStopped: () -> Bool) throws {
    var place = 0
    while place < runs.count {
      guard let outcome = try advance(&runs[place]) else {
        place += 1
        continue
      }
      let run = runs.remove(at: place)
      nextClaim = -.infinity
      if isStopped() {
        if try desk.end(run.trial, outcome) { tell(.ended(run.trial, outcome, seconds: run.seconds)) }
        continue
      }
      let (isTaken, claim) = try desk.turn(run.trial, outcome)
      if isTaken { tell(.ended(run.trial, outcome, seconds: run.seconds)) }
      // What waits or is done is looked at in `takeTrials`.
      if case .trial(let trial) = claim {
        tell(.began(trial))
        try begin(trial)
      }
    }
  }

  private func begin(_ trial: OpenTrial) throws {
    if desk.plan.conduct == .lines { return try hand(trial) }
    do {
      runs.append(TrialRun(trial: trial, process: try start(trial, repetition: 0)))
    } catch {
      try refuse(trial, error)
    }
  }

  /// A command that cannot be started would fail for every trial: it ends the work.
  func refuse(_ trial: OpenTrial, _ error: ChannelError) throws -> Never {
    try desk.release(trial)
    let name = desk.plan.command.first ?? ""
    switch error {
    case .closed: throw StorageError("cannot start '\(name)'")
    case .system(let code):
      throw StorageError("cannot start '\(name)': \(SystemMessage.text(code)); check 'command' of the study")
    }
  }

  /// One step of a run: reads what is there. The outcome, when the trial has ended.
  private func advance(_ run: inout TrialRun) throws -> TrialOutcome? {
    if desk.plan.conduct == .lines { return try advanceLines(&run) }
    try listen(&run)
    guard let ending = run.process.state else {
      if let timeout = desk.plan.timeout, run.seconds > timeout { run.leave(.timeout) }
      if let leaving = run.leaving { run.leave(leaving.cause) }
      return nil
    }
    // What it said last may still be on its way; what it has left behind may go on for ever.
    try listen(&run)
    run.words.finish { _ in }
    run.process.end()
    if let leaving = run.leaving { return outcome(of: leaving.cause, run) }
    guard case .exited(0) = ending else {
      return .failed(reason: "the command ended with \(ending)", errors: run.errors.text)
    }
    run.results.append(run.words.metrics)
    let outcome = judge.outcome(run.results, notes: run.words.notes, errors: run.errors.text)
    guard case .complete = outcome, run.results.count < desk.plan.repeats else { return outcome }
    var next = TrialRun(trial: run.trial, process: try again(run.trial, repetition: run.results.count))
    next.results = run.results
    run = next
    return nil
  }

  private func again(_ trial: OpenTrial, repetition: Int) throws -> CommandProcess {
    do { return try start(trial, repetition: repetition) } catch { try refuse(trial, error) }
  }

  func outcome(of cause: TrialRun.Cause, _ run: TrialRun) -> TrialOutcome {
    switch cause {
    case .pruned: return .pruned
    case .timeout:
      let limit = desk.plan.timeout ?? 0
      return .failed(reason: "it took longer than \(limit) s", errors: run.errors.text)
    case .stopped: return .failed(reason: "it was stopped", errors: run.errors.text)
    }
  }

  /// Reads all that is there, up to a limit, so that one command that prints without end does not keep the others waiting.
  private func listen(_ run: inout TrialRun) throws {
    var reported: [IntermediateValue] = []
    var room = 1 << 22
    while room > 0, let bytes = run.process.read(.output), !bytes.isEmpty {
      room -= bytes.count
      run.words.take(bytes) { line in if let value = judge.intermediate(line) { reported.append(value) } }
    }
    while room > 0, let bytes = run.process.read(.errors), !bytes.isEmpty {
      room -= bytes.count
      run.errors.take(bytes)
    }
    for value in reported {
      tell(.reported(run.trial, step: value.step, value: value.value))
      if try desk.report(run.trial, step: value.step, value: value.value), run.leaving == nil { run.leave(.pruned) }
    }
  }
}
