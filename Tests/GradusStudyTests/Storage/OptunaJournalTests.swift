// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNative
import Testing

import GradusStudy

/// optuna from PyPI, as tools/setup.sh installs it.
private enum Optuna {
  /// The folder of its programs, in the repository above the test's program.
  static let folder: String? = {
    var folder = URL(fileURLWithPath: LibrarySearch.standard.executable ?? "/")
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let programs = folder.appendingPathComponent(".tools/peers/bin").path
      if FileManager.default.isExecutableFile(atPath: programs + "/optuna") { return programs }
    }
    return nil
  }()
  static let reason: Comment = "needs optuna in .tools/peers (tools/setup.sh)"

  static func start(_ words: String...) throws -> StorageFixture.Running {
    let script = Bundle.module.path(forResource: "optuna_peer", ofType: "py", inDirectory: "Reference") ?? ""
    return try StorageFixture.Running([(folder ?? "") + "/python", script] + words)
  }

  /// What optuna finds in a journal.
  static func read(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: Array(start("read", path).end().utf8))
  }

  static func command(_ words: String...) throws -> String {
    try StorageFixture.Running([(folder ?? "") + "/optuna"] + words).end()
  }
}

/// A journal belongs to both: what one writes, the other reads.
@Suite(.enabled(if: Optuna.folder != nil, Optuna.reason), .timeLimit(.minutes(5)))
struct OptunaJournalTests {
  /// What optuna is expected to find, said by us in its words.
  private func expected(_ replica: StudyReplica) -> JSONValue {
    func number(_ value: Double) -> JSONValue {
      value.isNaN ? "nan" : value == .infinity ? "inf" : value == -.infinity ? "-inf" : .number(value)
    }
    func kind(_ distribution: ParameterDistribution) -> String {
      switch distribution {
      case .float: "FloatDistribution"
      case .integer: "IntDistribution"
      case .categorical: "CategoricalDistribution"
      }
    }
    let states: [TrialState: String] = [
      .running: "RUNNING", .complete: "COMPLETE", .pruned: "PRUNED", .failed: "FAIL", .waiting: "WAITING",
    ]
    func trial(_ trial: TrialRecord, of study: StudyRecord) -> JSONValue {
      [
        "number": .integer(trial.number), "state": .string(states[trial.state] ?? ""),
        "values": trial.values.isEmpty ? .null : .array(trial.values.map(number)),
        "params": .object(study.values(of: trial)),
        "kinds": .object(
          trial.parameters.map {
            let parameter = study.parameters[$0.parameter]
            return JSONValue.Member(parameter.name, .string(kind(parameter.distribution)))
          }),
        "intermediate": .object(trial.intermediate.map { .init("\($0.step)", number($0.value)) }),
        "user": .object(trial.userAttributes), "system": .object(trial.systemAttributes),
      ]
    }
    return .object(
      replica.studies.sorted { $0.key < $1.key }.map(\.value).map { study in
        .init(
          study.name,
          [
            "directions": .array(study.directions.map { $0 == .minimize ? "MINIMIZE" : "MAXIMIZE" }),
            "user": .object(study.userAttributes), "trials": .array(study.trials.map { trial($0, of: study) }),
          ])
      })
  }

  /// With members by name, and whole numbers as numbers.
  private func sorted(_ value: JSONValue) -> String {
    if let members = value.members {
      return "{"
        + members.sorted { $0.name < $1.name }.map { "\($0.name): \(sorted($0.value))" }.joined(separator: ", ") + "}"
    }
    if let elements = value.elements { return "[" + elements.map(sorted).joined(separator: ", ") + "]" }
    return value.double.map { "\($0)" } ?? value.description
  }

  /// Ours, of every kind.
  private func fill(_ storage: StudyStorage) throws {
    try storage.change { change in
      let study = change.createStudy("ours \"ü\"", [.minimize, .maximize])
      change.append(.setStudyAttribute(study: study, .user, name: "who", ["name": "gradus", "list": [1, 2.5, .null]]))
      var waiting = TrialDraft(.waiting)
      waiting.systemAttributes = [.init("fixed_params", ["a": 0.01])]
      waiting.userAttributes = [.init("note", "waits")]
      _ = change.createTrial(in: study, waiting)
      var draft = TrialDraft(.complete)
      (draft.started, draft.completed) = (.now, .now)
      draft.parameters = [
        .init("a", 0.1, StudyStorageTests.rate), .init("n", 3, StudyStorageTests.layers),
        .init("k", 4, StudyStorageTests.kind),
      ]
      draft.values = [1.5, -2]
      draft.intermediate = [.init(step: 1, value: .infinity), .init(step: 3, value: .nan)]
      _ = change.createTrial(in: study, draft)
      var running = TrialDraft()
      running.started = .now
      let trial = change.createTrial(in: study, running)
      change.append(.setParameter(trial: trial, name: "a", 0.025, StudyStorageTests.rate))
      change.append(.setParameter(trial: trial, name: "k", 2, StudyStorageTests.kind))
      change.append(.setIntermediate(trial: trial, step: 5, .nan))
      change.append(.setIntermediate(trial: trial, step: 2, -1e-300))
      change.append(.setTrialAttribute(trial: trial, .user, name: "x", ["deep": [.null, true]]))
      change.append(.setTrialAttribute(trial: trial, .system, name: "y", [0.5, -1.0]))
      guard change.end(trial, .pruned) else { throw StorageError("it has ended") }
      var single = TrialDraft(.complete)
      (single.started, single.completed, single.values) = (.now, .now, [.infinity])
      let other = change.createStudy("one value", [.minimize])
      _ = change.createTrial(in: other, single)
      let failed = change.createTrial(in: other, running)
      guard change.end(failed, .failed) else { throw StorageError("it has ended") }
    }
  }

  @Test func optunaReadsWhatWeWrite() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    let storage = try StudyStorage(path)
    try fill(storage)
    let found = try Optuna.read(path)
    let expected = expected(storage.replica)
    #expect(sorted(found) == sorted(expected))
    #expect(expected.members?.count == 2)
  }

  @Test func weReadWhatOptunaAppends() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    let storage = try StudyStorage(path)
    try fill(storage)
    #expect(try Optuna.start("extend", path).end() == "")
    try storage.refresh()
    let found = try Optuna.read(path)
    #expect(sorted(found) == sorted(expected(storage.replica)))
    let study = try #require(storage.replica.study(named: "theirs"))
    #expect(study.directions == [.minimize, .maximize])
    #expect(study.trials.map(\.state) == [.complete, .failed, .complete, .running])
    #expect(study.attribute(.user, "who")?["name"] == "optuna")
    let trial = study.trials[0]
    #expect(trial.values == [1.5, -2] && trial.attribute(.user, "seen") == [1.5, "two"])
    #expect(trial.intermediate.map(\.step) == [1, 2, 3] && trial.intermediate[1].value.isNaN)
    let values = study.values(of: trial)
    #expect(values.first { $0.name == "k" }?.value == "b" && values.first { $0.name == "x" }?.value == 0.25)
    // And back: ours go on with theirs.
    let next = try storage.change { $0.createTrial(in: study.id, TrialDraft(.waiting)) }
    let after = try Optuna.read(path)
    #expect(after["theirs"]?["trials"]?.elements?.count == 5)
    #expect(storage.replica.trial(next)?.number == 4)
  }

  /// Processes of both append at the same time; nothing is lost and nobody is confused.
  @Test(.enabled(if: StorageFixture.isThere, StorageFixture.reason))
  func bothAppendAtOnce() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    let storage = try StudyStorage(path)
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    let (theirs, ours) = (20, 40)
    let running =
      try (0..<2).map { try Optuna.start("append", path, "optuna\($0)", "\(theirs)") }
      + (0..<2).map { try StorageFixture.start("append", path, "gradus\($0)", "\(ours)") }
    for process in running { #expect(try process.end() == "") }
    try storage.refresh()
    let again = try StudyStorage(path)
    let trials = try #require(again.replica.studies[study]).trials
    #expect(storage.replica.studies == again.replica.studies)
    var expected: [String] = []
    for k in 0..<2 {
      expected +=
        (0..<theirs).map { "optuna\(k)-\($0)" } + (0..<ours).flatMap { ["gradus\(k)-\($0)", "gradus\(k)-\($0)"] }
    }
    #expect(trials.compactMap { $0.attribute(.user, "who")?.text }.sorted() == expected.sorted())
    #expect(trials.count { $0.state == .complete } == 2 * theirs)
    let found = try Optuna.read(path)
    #expect(sorted(found) == sorted(self.expected(again.replica)))
  }

  /// Its command line takes a file that is there for a journal.
  @Test func theCommandOfOptuna() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    try fill(try StudyStorage(path))
    let names = try Optuna.command("-q", "study-names", "--storage", path)
    #expect(names.split(separator: "\n").map { String($0) }.contains("ours \"ü\""))
    let studies = try Optuna.command("-q", "studies", "--storage", path, "-f", "json")
    #expect(studies.contains("\"one value\"") && studies.contains("MINIMIZE"))
    let trials = try Optuna.command(
      "-q", "trials", "--storage", path, "--storage-class", "JournalFileBackend", "--study-name", "one value", "-f",
      "json")
    #expect(trials.contains("COMPLETE") && trials.contains("FAIL"))
  }
}
