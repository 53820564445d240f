// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

@Suite struct StudyStorageTests {
  static let rate = ParameterDistribution.float(low: 1e-5, high: 0.1, isLog: true)
  static let layers = ParameterDistribution.integer(low: 1, high: 8)
  static let kind = ParameterDistribution.categorical(["relu", "tanh", 3, .bool(true), .null])

  /// Operations of every kind with every kind of value.
  static let operations: [StudyOperation] = {
    var draft = TrialDraft(.complete)
    draft.started = Timestamp(microseconds: 1_700_000_000_123_456)
    draft.completed = Timestamp(microseconds: 1_700_000_060_000_001)
    draft.parameters = [.init("a", 0.1, rate), .init("b \"x\"\n", 3, layers), .init("ü", 2, kind)]
    draft.values = [1.5, -2]
    draft.intermediate = [.init(step: 1, value: .infinity), .init(step: -3, value: 2)]
    draft.userAttributes = [.init("note", ["a": [1, 2.5, "x"]])]
    draft.systemAttributes = [.init("constraints", [0.5, -1.0])]
    var waiting = TrialDraft(.waiting)
    waiting.systemAttributes = [.init("fixed_params", ["a": 0.01])]
    return [
      .createStudy(name: "a study, \"quoted\"", directions: [.minimize, .maximize]),
      .setStudyAttribute(study: 0, .user, name: "who", "me"),
      .setStudyAttribute(study: 0, .system, name: "n", [1, 2]),
      .createTrial(study: 0, draft), .createTrial(study: 0, waiting),
      .createTrial(
        study: 0,
        {
          var d = TrialDraft(); d.started = Timestamp(microseconds: 0); return d
        }()),
      .setState(trial: 1, .running, values: nil, Timestamp(microseconds: 1_800_000_000_000_000)),
      .setParameter(trial: 2, name: "a", 0.025, rate), .setParameter(trial: 2, name: "k", 4, kind),
      .setIntermediate(trial: 2, step: 5, .nan), .setIntermediate(trial: 2, step: 2, 1e-300),
      .setTrialAttribute(trial: 2, .user, name: "x", .null), .setTrialAttribute(trial: 2, .system, name: "y", true),
      .setState(trial: 2, .complete, values: [0.1, 3], Timestamp(microseconds: -1)), .deleteStudy(7),
    ]
  }()

  static func read(_ text: String) throws -> [StudyOperation] {
    var reader = OperationReader()
    return try text.split(separator: "\n", omittingEmptySubsequences: true).map { line in
      try Array(line.utf8).withUnsafeBufferPointer { try reader.read($0[...]) }
    }
  }

  @Test func writtenOperationsReadBack() throws {
    var writer = OperationWriter(worker: "w-1")
    for operation in Self.operations { writer.write(operation) }
    let back = try Self.read(String(decoding: writer.bytes, as: UTF8.self))
    #expect(back.count == Self.operations.count)
    for (a, b) in zip(back, Self.operations) { #expect("\(a)" == "\(b)") }
  }

  /// Lines that optuna 5.0.0 wrote (Reference/optuna_journal.py).
  @Test func linesOfOptuna() throws {
    let text = #"""
      {"op_code":0,"worker_id":"u-1","study_name":"s","directions":[1]}
      {"op_code":4,"worker_id":"u-1","study_id":0,"datetime_start":"2026-11-22T05:10:10.000000+00:00"}
      {"op_code":5,"worker_id":"u-1","trial_id":0,"param_name":"x","param_value_internal":-2.5,"distribution":"{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": -5.0, \"high\": 5.0, \"log\": false}}"}
      {"op_code":5,"worker_id":"u-1","trial_id":0,"param_name":"k","param_value_internal":1.0,"distribution":"{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [\"a\", \"b\", null]}}"}
      {"op_code":7,"worker_id":"u-1","trial_id":0,"step":3,"intermediate_value":NaN}
      {"op_code":9,"worker_id":"u-1","trial_id":0,"system_attr":{"v":[NaN,Infinity,-Infinity,"NaN"]}}
      {"op_code":6,"worker_id":"u-1","trial_id":0,"state":1,"values":[1.25],"datetime_complete":"2026-11-22T07:10:10.500000+02:00"}
      {"op_code":10,"worker_id":"u-1","anything":{}}
      """#
    var replica = StudyReplica()
    for operation in try Self.read(text) { replica.apply(operation) }
    let study = try #require(replica.study(named: "s"))
    let trial = try #require(study.trials.first)
    #expect(study.values(of: trial) == [.init("x", -2.5), .init("k", "b")])
    #expect(trial.state == .complete && trial.values == [1.25] && trial.seconds == 0.5)
    #expect(trial.intermediate.first?.value.isNaN == true)
    #expect(trial.attribute(.system, "v") == ["nan", "inf", "-inf", "NaN"])
  }

  @Test(arguments: [
    "", "{", "[]", "{}", "{\"op_code\":4}", "{\"op_code\":0,\"study_name\":1,\"directions\":[1]}",
    "{\"op_code\":6,\"trial_id\":0,\"state\":9,\"values\":null}", "{\"op_code\":7,\"trial_id\":0,\"step\":1}",
    "{\"op_code\":1,\"study_id\":0} x", "{\"op_code\":1 \"study_id\":0}", "{\"op_code\":1,\"study_id\":\"\\",
    "{\"op_code\":5,\"trial_id\":0,\"param_name\":\"x\",\"param_value_internal\":1e999,\"distribution\":\"{}\"}",
    "{\"op_code\":4,\"study_id\":0,\"datetime_start\":\"yesterday\"}", "{\"op_code\":1,\"study_id\":1.5}",
  ])
  func brokenLines(_ line: String) {
    var reader = OperationReader()
    #expect(throws: OperationError.self) {
      try Array(line.utf8).withUnsafeBufferPointer { _ = try reader.read($0[...]) }
    }
  }

  /// Cut, changed and doubled bytes are read or refused, never trapped over.
  @Test func mutatedLines() throws {
    var writer = OperationWriter(worker: "w")
    for operation in Self.operations { writer.write(operation) }
    let lines = writer.bytes.split(separator: 10).map(Array.init)
    var (random, reader, refused) = (RandomStream(seed: 5), OperationReader(), 0)
    for round in 0..<20_000 {
      var line = lines[round % lines.count]
      for _ in 0...random.integer(below: 3) where !line.isEmpty {
        let place = random.integer(below: line.count)
        switch random.integer(below: 4) {
        case 0: line[place] = UInt8(truncatingIfNeeded: random.integer(below: 256))
        case 1: line.remove(at: place)
        case 2: line.insert(line[random.integer(below: line.count)], at: place)
        default: line.removeSubrange(place...)
        }
      }
      do { try line.withUnsafeBufferPointer { _ = try reader.read($0[...]) } } catch { refused += 1 }
    }
    #expect(refused > 5_000 && refused < 20_000)
  }

  @Test func timestamps() throws {
    for (microseconds, text) in [
      (0, "1970-01-01T00:00:00.000000+00:00"), (951_782_400_000_000, "2000-02-29T00:00:00.000000+00:00"),
      (4_107_542_399_999_999, "2100-02-28T23:59:59.999999+00:00"), (-1, "1969-12-31T23:59:59.999999+00:00"),
      (1_700_000_000_123_456, "2023-11-14T22:13:20.123456+00:00"),
    ] {
      #expect(Timestamp(microseconds: microseconds).description == text)
      let read = Array(text.utf8).withUnsafeBufferPointer { Timestamp($0[...]) }
      #expect(read?.microseconds == microseconds)
    }
  }

  /// Wherever a file was cut, what was complete is there, and it can be gone on with.
  @Test func aJournalCutAnywhere() throws {
    let folder = try ScratchFolder()
    var writer = OperationWriter(worker: "w")
    for operation in Self.operations { writer.write(operation) }
    let ends = writer.bytes.indices.filter { writer.bytes[$0] == 10 }
    var random = RandomStream(seed: 3)
    for _ in 0..<60 {
      let cut = random.integer(below: writer.bytes.count)
      let path = folder.path("\(cut).journal")
      try Data(writer.bytes[..<cut]).write(to: URL(fileURLWithPath: path))
      let storage = try StudyStorage(path)
      let complete = ends.count { $0 < cut }
      #expect(storage.replica.count == complete)
      let study = try storage.change { $0.createStudy("another", [.minimize]) }
      #expect(try StudyStorage(path).replica.studies[study]?.name == "another")
      #expect(try StudyStorage(path).replica.count == complete + 1)
    }
  }

  /// Of a change that was cut nothing is there, wherever it was cut.
  @Test func aChangeCutAnywhere() throws {
    let folder = try ScratchFolder()
    let whole = folder.path("whole.journal")
    let first = try StudyStorage(whole)
    _ = try first.change { $0.createStudy("s", [.minimize]) }
    let before = try Data(contentsOf: URL(fileURLWithPath: whole)).count
    try first.change { change in
      for operation in Self.operations { change.append(operation) }
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
    var random = RandomStream(seed: 4)
    for round in 0..<40 {
      let cut = round == 0 ? bytes.count - 1 : before + random.integer(below: bytes.count - before)
      let path = folder.path("\(round).journal")
      try bytes[..<cut].write(to: URL(fileURLWithPath: path))
      let storage = try StudyStorage(path)
      #expect(storage.replica.count == 1)
      let study = try storage.change { $0.createStudy("another", [.minimize]) }
      let again = try StudyStorage(path)
      #expect(again.replica.count == 2 && again.replica.studies[study]?.name == "another")
    }
  }

  @Test func aBrokenLineIsNamed() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    try Data("{\"op_code\":10}\n{\"op_code\":}\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect {
      _ = try StudyStorage(path)
    } throws: {
      "\($0)".hasPrefix("line 2 of \(path) is not an operation: ")
    }
  }

  /// A link that a process of ours left behind when it was killed is nobody's; one of optuna's is waited for.
  @Test func aLockThatWasLeftBehind() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.journal")
    let storage = try StudyStorage(path)
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let target = real.deletingLastPathComponent().path + "/./s.journal"
    try FileManager.default.createSymbolicLink(atPath: path + ".lock", withDestinationPath: target)
    let begin = ContinuousClock.now
    _ = try storage.change { $0.createStudy("s", [.minimize]) }
    #expect(ContinuousClock.now - begin < .seconds(5))
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: path + ".lock")) == nil)
  }
}
