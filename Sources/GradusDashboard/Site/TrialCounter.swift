// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNative
import GradusStudy
import Synchronization

/// Gives trials of studies to programs that ask over HTTP, and takes their answers.
///
/// A trial is lent for a time, which every sign of life begins anew. One whose time is over is treated as one whose worker has died:
/// somebody else tries it once more, and it counts once.
final class TrialCounter: Sendable {
  /// A study of a storage.
  struct Key: Hashable {
    var storage: String
    var study: String
  }

  private struct Lease {
    var trial: OpenTrial
    var seconds: Double
    var end: Double
  }

  private struct State {
    var storages: [String: StudyStorage] = [:]
    var desks: [Key: StudyDesk] = [:]
    var leases: [Key: [Int: Lease]] = [:]
    var nextLook = 0.0
  }

  private let state = Mutex(State())
  private let host: String

  /// Seconds that a trial is lent for, if its borrower does not say.
  static let usualLease = 600.0

  init(host: String) { self.host = host }

  /// Takes a trial: its description, or that there is none now, or none any more.
  func ask(_ key: Key, seconds: Double) throws -> JSONValue {
    try state.withLock { state in
      let desk = try desk(key, &state)
      switch try desk.claim() {
      case .wait: return ["wait": true]
      case .done(let reason): return ["done": .string(reason)]
      case .trial(let trial):
        state.leases[key, default: [:]][trial.number] = Lease(
          trial: trial, seconds: seconds, end: MonotonicTime.now + seconds)
        var members: [JSONValue.Member] = [
          .init("trial", .integer(trial.number)), .init("parameters", .object(trial.values)),
        ]
        if let fidelity = trial.fidelity { members.append(.init("fidelity", .number(fidelity))) }
        members.append(.init("lease", .number(seconds)))
        return .object(members)
      }
    }
  }

  /// Ends a trial with what its body says. When this returns, the answer is on the disk.
  func tell(_ key: Key, _ number: Int, _ body: JSONValue) throws -> JSONValue {
    try state.withLock { state in
      let (desk, lease) = try open(key, number, &state)
      let outcome = try Self.outcome(body, desk.plan)
      let isTaken = try desk.end(lease.trial, outcome)
      state.leases[key]?[number] = nil
      guard isTaken else { throw Self.ended(number) }
      switch outcome {
      case .complete: return ["ok": true, "state": "complete"]
      case .pruned: return ["ok": true, "state": "pruned"]
      case .failed(let reason, _): return ["ok": true, "state": "failed", "reason": .string(reason)]
      }
    }
  }

  /// Takes a value from the middle of a trial; whether the trial is not worth its end.
  func report(_ key: Key, _ number: Int, step: Int, value: Double) throws -> JSONValue {
    try state.withLock { state in
      let (desk, lease) = try open(key, number, &state)
      renew(key, number, &state)
      return ["prune": .bool(try desk.report(lease.trial, step: step, value: value))]
    }
  }

  /// A sign of life.
  func beat(_ key: Key, _ number: Int) throws -> JSONValue {
    try state.withLock { state in
      _ = try open(key, number, &state)
      renew(key, number, &state)
      return ["ok": true]
    }
  }

  /// Looks after lent trials: says that this process is there, takes back what was lent for too long, and finds trials whose workers
  /// are gone. To be called every second or so.
  func tend() throws {
    try state.withLock { state in
      let now = MonotonicTime.now
      let isTime = now >= state.nextLook
      if isTime { state.nextLook = now + min(5, (state.desks.values.map(\.plan.grace).min() ?? 60) / 6) }
      for (key, desk) in state.desks {
        for (number, lease) in state.leases[key] ?? [:] where lease.end < now {
          state.leases[key]?[number] = nil
          try desk.lose(lease.trial)
        }
        guard isTime else { continue }
        try desk.beat()
        _ = try desk.reclaim()
      }
    }
  }

  /// Puts back what is lent, for whoever goes on.
  func close() throws {
    try state.withLock { state in
      for (key, desk) in state.desks {
        for lease in (state.leases[key] ?? [:]).values { try desk.release(lease.trial) }
      }
      state.leases = [:]
    }
  }

  // MARK: Studies and leases

  private func desk(_ key: Key, _ state: inout State) throws -> StudyDesk {
    if let known = state.desks[key] { return known }
    let storage = try state.storages[key.storage] ?? StudyStorage(key.storage, creates: false)
    state.storages[key.storage] = storage
    try storage.refresh()
    guard let record = storage.replica.study(named: key.study) else {
      throw DashboardError.unknown("there is no study '\(key.study)'; /api/studies lists them")
    }
    guard let plan = try StudyPlan(of: record) else {
      throw DashboardError(
        409, "noPlan", "the study '\(key.study)' was not begun by 'gradus tune', so nobody knows what to ask next")
    }
    let desk = try StudyDesk(storage, plan, try StudyMethod(for: plan), host: host)
    state.desks[key] = desk
    return desk
  }

  private func open(_ key: Key, _ number: Int, _ state: inout State) throws -> (StudyDesk, Lease) {
    let desk = try desk(key, &state)
    if let lease = state.leases[key]?[number] { return (desk, lease) }
    try desk.storage.refresh()
    guard let record = desk.record, record.trials.indices.contains(number) else {
      throw DashboardError.unknown("the study '\(key.study)' has no trial \(number)")
    }
    if record.trials[number].state.isFinished { throw Self.ended(number) }
    throw DashboardError(
      409, "notLent", "the trial \(number) was not lent here, or for too short a time; ask for another one")
  }

  private static func ended(_ number: Int) -> DashboardError {
    DashboardError(409, "ended", "the trial \(number) has ended; the first answer counts")
  }

  private func renew(_ key: Key, _ number: Int, _ state: inout State) {
    guard let seconds = state.leases[key]?[number]?.seconds else { return }
    state.leases[key]?[number]?.end = MonotonicTime.now + seconds
  }

  /// `{"values": {"loss": 0.3}}`, `{"values": [0.3]}`, `{"failed": "reason", "log": "…"}` or `{"pruned": true}`.
  static func outcome(_ body: JSONValue, _ plan: StudyPlan) throws -> TrialOutcome {
    let log = body["log"]?.text ?? ""
    if let reason = body["failed"], !reason.isNull { return .failed(reason: reason.text ?? "it failed", errors: log) }
    if body["pruned"] == true { return .pruned }
    var metrics: [String: Double] = [:]
    if let members = body["values"]?.members {
      for member in members { metrics[member.name] = member.value.isNull ? .nan : member.value.double }
    } else if let values = body["values"]?.elements {
      guard values.count == plan.objectives.count else {
        throw DashboardError.malformed(
          "\"values\" has \(values.count) numbers for \(Numbers.counted(plan.objectives.count, "objective"))")
      }
      for (objective, value) in zip(plan.objectives, values) {
        metrics[objective.name] = value.isNull ? .nan : value.double
      }
    } else {
      throw DashboardError.malformed(
        "expected {\"values\": {\"\(plan.objectives.first?.name ?? "loss")\": 0.5}}, or \"failed\" with a reason")
    }
    return TrialJudge(plan: plan).outcome([metrics], notes: [:], errors: log)
  }
}
