// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNative
import Synchronization
import Testing

import GradusStudy

/// What every storage must do.
@Suite(.timeLimit(.minutes(5))) struct StorageConformanceTests {
  private typealias Fixture = StorageFixture

  @Test(arguments: StorageBackend.available)
  func operationsOfEveryKindComeBack(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let storage = try place.open()
    var expected = StudyReplica()
    for (k, operation) in StudyStorageTests.operations.enumerated() {
      try storage.change(isDurable: k % 2 == 0) { $0.append(operation) }
      expected.apply(operation)
    }
    let again = try place.open()
    // NaN is not equal to itself.
    func content(_ replica: StudyReplica) -> [String] {
      replica.studies.sorted { $0.key < $1.key }.map(\.value).map { study in
        "\(study.id) \(study.name) \(study.directions) \(study.userAttributes) \(study.systemAttributes) "
          + "\(study.parameters) \(study.trials)"
      }
    }
    #expect(content(expected).count == 1 && content(storage.replica) == content(expected))
    #expect(content(again.replica) == content(expected))
    #expect(again.replica.count == StudyStorageTests.operations.count)
  }

  @Test(arguments: StorageBackend.available)
  func twoOfTheSameStorageSeeEachOther(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let (a, b) = (try place.open(), try place.open())
    let study = try a.change { $0.createStudy("s", [.minimize]) }
    let again = try b.change { $0.createStudy("s", [.minimize]) }
    #expect(study == again)
    for k in 0..<20 {
      let (one, other) = k % 2 == 0 ? (a, b) : (b, a)
      let trial = try one.change { change in
        let trial = change.createTrial(in: study, TrialDraft(.waiting))
        change.append(.setTrialAttribute(trial: trial, .user, name: "k", .integer(k)))
        return trial
      }
      // Both want it; the first one has it.
      func claim(_ storage: StudyStorage) throws -> Bool {
        try storage.change { change in
          guard change.replica.trial(trial)?.state == .waiting else { return false }
          change.append(.setState(trial: trial, .running, values: nil, .now))
          return true
        }
      }
      #expect(try claim(other))
      #expect(try !claim(one))
      #expect(try one.change { $0.end(trial, .complete, values: [Double(k)]) })
      #expect(try !other.change { $0.end(trial, .failed) })
    }
    try a.refresh()
    try b.refresh()
    #expect(a.replica.studies == b.replica.studies)
    #expect(a.replica.studies[study]?.trials.map(\.values) == (0..<20).map { [Double($0)] })
  }

  @Test(arguments: StorageBackend.available)
  func aFailedChangeChangesNothing(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let storage = try place.open()
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    #expect(throws: StorageError.self) {
      try storage.change { change in
        _ = change.createTrial(in: study, TrialDraft())
        throw StorageError("enough")
      }
    }
    try storage.refresh()
    #expect(storage.replica.studies[study]?.trials.isEmpty == true)
    let trial = try storage.change { $0.createTrial(in: study, TrialDraft()) }
    #expect(trial == 0 && storage.replica.nextTrial == 1)
    let again = try place.open()
    #expect(again.replica.studies == storage.replica.studies)
  }

  @Test(arguments: StorageBackend.available)
  func whatIsNotThereIsNotMade(_ backend: StorageBackend) throws {
    let place = try backend.place()
    #expect(throws: (any Error).self) { _ = try place.open(creates: false) }
    let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.url.path)
    #expect(left.isEmpty)
    #expect(throws: (any Error).self) { _ = try place.open(creates: false) }
    let study = try place.open().change { $0.createStudy("s", [.minimize]) }
    let again = try place.open(creates: false)
    #expect(again.replica.studies[study]?.name == "s")
  }

  /// Processes and threads append; somebody who reads all the time sees whole changes only.
  @Test(.enabled(if: StorageFixture.isThere, StorageFixture.reason), arguments: StorageBackend.available)
  func manyAppendAtOnce(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let reader = try place.open()
    let count = 40
    let isOver = Atomic(false)
    let processes = try (0..<3).map { try Fixture.start("append", place.url, "process\($0)", "\(count)") }
    Thread {
      for process in processes { _ = process.child.wait(seconds: 200) }
      isOver.store(true, ordering: .releasing)
    }.start()
    let seen = Mutex(0)
    _ = try Fixture.inThreads(4) { k in
      let storage = try place.open()
      if k == 3 {
        var isLast = false
        while !isLast {
          isLast = isOver.load(ordering: .acquiring)
          try storage.refresh()
          let trials = storage.replica.study(named: "s")?.trials ?? []
          guard trials.count.isMultiple(of: 2), trials.last?.userAttributes.isEmpty != true else {
            throw StorageError("a part of a change is visible")
          }
          seen.withLock { $0 += 1 }
        }
        return
      }
      let study = try storage.change { $0.createStudy("s", [.minimize]) }
      for i in 0..<count {
        try storage.change(isDurable: false) { change in
          for _ in 0..<2 {
            let trial = change.createTrial(in: study, TrialDraft())
            change.append(.setTrialAttribute(trial: trial, .user, name: "who", .string("thread\(k)-\(i)")))
          }
        }
      }
    }
    for process in processes { #expect(try process.end() == "") }
    try reader.refresh()
    let again = try place.open()
    #expect(seen.withLock { $0 } > 1)
    #expect(again.replica.studies == reader.replica.studies)
    let trials = try #require(reader.replica.study(named: "s")).trials
    let who = trials.compactMap { $0.attribute(.user, "who")?.text }
    var expected: [String] = []
    for name in ["process0", "process1", "process2", "thread0", "thread1", "thread2"] {
      for i in 0..<count { expected += ["\(name)-\(i)", "\(name)-\(i)"] }
    }
    #expect(who.sorted() == expected.sorted())
    // Nobody came between the two of a change, and everybody's changes are in everybody's order.
    for i in stride(from: 0, to: who.count - 1, by: 2) { #expect(who[i] == who[i + 1]) }
    for name in ["process1", "thread2"] {
      let own = who.filter { $0.hasPrefix(name + "-") }
      #expect(own == (0..<count).flatMap { ["\(name)-\($0)", "\(name)-\($0)"] })
    }
  }

  /// A trial that waits goes to exactly one of many.
  @Test(.enabled(if: StorageFixture.isThere, StorageFixture.reason), arguments: StorageBackend.available)
  func aTrialIsClaimedOnce(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let storage = try place.open()
    let count = 40
    let study = try storage.change { change in
      let study = change.createStudy("s", [.minimize])
      for _ in 0..<count { _ = change.createTrial(in: study, TrialDraft(.waiting)) }
      return study
    }
    let processes = try (0..<2).map { try Fixture.start("claim", place.url, "process\($0)") }
    let claimed = try Fixture.inThreads(2) { k in
      let storage = try place.open()
      var claimed: [Int] = []
      while true {
        let next = try storage.change { change -> Int? in
          let waiting = change.replica.studies[study]?.trials.first { $0.state == .waiting }
          guard let trial = waiting?.id else { return nil }
          change.append(.setState(trial: trial, .running, values: nil, .now))
          return trial
        }
        guard let next else { return claimed }
        claimed.append(next)
        try storage.change { change in
          change.append(.setTrialAttribute(trial: next, .user, name: "who", .string("thread\(k)")))
          guard change.end(next, .complete, values: [1]) else { throw StorageError("somebody else ended it") }
        }
      }
    }
    for process in processes { #expect(try process.end() == "") }
    try storage.refresh()
    let trials = try #require(storage.replica.studies[study]).trials
    #expect(trials.count == count && trials.allSatisfy { $0.state == .complete && $0.values == [1] })
    for (k, own) in claimed.enumerated() {
      let recorded = trials.filter { $0.attribute(.user, "who")?.text == "thread\(k)" }.map(\.id)
      #expect(recorded == own)
    }
    #expect(trials.allSatisfy { $0.attribute(.user, "who") != nil })
  }

  @Test(arguments: StorageBackend.available)
  func tenThousandTrials(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let storage = try place.open()
    let study = try storage.change { $0.createStudy("s", [.maximize]) }
    for _ in 0..<100 {
      try storage.change(isDurable: false) { change in
        for _ in 0..<100 {
          let trial = change.createTrial(in: study, TrialDraft())
          let x = 1e-5 * Double(trial + 1)
          change.append(.setParameter(trial: trial, name: "rate", x, StudyStorageTests.rate))
          _ = change.end(trial, .complete, values: [x * x])
        }
      }
    }
    let again = try place.open()
    let trials = try #require(again.replica.studies[study]).trials
    #expect(trials.count == 10_000 && again.replica.count == 30_001)
    #expect(trials.last?.values == [0.1 * 0.1] && trials[77].parameters.first?.value == 1e-5 * 78)
    #expect(again.replica.studies == storage.replica.studies)
  }

  /// Locked by another for too long: an error that says so, and nothing has changed.
  @Test(arguments: StorageBackend.available)
  func aLockedStorage(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let storage = try place.open(patience: 0.2)
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    let reader = try place.open()
    try place.whileLocked {
      do {
        try storage.change { _ = $0.createTrial(in: study, TrialDraft()) }
        Issue.record("the lock was passed")
      } catch let error as StorageError {
        #expect(error.description.contains("has been locked by another"))
        #expect(error.description.contains("end that process"))
      }
      // Whoever only reads is not kept waiting.
      try reader.refresh()
      #expect(reader.replica.count == 1)
    }
    let trial = try storage.change { $0.createTrial(in: study, TrialDraft()) }
    try reader.refresh()
    #expect(trial == 0 && reader.replica.nextTrial == 1)
  }

  /// Waiting for a lock ends with the lock.
  @Test(arguments: StorageBackend.available)
  func aLockThatIsGivenBack(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let study = try place.open().change { $0.createStudy("s", [.minimize]) }
    let isHeld = Atomic(false)
    let trials = try Fixture.inThreads(2) { k -> Int in
      if k == 0 {
        return try place.whileLocked {
          isHeld.store(true, ordering: .releasing)
          Thread.sleep(forTimeInterval: 0.3)
          return 0
        }
      }
      while !isHeld.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
      return try place.open().change { $0.createTrial(in: study, TrialDraft()) }
    }
    #expect(trials == [0, 0])
  }

  /// Times are shown and decide nothing: with a clock that jumps back the same trials come to the same end.
  @Test(arguments: StorageBackend.available)
  func aClockThatJumpsBack(_ backend: StorageBackend) throws {
    var found: [[String]] = []
    for sign in [1, -1] {
      let place = try backend.place()
      let (a, b) = (try place.open(), try place.open())
      let study = try a.change { $0.createStudy("s", [.minimize]) }
      var time = Timestamp(microseconds: 1_800_000_000_000_000)
      func later() -> Timestamp {
        time.microseconds += sign * 3_600_000_000
        return time
      }
      for k in 0..<12 {
        let (one, other) = k % 2 == 0 ? (a, b) : (b, a)
        let trial = try one.change { change in
          var draft = TrialDraft(k % 3 == 0 ? .waiting : .running)
          draft.started = later()
          return change.createTrial(in: study, draft)
        }
        try other.change { $0.append(.setState(trial: trial, .running, values: nil, later())) }
        try one.change { $0.append(.setState(trial: trial, .complete, values: [Double(k)], later())) }
        try other.change { $0.append(.setState(trial: trial, .failed, values: nil, later())) }
      }
      try a.refresh()
      let trials = try #require(a.replica.studies[study]).trials
      found.append(trials.map { "\($0.id) \($0.number) \($0.state) \($0.values)" })
      let again = try place.open()
      #expect(again.replica.studies == a.replica.studies)
      #expect(trials.allSatisfy { ($0.seconds ?? 0) * Double(sign) > 0 })
    }
    #expect(found[0] == found[1] && found[0].count == 12)
  }

  /// A disk that is full, imitated by a limit on the size of files: what was taken is there and nothing else.
  @Test(
    .enabled(if: StorageFixture.isThere, StorageFixture.reason),
    arguments: StorageBackend.available.filter { $0 == .journal || $0 == .sqlite })
  func aFullDisk(_ backend: StorageBackend) throws {
    let place = try backend.place()
    let output = try Fixture.start("fill", place.url, "150000").end()
    let words = output.split(separator: " ", maxSplits: 1)
    let taken = try #require(words.first.flatMap { Int($0) })
    #expect(taken > 20 && taken < 10_000)
    #expect(output.contains(place.url) && output.split(separator: "\n").count == 1)
    let storage = try place.open()
    let study = try #require(storage.replica.study(named: "s"))
    #expect(study.trials.map { $0.attribute(.user, "k") } == (0..<taken).map { .integer($0) })
    let trial = try storage.change { $0.createTrial(in: study.id, TrialDraft()) }
    let again = try place.open()
    #expect(trial == taken && again.replica.studies == storage.replica.studies)
  }
}
